/* tally.h - counts how the exchanges of a run ended, and what the run cost. */
#ifndef TALLY_H
#define TALLY_H

#include "protocol.h"
#include "timeline.h"

struct tally {
    struct load_result *result;
    /* Latencies of the interval at hand: by what the cache did, and since the sending. */
    struct histogram *now[ANSWER_CACHES], *now_sent;
    struct histogram *now_all; /* for a moment only */
    struct timeline timeline;
    struct hdr_log *hdr; /* may be NULL */
    bool open_loop;
    uint64_t begun_cpu_ns, begun_delay_ns;
};

/* Readies the result. 0, or -1: out of memory; tally_destroy either way. */
int tally_create(struct tally *tally, struct load_result *result, const struct load_setup *setup);
void tally_destroy(struct tally *tally);
/* The measured part begins, in this thread, and ends. */
void tally_begin(struct tally *tally, uint64_t now_ns);
void tally_end(struct tally *tally, uint64_t now_ns);
void tally_add(struct tally *tally, const struct exchange *exchange, const struct ending *ending,
               uint64_t now_ns);

#endif
