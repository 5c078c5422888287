/* sampler.h - looks at a server while it is loaded: a thread that adds samples to a run. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include "child.h"
#include "errors.h"
#include "load.h"
#include "result.h"

#define SAMPLER_CPU_ANY (-1)

struct sampler_setup {
    struct result *result;
    struct result_run *run; /* gets the samples, capped_ns, the cost of looking and what counted */
    struct child *child;
    bool foreign; /* not ours: it is not asked, only looked at, with all that it starts */
    const struct load_progress *progress;
    uint64_t interval_ns;
    uint64_t cap_bytes;     /* of RSS; a larger server is to be stopped. 0: none */
    atomic_bool *stop_load; /* set when the cap is passed or the server does not answer */
    int cpu;
    /* Called after each sample, by the thread that took it; NULL: nobody. */
    void (*seen)(void *context, const struct result_sample *sample);
    void *context;
};

struct sampler;

/* Takes the first sample at once. NULL, and one line in error: the server does not answer. */
struct sampler *sampler_start(const struct sampler_setup *setup, struct error *error);
/* The time zero of the samples, on the monotonic clock. */
uint64_t sampler_start_ns(const struct sampler *sampler);
/* The load is over: what is sampled from now on belongs to the run's burst, or to nobody. */
void sampler_rest(struct sampler *sampler);
/* Takes no further sample: the load is over, and what its connections held is gone with them.
 * Measures what a sample costs the server, and hands the server's own statistics of its allocator,
 * where it has some, to `dump`, if not NULL. 0, or -1 and one line in error: the server stopped
 * answering. Releases the sampler. */
int sampler_stop(struct sampler *sampler, void (*dump)(void *context, const char *, size_t),
                 void *context, struct error *error);

#endif
