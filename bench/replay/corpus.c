/* corpus.c - reads a trace into columns, then finds each key's first and next requests from the
 * end. */
#include "corpus.h"

#include "cache.h"
#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>

#define BATCH_REQUESTS    4096
#define PROGRESS_REQUESTS (UINT64_C(1) << 20)
#define FIRST_CAPACITY    (UINT64_C(1) << 16)
#define WORD_BITS         64 /* of corpus.firsts */
#define SAMPLE_SALT       UINT64_C(0x9e3779b97f4a7c15)

/* All columns are filled while reading; those that the trace does not have are freed at the end. */
struct loading {
    struct corpus *corpus;
    uint64_t capacity;   /* requests for which there is memory */
    uint64_t keep_below; /* keep the keys whose second hash, shifted right by 32, is below this */
    bool has_sizes, has_times, has_ttls;
    bool lacks_sizes; /* some requests have none */
};

static void loading_grow(struct loading *loading, uint64_t capacity)
{
    struct corpus *corpus = loading->corpus;
    corpus->hashes = xreallocarray(corpus->hashes, capacity, sizeof *corpus->hashes);
    corpus->bytes = xreallocarray(corpus->bytes, capacity, sizeof *corpus->bytes);
    corpus->times_ns = xreallocarray(corpus->times_ns, capacity, sizeof *corpus->times_ns);
    corpus->ttls_s = xreallocarray(corpus->ttls_s, capacity, sizeof *corpus->ttls_s);
    loading->capacity = capacity;
}

static void loading_add(struct loading *loading, const struct trace_request *request)
{
    struct corpus *corpus = loading->corpus;
    uint64_t hash = cache_hash_id(request->id);
    /* The cache uses the upper bits of the hash, so sampling uses a hash of it. The hash of 0 is 0:
     * without the salt, every sample would have that key. */
    if (cache_hash_id(hash + SAMPLE_SALT) >> 32 >= loading->keep_below)
        return;
    if (corpus->requests == loading->capacity)
        loading_grow(loading, loading->capacity * 2);
    uint64_t at = corpus->requests++;
    corpus->hashes[at] = hash;
    corpus->bytes[at] = request->bytes;
    corpus->times_ns[at] = request->time_ns;
    corpus->ttls_s[at] = request->ttl_s;
    loading->has_sizes |= request->bytes != TRACE_BYTES_UNKNOWN;
    loading->lacks_sizes |= request->bytes == TRACE_BYTES_UNKNOWN;
    loading->has_times |= request->time_ns != 0;
    loading->has_ttls |= request->ttl_s != 0;
}

static void loading_read(struct loading *loading, struct trace *trace,
                         const struct corpus_setup *setup)
{
    struct trace_request *batch = xreallocarray(NULL, BATCH_REQUESTS, sizeof *batch);
    for (size_t count; (count = trace_read(trace, batch, BATCH_REQUESTS)) > 0;) {
        for (size_t i = 0; i < count; i++)
            loading_add(loading, &batch[i]);
        loading->corpus->read += count;
        if (setup->progress != NULL && loading->corpus->read % PROGRESS_REQUESTS < BATCH_REQUESTS)
            setup->progress(setup->context, loading->corpus->read);
    }
    free(batch);
}

static void *column_end(void *column, bool keep, uint64_t count, size_t element_bytes)
{
    if (keep)
        return xreallocarray(column, count, element_bytes);
    free(column);
    return NULL;
}

static void loading_end(struct loading *loading)
{
    struct corpus *corpus = loading->corpus;
    uint64_t count = corpus->requests;
    corpus->hashes = column_end(corpus->hashes, true, count, sizeof *corpus->hashes);
    corpus->bytes = column_end(corpus->bytes, loading->has_sizes, count, sizeof *corpus->bytes);
    corpus->times_ns =
        column_end(corpus->times_ns, loading->has_times, count, sizeof *corpus->times_ns);
    corpus->ttls_s = column_end(corpus->ttls_s, loading->has_ttls, count, sizeof *corpus->ttls_s);
}

/* A hash table from a key's hash to a position: open addressing, at most half full. */
struct positions {
    struct position {
        uint64_t hash;
        uint64_t number; /* the position + 1; 0: this slot is free */
    } * slots;
    uint64_t mask;
    uint64_t count;
};

static struct position *positions_find(const struct positions *positions, uint64_t hash)
{
    uint64_t at = hash & positions->mask;
    while (positions->slots[at].number != 0 && positions->slots[at].hash != hash)
        at = (at + 1) & positions->mask;
    return &positions->slots[at];
}

