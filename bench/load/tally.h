/* tally.h - counts how the exchanges of a run ended, and what the run cost. */
#pragma once

#include "load.h"
#include "protocol.h"

struct tally {
    struct load_result *result;
    /* Latencies of the current interval: by X-Cache, and since the request was sent. */
    struct histogram *now[RESPONSE_CACHES], *now_sent;
    struct histogram *now_all; /* used by interval_end only */
    /* The time series: the intervals that ended, the sums until then, and when that was. */
    struct load_interval *intervals, before;
    size_t interval_count, interval_capacity;
    uint64_t interval_ns;
    struct hdr_log *hdr; /* may be NULL */
    bool open_loop;
    uint64_t begun_cpu_ns, begun_delay_ns;
};

/* Clears the result and creates its histograms. */
void tally_create(struct tally *tally, struct load_result *result, const struct load_setup *setup);
void tally_destroy(struct tally *tally);
/* The measured part begins and ends; both are called in the thread that runs the load. */
void tally_begin(struct tally *tally, uint64_t now_ns);
void tally_end(struct tally *tally, uint64_t now_ns);
/* Counts an exchange that ended at now_ns. */
void tally_add(struct tally *tally, const struct exchange *exchange, const struct outcome *outcome,
               uint64_t now_ns);
