/* corpus.h - a whole trace in memory, column by column, for many replays at once.
 *
 * Eight bytes a request for the key; sizes, times, lifetimes and next requests only where they are
 * known or asked for. Read-only once loaded, so that any number of threads may replay it.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include "errors.h"
#include "trace.h"

#include <stdbool.h>

struct corpus_setup {
    struct trace_setup trace;
    double sample;  /* keep this share of the keys, chosen by hash (SHARDS); 1: all */
    bool with_next; /* work out when each key is asked for again: 8 bytes more a request */
    /* Called now and then with the requests read so far; may be NULL. */
    void (*progress)(void *context, uint64_t requests);
    void *context;
};

struct corpus {
    uint64_t requests;  /* kept */
    uint64_t read;      /* of the trace, kept or not */
    uint64_t distinct;  /* keys, among those kept */
    uint64_t *hashes;   /* cache_hash_id of each request's key */
    uint64_t *nexts;    /* position of its next request or TRACE_NEVER; NULL: not asked for */
    uint32_t *bytes;    /* NULL: all one */
    uint64_t *times_ns; /* NULL: the trace has no times */
    uint32_t *ttls_s;   /* NULL: the trace has no lifetimes */
};

/* 0, or -1 with one line in error. */
int corpus_load(struct corpus *corpus, const char *name, const struct corpus_setup *setup,
                struct error *error);
/* Bytes of its largest object. */
uint32_t corpus_largest(const struct corpus *corpus);
void corpus_free(struct corpus *corpus);

#endif
