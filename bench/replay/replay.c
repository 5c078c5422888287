/* replay.c - feeds the cache in batches and counts. */
#include "replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 512

#define STUDENT_95 2.131 /* quantile for 95 % both ways, REPLAY_GROUPS - 1 degrees of freedom */

/* What a replay holds while it runs. */
struct replaying {
    const struct corpus *corpus;
    const struct replay_setup *setup;
    struct replay_result *result;
    struct cache *cache;
    char *body;        /* as long as the longest; NULL without payload */
    uint64_t *fetched; /* of each request, when its id was fetched last: + 1; NULL: no matter */
    size_t window;     /* that the requests are in now, */
    uint64_t before;   /* and the hits before it */
    struct access accesses[BATCH];
    bool hits[BATCH];
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Expiry needs a clock that moves: where the trace has none, a request is a millisecond. */
#define NS_PER_REQUEST 1e6
#define NS_PER_TTL_S   UINT64_C(1000000000)

static void batch_fill(struct replaying *replaying, uint64_t from, size_t count)
{
    const struct corpus *corpus = replaying->corpus;
    double rate_rps = replaying->setup->rate_rps;
    double ns_per_request = (rate_rps > 0 ? 1e9 / rate_rps : NS_PER_REQUEST) *
                            (double)corpus->read / (double)corpus->requests; /* of a sample */
    bool timed = corpus->times_ns != NULL && rate_rps == 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = from + i;
        replaying->accesses[i] = (struct access){
            .hash = corpus->hashes[at],
            .now_ns = timed ? corpus->times_ns[at] : (uint64_t)((double)at * ns_per_request),
            .ttl_ns = corpus->ttls_s != NULL ? corpus->ttls_s[at] * NS_PER_TTL_S : 0,
            .next = corpus->nexts != NULL ? corpus->nexts[at] : 0,
            .bytes = corpus->bytes != NULL ? corpus->bytes[at] : 1,
        };
    }
}

/* With payload the key is the hash itself, eight bytes, and the body zeros of the right length,
 * which begins with the key if it can: as the service's bodies hold theirs. */
static bool payload_ask(struct replaying *replaying, const struct access *asked)
{
    struct span key = {(const char *)&asked->hash, sizeof asked->hash};
    struct access access = *asked;
    access.hash = cache_hash(key);
    struct record *record = cache_get_as(replaying->cache, key, &access);
    bool hit = record != NULL;
    if (!hit) {
        struct span body = {replaying->body, asked->bytes};
        size_t key_at = body.count < key.count ? KEY_APART : 0;
        if (key_at == 0)
            memcpy(replaying->body, key.bytes, key.count);
        record = record_create(cache_zone(replaying->cache), key, body, key_at);
        cache_put_as(replaying->cache, record, &access);
    }
    if (record_drop(record))
        record_free(record);
    return hit;
}

static void batch_ask(struct replaying *replaying, size_t count)
{
    if (!replaying->setup->payload) {
        cache_get_or_insert_many(replaying->cache, replaying->accesses, count, replaying->hits);
        return;
    }
    for (size_t i = 0; i < count; i++)
        replaying->hits[i] = payload_ask(replaying, &replaying->accesses[i]);
}

/* Counts it if so many requests ago is within a fetch. */
static void joined_note(struct replaying *replaying, uint64_t ago)
{
    uint64_t span = replaying->setup->fetch_requests;
    if (ago >= span)
        return;
    replaying->result->joined++;
    replaying->result->joined_after[ago * REPLAY_JOINED_PARTS / span]++;
}

/* Hands on from each request to the next for the same id when that was fetched. */
static void batch_count_joined(struct replaying *replaying, uint64_t from, size_t count)
{
    const struct corpus *corpus = replaying->corpus;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = from + i, fetched = replaying->hits[i] ? replaying->fetched[at] : at + 1;
        if (replaying->hits[i] && fetched > 0)
            joined_note(replaying, at + 1 - fetched);
        if (corpus->nexts[at] < corpus->requests)
            replaying->fetched[corpus->nexts[at]] = fetched;
    }
}

