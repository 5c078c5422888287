/* corpus.h - a whole trace in memory, column by column, so that many replays can share it.
 *
 * It takes 8 bytes and a bit per request for the key, and more for sizes, times, times to live and
 * next requests if the trace has them or the setup demands them. After loading it is read-only: any
 * number of threads may replay it at once.
 */
#pragma once

#include "errors.h"
#include "trace.h"
#include "unknown_sizes.h"

#include <stdbool.h>

struct corpus_setup {
    struct trace_setup trace;
    double sample;  /* keep only this share of the keys, selected by hash (SHARDS); 1: all */
    bool with_next; /* fill corpus.nexts: 8 more bytes per request */
    /* Called about once per million requests with the number read so far; may be NULL. */
    void (*progress)(void *context, uint64_t requests);
    void *context;
};

struct corpus {
    uint64_t requests;  /* kept */
    uint64_t read;      /* from the trace, kept or not */
    uint64_t distinct;  /* keys among the requests kept */
    uint64_t *hashes;   /* cache_hash_id of each request's key */
    uint64_t *nexts;    /* position of its next request, or TRACE_NEVER. NULL without with_next */
    uint64_t *firsts;   /* one bit per request: it is the first for its key. NULL: not known */
    uint32_t *bytes;    /* NULL: the trace has no sizes. Otherwise all are known */
    uint64_t *times_ns; /* NULL: the trace has no times */
    uint32_t *ttls_s;   /* NULL: the trace has no times to live */
    struct unknown_sizes sizes;   /* of a trace that has sizes for some requests only */
    struct trace_account account; /* of the whole trace, sampled or not */
};

/* 0, and the caller frees the corpus; or -1, one line in error and an empty corpus. */
int corpus_load(struct corpus *corpus, const char *name, const struct corpus_setup *setup,
                struct error *error);
/* Requests in [from, end) that are the first for their key, and the sum of their sizes. No
 * cache can have these: they are compulsory misses. 0 if the corpus does not know them. */
struct corpus_firsts {
    uint64_t requests, bytes;
};
struct corpus_firsts corpus_firsts(const struct corpus *corpus, uint64_t from, uint64_t end);
/* Requests per second by the trace's own times, sampled or not. 0: it has no times, or all are the
 * same. */
double corpus_rate(const struct corpus *corpus);
/* The size of its largest object, in bytes; 1 if the trace has no sizes. */
uint32_t corpus_largest(const struct corpus *corpus);
void corpus_free(struct corpus *corpus);