static void positions_grow(struct positions *positions)
{
    struct positions old = *positions;
    positions->mask = old.mask * 2 + 1;
    positions->slots = xcalloc(positions->mask + 1, sizeof *positions->slots);
    for (uint64_t i = 0; i <= old.mask; i++)
        if (old.slots[i].number != 0)
            *positions_find(positions, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

/* Sets the hash's position, and returns the one before; TRACE_NEVER: there was none. */
static uint64_t positions_swap(struct positions *positions, uint64_t hash, uint64_t position)
{
    struct position *slot = positions_find(positions, hash);
    uint64_t before = slot->number == 0 ? TRACE_NEVER : slot->number - 1;
    positions->count += slot->number == 0;
    *slot = (struct position){hash, position + 1};
    if (positions->count * 2 > positions->mask)
        positions_grow(positions);
    return before;
}

/* After the whole corpus was read backwards, each key has the position of its first request. */
static uint64_t *positions_firsts(const struct positions *positions, uint64_t requests)
{
    uint64_t *firsts = xcalloc(requests / WORD_BITS + 1, sizeof *firsts);
    for (uint64_t i = 0; i <= positions->mask; i++)
        if (positions->slots[i].number != 0) {
            uint64_t at = positions->slots[i].number - 1;
            firsts[at / WORD_BITS] |= UINT64_C(1) << at % WORD_BITS;
        }
    return firsts;
}

/* Counts the distinct keys and marks their first requests. From the last request to the first: the
 * position that a key had before is that of its next request. */
static void corpus_find_keys(struct corpus *corpus, bool with_next)
{
    struct positions positions = {.mask = FIRST_CAPACITY - 1};
    positions.slots = xcalloc(FIRST_CAPACITY, sizeof *positions.slots);
    if (with_next)
        corpus->nexts = xreallocarray(NULL, corpus->requests, sizeof *corpus->nexts);
    for (uint64_t at = corpus->requests; at-- > 0;) {
        uint64_t next = positions_swap(&positions, corpus->hashes[at], at);
        if (with_next)
            corpus->nexts[at] = next;
    }
    corpus->distinct = positions.count;
    corpus->firsts = positions_firsts(&positions, corpus->requests);
    free(positions.slots);
}

/* Finds the keys, and the sizes that are unknown. */
static void corpus_complete(struct corpus *corpus, bool lacks_sizes, bool with_next)
{
    corpus_find_keys(corpus, with_next || lacks_sizes);
    if (lacks_sizes)
        corpus->sizes = unknown_sizes_fill(corpus->bytes, corpus->nexts, corpus->requests);
    if (with_next)
        return;
    free(corpus->nexts);
    corpus->nexts = NULL;
}

static int corpus_read(struct loading *loading, struct trace *trace, const char *name,
                       const struct corpus_setup *setup, struct error *error)
{
    if (trace_is_endless(trace))
        return error_set(error, "%s: it never ends; append a number of requests, or use --limit",
                         name);
    loading_grow(loading, FIRST_CAPACITY);
    loading_read(loading, trace, setup);
    const char *wrong = trace_error(trace);
    return wrong == NULL ? 0 : error_set(error, "%s", wrong);
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
    int status = corpus_read(&loading, trace, name, setup, error);
    corpus->account = *trace_account(trace);
    trace_close(trace);
    if (status < 0) {
        corpus_free(corpus);
        return -1;
    }
    loading_end(&loading);
    corpus_complete(corpus, loading.has_sizes && loading.lacks_sizes, setup->with_next);
    return 0;
}

/* The sizes of the requests whose bits are set; the first bit is that of request `at`. */
static uint64_t firsts_bytes(const struct corpus *corpus, uint64_t bits, uint64_t at)
{
    uint64_t bytes = 0;
    for (; bits != 0; bits &= bits - 1)
        bytes += corpus->bytes[at + (uint64_t)__builtin_ctzll(bits)];
    return bytes;
}

struct corpus_firsts corpus_firsts(const struct corpus *corpus, uint64_t from, uint64_t end)
{
    struct corpus_firsts firsts = {0};
    for (uint64_t at = from; corpus->firsts != NULL && at < end;) {
        uint64_t next = (at / WORD_BITS + 1) * WORD_BITS;
        uint64_t bits = corpus->firsts[at / WORD_BITS] >> at % WORD_BITS;
        if (end < next)
            bits &= (UINT64_C(1) << (end - at)) - 1;
        firsts.requests += (uint64_t)__builtin_popcountll(bits);
        firsts.bytes += corpus->bytes != NULL ? firsts_bytes(corpus, bits, at) : 0;
        at = next;
    }
    if (corpus->bytes == NULL)
        firsts.bytes = firsts.requests;
    return firsts;
}

double corpus_rate(const struct corpus *corpus)
{
    uint64_t first_ns = UINT64_MAX, last_ns = 0;
    for (uint64_t at = 0; corpus->times_ns != NULL && at < corpus->requests; at++) {
        first_ns = corpus->times_ns[at] < first_ns ? corpus->times_ns[at] : first_ns;
        last_ns = corpus->times_ns[at] > last_ns ? corpus->times_ns[at] : last_ns;
    }
    if (first_ns >= last_ns)
        return 0;
    return (double)(corpus->read - 1) * (double)NS_PER_SECOND / (double)(last_ns - first_ns);
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
    free(corpus->firsts);
    free(corpus->bytes);
    free(corpus->times_ns);
    free(corpus->ttls_s);
    *corpus = (struct corpus){0};
}