static void batch_count(struct replaying *replaying, size_t count)
{
    struct replay_result *result = replaying->result;
    for (size_t i = 0; i < count; i++) {
        const struct access *access = &replaying->accesses[i];
        size_t group = access->hash % REPLAY_GROUPS;
        result->bytes_asked += access->bytes;
        result->bytes_hit += replaying->hits[i] ? access->bytes : 0;
        result->group_requests[group]++;
        result->group_hits[group] += replaying->hits[i];
    }
}

static void stats_note(struct replaying *replaying)
{
    struct cache_stats stats;
    cache_stats(replaying->cache, &stats);
    replaying->result->window_hits[replaying->window] = stats.hits - replaying->before;
    if (stats.bytes > replaying->result->peak_bytes)
        replaying->result->peak_bytes = stats.bytes;
    if (stats.entries > replaying->result->peak_entries)
        replaying->result->peak_entries = stats.entries;
}

static void *zeros_create(uint64_t count, size_t bytes)
{
    void *zeros = calloc(count > 0 ? count : 1, bytes);
    if (zeros == NULL)
        abort();
    return zeros;
}

static void replay_open(struct replaying *replaying)
{
    const struct replay_setup *setup = replaying->setup;
    replaying->cache = cache_create(&(struct cache_setup){
        .policy = setup->policy,
        .capacity_entries = setup->capacity_entries,
        .capacity_bytes = setup->capacity_bytes,
        .ttl_ns = setup->ttl_ns,
        .seed = setup->seed,
        .keys_only = !setup->payload,
    });
    if (setup->payload)
        replaying->body = zeros_create(corpus_largest(replaying->corpus), 1);
    if (setup->fetch_requests > 0 && replaying->corpus->nexts != NULL)
        replaying->fetched = zeros_create(replaying->corpus->requests, sizeof(uint64_t));
}

static void replay_close(struct replaying *replaying)
{
    struct replay_result *result = replaying->result;
    struct cache_stats stats;
    struct memory_zone_figures figures;
    cache_stats(replaying->cache, &stats);
    memory_zone_read(cache_zone(replaying->cache), &figures);
    result->requests = replaying->corpus->requests;
    result->hits = stats.hits;
    result->misses = stats.misses;
    result->evictions = stats.evictions;
    result->expirations = stats.expirations;
    result->entries = stats.entries;
    result->end_bytes = stats.bytes;
    result->end_allocated_bytes = figures.allocated_bytes;
    cache_destroy(replaying->cache);
    free(replaying->body);
    free(replaying->fetched);
}

/* How many requests from there on make a batch: it ends where a window does. */
static size_t batch_begin(struct replaying *replaying, uint64_t from)
{
    uint64_t requests = replaying->corpus->requests, end;
    while ((end = replay_window(requests, replaying->window + 1)) <= from) {
        replaying->before += replaying->result->window_hits[replaying->window];
        replaying->window++;
    }
    return end - from < BATCH ? (size_t)(end - from) : BATCH;
}

/* How many requests it replayed. */
static size_t batch_replay(struct replaying *replaying, uint64_t from)
{
    size_t count = batch_begin(replaying, from);
    batch_fill(replaying, from, count);
    batch_ask(replaying, count);
    batch_count(replaying, count);
    if (replaying->fetched != NULL)
        batch_count_joined(replaying, from, count);
    stats_note(replaying);
    return count;
}

void replay_run(const struct corpus *corpus, const struct replay_setup *setup,
                struct replay_result *result)
{
    struct replaying replaying = {.corpus = corpus, .setup = setup, .result = result};
    *result = (struct replay_result){0};
    replay_open(&replaying);
    double began = seconds_now();
    for (uint64_t from = 0; from < corpus->requests;)
        from += batch_replay(&replaying, from);
    result->seconds = seconds_now() - began;
    replay_close(&replaying);
}

/* The groups are samples of the keys: from how much their misses differ follows by how much their
 * sum would, had other keys been chosen. */
double replay_error(const struct replay_result *result, double expected_requests)
{
    double mean = (double)result->misses / REPLAY_GROUPS;
    double sum = 0;
    for (int i = 0; i < REPLAY_GROUPS; i++) {
        double off = (double)(result->group_requests[i] - result->group_hits[i]) - mean;
        sum += off * off;
    }
    double deviation = sqrt(sum / (REPLAY_GROUPS - 1) * REPLAY_GROUPS);
    return STUDENT_95 * deviation / expected_requests;
}
