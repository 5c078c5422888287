/* corpus.c - reads a trace into columns, then looks at it backwards for what comes next. */
#include "corpus.h"

#include "cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_REQUESTS    4096
#define PROGRESS_REQUESTS (UINT64_C(1) << 20)
#define FIRST_ROOM        (UINT64_C(1) << 16)

static void *memory_exact(void *block, uint64_t bytes)
{
    void *moved = realloc(block, bytes == 0 ? 1 : bytes);
    if (moved == NULL) {
        fputs("out of memory: replay less of the trace (--limit) or a sample (--sample)\n", stderr);
        abort();
    }
    return moved;
}

/* The columns that a trace turns out not to have are dropped at the end. */
struct loading {
    struct corpus *corpus;
    uint64_t room;
    uint64_t keep_below; /* keys whose second hash is below, in its upper half, are kept */
    bool sized, timed, lived;
};

static void loading_lengthen(struct loading *loading, uint64_t room)
{
    struct corpus *corpus = loading->corpus;
    corpus->hashes = memory_exact(corpus->hashes, room * sizeof *corpus->hashes);
    corpus->bytes = memory_exact(corpus->bytes, room * sizeof *corpus->bytes);
    corpus->times_ns = memory_exact(corpus->times_ns, room * sizeof *corpus->times_ns);
    corpus->ttls_s = memory_exact(corpus->ttls_s, room * sizeof *corpus->ttls_s);
    loading->room = room;
}

static void loading_add(struct loading *loading, const struct trace_request *request)
{
    struct corpus *corpus = loading->corpus;
    uint64_t hash = cache_hash_id(request->id);
    /* A hash of the hash: the cache goes by the upper bits of the first. */
    if (cache_hash_id(hash) >> 32 >= loading->keep_below)
        return;
    if (corpus->requests == loading->room)
        loading_lengthen(loading, loading->room * 2);
    uint64_t at = corpus->requests++;
    corpus->hashes[at] = hash;
    corpus->bytes[at] = request->bytes;
    corpus->times_ns[at] = request->time_ns;
    corpus->ttls_s[at] = request->ttl_s;
    loading->sized |= request->bytes != 1;
    loading->timed |= request->time_ns != 0;
    loading->lived |= request->ttl_s != 0;
}

static void loading_read(struct loading *loading, struct trace *trace,
                         const struct corpus_setup *setup)
{
    struct trace_request *batch = memory_exact(NULL, BATCH_REQUESTS * sizeof *batch);
    for (size_t count; (count = trace_read(trace, batch, BATCH_REQUESTS)) > 0;) {
        for (size_t i = 0; i < count; i++)
            loading_add(loading, &batch[i]);
        loading->corpus->read += count;
        if (setup->progress != NULL && loading->corpus->read % PROGRESS_REQUESTS < BATCH_REQUESTS)
            setup->progress(setup->context, loading->corpus->read);
    }
    free(batch);
}

static void *column_keep(void *column, bool wanted, uint64_t bytes)
{
    if (wanted)
        return memory_exact(column, bytes);
    free(column);
    return NULL;
}

static void loading_trim(struct loading *loading)
{
    struct corpus *corpus = loading->corpus;
    uint64_t count = corpus->requests;
    corpus->hashes = column_keep(corpus->hashes, true, count * sizeof *corpus->hashes);
    corpus->bytes = column_keep(corpus->bytes, loading->sized, count * sizeof *corpus->bytes);
    corpus->times_ns = column_keep(corpus->times_ns, loading->timed, count * sizeof(uint64_t));
    corpus->ttls_s = column_keep(corpus->ttls_s, loading->lived, count * sizeof *corpus->ttls_s);
}

/* From a hash to where it was last seen: open addressing, at most half full. */
struct sightings {
    struct sighting {
        uint64_t hash;
        uint64_t position; /* + 1; 0: free */
    } * places;
    uint64_t mask;
    uint64_t count;
};

static struct sighting *sightings_find(const struct sightings *sightings, uint64_t hash)
{
    uint64_t at = hash & sightings->mask;
    while (sightings->places[at].position != 0 && sightings->places[at].hash != hash)
        at = (at + 1) & sightings->mask;
    return &sightings->places[at];
}

static void sightings_open(struct sightings *sightings, uint64_t room)
{
    sightings->mask = room - 1;
    sightings->places = memory_exact(NULL, room * sizeof *sightings->places);
    memset(sightings->places, 0, room * sizeof *sightings->places);
}

static void sightings_lengthen(struct sightings *sightings)
{
    struct sightings old = *sightings;
    sightings_open(sightings, (old.mask + 1) * 2);
    for (uint64_t i = 0; i <= old.mask; i++)
        if (old.places[i].position != 0)
            *sightings_find(sightings, old.places[i].hash) = old.places[i];
    free(old.places);
}

/* Where the hash was seen before, TRACE_NEVER if it was not; from now on it is `position`. */
static uint64_t sightings_swap(struct sightings *sightings, uint64_t hash, uint64_t position)
{
    struct sighting *place = sightings_find(sightings, hash);
    uint64_t before = place->position == 0 ? TRACE_NEVER : place->position - 1;
    sightings->count += place->position == 0;
    *place = (struct sighting){hash, position + 1};
    if (sightings->count * 2 > sightings->mask)
        sightings_lengthen(sightings);
    return before;
}

/* Backwards, so that what was seen last comes next. */
static void corpus_look_ahead(struct corpus *corpus, bool with_next)
{
    struct sightings sightings = {0};
    sightings_open(&sightings, FIRST_ROOM);
    if (with_next)
        corpus->nexts = memory_exact(NULL, corpus->requests * sizeof *corpus->nexts);
    for (uint64_t at = corpus->requests; at-- > 0;) {
        uint64_t next = sightings_swap(&sightings, corpus->hashes[at], at);
        if (with_next)
            corpus->nexts[at] = next;
    }
    corpus->distinct = sightings.count;
    free(sightings.places);
}

int corpus_load(struct corpus *corpus, const char *name, const struct corpus_setup *setup,
                struct error *error)
{
    struct loading loading = {.corpus = corpus,
                              .keep_below = (uint64_t)(setup->sample * 4294967296.0)};
    *corpus = (struct corpus){0};
    struct trace *trace = trace_open(name, &setup->trace, error);
    if (trace == NULL)
        return -1;
    bool endless = trace_is_endless(trace);
    if (!endless) {
        loading_lengthen(&loading, FIRST_ROOM);
        loading_read(&loading, trace, setup);
    }
    const char *wrong =
        endless ? "it has no end: give it a number of requests, or --limit" : trace_error(trace);
    if (wrong != NULL)
        error_set(error, "%s%s%s", endless ? name : "", endless ? ": " : "", wrong);
    trace_close(trace);
    if (wrong != NULL) {
        corpus_free(corpus);
        return -1;
    }
    loading_trim(&loading);
    corpus_look_ahead(corpus, setup->with_next);
    return 0;
}

uint32_t corpus_largest(const struct corpus *corpus)
{
    uint32_t largest = 1;
    for (uint64_t i = 0; corpus->bytes != NULL && i < corpus->requests; i++)
        largest = corpus->bytes[i] > largest ? corpus->bytes[i] : largest;
    return largest;
}

void corpus_free(struct corpus *corpus)
{
    free(corpus->hashes);
    free(corpus->nexts);
    free(corpus->bytes);
    free(corpus->times_ns);
    free(corpus->ttls_s);
    *corpus = (struct corpus){0};
}
