/* sampler.h - a thread that samples a server at equal intervals while it is loaded. */
#pragma once

#include "server_under_test.h"

struct sampler_setup {
    struct result *result;
    struct result_run *run; /* gets the samples, capped_ns, sampling and counts */
    struct server_under_test *server;
    const struct load_progress *progress;
    uint64_t interval_ns;     /* between two samples, at most */
    uint64_t sample_requests; /* a sample is also due after so many requests; 0: is not */
    uint64_t cap_bytes;       /* 0: none; otherwise sampling and load stop once RSS is larger */
    atomic_bool *stop_load;   /* set when the cap is passed or the server does not answer */
    int cpu;                  /* of the thread, or CPU_ANY */
    /* Called by the sampling thread after each sample; may be NULL. */
    void (*on_sample)(void *context, const struct result_sample *sample);
    void *context;
};

struct sampler;

/* Takes the first sample before it returns. NULL and one line in error if that failed. */
struct sampler *sampler_start(const struct sampler_setup *setup, struct error *error);
/* The time of the monotonic clock from which the samples count. */
uint64_t sampler_start_ns(const struct sampler *sampler);
/* Says that the load is over. Later samples belong to the run's burst, or are dropped. */
void sampler_load_ended(struct sampler *sampler);
/* Ends the thread, then measures what a sample costs the server and reads its counts. A non-NULL
 * `dump` is called with the allocator's statistics, if the server has some. Releases the sampler.
 * 0, or -1 and one line in error if the server had stopped answering. */
int sampler_stop(struct sampler *sampler, void (*dump)(void *context, const char *, size_t),
                 void *context, struct error *error);
