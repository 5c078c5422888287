/* replay.c - replays a corpus in batches and counts. */
#include "replay.h"

#include "clock.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH      512
#define STUDENT_95 2.131 /* two-sided quantile, REPLAY_GROUPS - 1 degrees of freedom */

struct replay {
    const struct corpus *corpus;
    const struct replay_setup *setup;
    struct replay_result *result;
    struct cache *cache;
    char *body;        /* as long as the longest; NULL without payload */
    uint64_t *fetched; /* per request: 1 + the position of the last fetch of its key; 0: none.
                        * NULL if neither fetch_requests nor an age limit needs it */
    bool ages;         /* the policy keeps no age, so that the replay does */
    uint64_t stale;    /* hits of the cache that were too old */
    const uint64_t *times_ns; /* of the requests; NULL: they come evenly */
    double ns_per_request;
    uint64_t warmup;      /* requests, at most all */
    size_t window;        /* of the current batch */
    uint64_t hits_before; /* it */
    struct access accesses[BATCH];
    bool hits[BATCH];
};

/* The time to live of what is fetched for the request; 0: the policy's. */
static uint64_t ttl_at(const struct replay *replay, uint64_t at)
{
    uint64_t limit_ns = replay->setup->ttl_ns;
    uint64_t own_ns =
        replay->corpus->ttls_s != NULL ? replay->corpus->ttls_s[at] * NS_PER_SECOND : 0;
    return limit_ns > 0 && own_ns > limit_ns ? limit_ns : own_ns;
}

/* times_ns NULL: requests come evenly. */
static inline uint64_t time_at(const uint64_t *times_ns, double ns_per_request, uint64_t at)
{
    return times_ns != NULL ? times_ns[at] : (uint64_t)((double)at * ns_per_request);
}

static void batch_fill(struct replay *replay, uint64_t from, size_t count)
{
    const struct corpus *corpus = replay->corpus;
    const uint64_t *times_ns = replay->times_ns;
    double ns_per_request = replay->ns_per_request;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = from + i;
        replay->accesses[i] = (struct access){
            .hash = corpus->hashes[at],
            .now_ns = time_at(times_ns, ns_per_request, at),
            .ttl_ns = corpus->ttls_s != NULL ? ttl_at(replay, at) : 0,
            .next = corpus->nexts != NULL ? corpus->nexts[at] : 0,
            .bytes = corpus->bytes != NULL ? corpus->bytes[at] : 1,
        };
    }
}

/* The key is the hash, 8 bytes. The body is as long as the trace says; like the service's bodies it
 * contains the key, at its start, if it is long enough. */
static bool record_request(struct replay *replay, const struct access *request)
{
    struct span key = {(const char *)&request->hash, sizeof request->hash};
    struct access access = *request;
    access.hash = cache_hash(key);
    struct record *record = cache_get_as(replay->cache, key, &access);
    bool hit = record != NULL;
    if (!hit) {
        struct span body = {replay->body, request->bytes};
        size_t key_at = body.count < key.count ? KEY_APART : 0;
        if (key_at == 0)
            memcpy(replay->body, key.bytes, key.count);
        record = record_create(cache_zone(replay->cache), key, body, key_at);
        cache_put_as(replay->cache, record, &access);
    }
    if (record_drop(record))
        record_free(record);
    return hit;
}

static void batch_request(struct replay *replay, size_t count)
{
    if (!replay->setup->payload) {
        cache_get_or_insert_many(replay->cache, replay->accesses, count, replay->hits);
        return;
    }
    for (size_t i = 0; i < count; i++)
        replay->hits[i] = record_request(replay, &replay->accesses[i]);
}

/* Counts a hit if the fetch began so few requests ago that it is not over. */
static void joined_count(struct replay *replay, uint64_t ago)
{
    uint64_t span = replay->setup->fetch_requests;
    if (ago >= span)
        return;
    replay->result->joined++;
    replay->result->joined_after[ago * REPLAY_JOINED_PARTS / span]++;
}

/* Whether what was fetched at the request is too old at a later one. */
static bool is_stale(const struct replay *replay, uint64_t fetched_at, uint64_t at)
{
    uint64_t own_ns = ttl_at(replay, fetched_at);
    uint64_t limit_ns = own_ns > 0 ? own_ns : replay->setup->ttl_ns;
    uint64_t now_ns = time_at(replay->times_ns, replay->ns_per_request, at);
    return now_ns >= time_at(replay->times_ns, replay->ns_per_request, fetched_at) + limit_ns;
}

/* Passes the position of the last fetch on, from each request to the next one for its key. A hit on
 * an entry that is too old becomes a miss. */
static void batch_follow_fetches(struct replay *replay, uint64_t from, size_t count)
{
    const struct corpus *corpus = replay->corpus;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = from + i, last = replay->fetched[at];
        if (replay->ages && replay->hits[i] && last > 0 && is_stale(replay, last - 1, at)) {
            replay->hits[i] = false;
            replay->stale++;
        }
        uint64_t fetched = replay->hits[i] ? last : at + 1;
        if (replay->hits[i] && fetched > 0)
            joined_count(replay, at + 1 - fetched);
        if (corpus->nexts[at] < corpus->requests)
            replay->fetched[corpus->nexts[at]] = fetched;
    }
}

static void batch_count(struct replay *replay, size_t count)
{
    struct replay_result *result = replay->result;
    for (size_t i = 0; i < count; i++) {
        const struct access *access = &replay->accesses[i];
        size_t group = access->hash % REPLAY_GROUPS;
        result->bytes_requested += access->bytes;
        result->bytes_hit += replay->hits[i] ? access->bytes : 0;
        result->group_requests[group]++;
        result->group_hits[group] += replay->hits[i];
    }
}

static void stats_update(struct replay *replay)
{
    struct replay_result *result = replay->result;
    struct cache_stats stats;
    cache_stats(replay->cache, &stats);
    result->window_hits[replay->window] = stats.hits - replay->stale - replay->hits_before;
    if (stats.bytes > result->peak_bytes)
        result->peak_bytes = stats.bytes;
    if (stats.entries > result->peak_entries)
        result->peak_entries = stats.entries;
}

/* Remembers what had been counted when the warm-up ended; steady_end turns it into the rest. */
static void steady_begin(struct replay *replay)
{
    struct replay_result *result = replay->result;
    struct cache_stats stats;
    cache_stats(replay->cache, &stats);
    result->steady_hits = stats.hits - replay->stale;
    result->steady_joined = result->joined;
    memcpy(result->steady_joined_after, result->joined_after, sizeof result->joined_after);
    result->steady_bytes_requested = result->bytes_requested;
    result->steady_bytes_hit = result->bytes_hit;
}

static void steady_end(struct replay *replay)
{
    struct replay_result *result = replay->result;
    uint64_t warmup = replay->warmup;
    struct corpus_firsts cold = corpus_firsts(replay->corpus, 0, warmup),
                         steady = corpus_firsts(replay->corpus, warmup, result->requests);
    result->steady_requests = result->requests - warmup;
    result->steady_hits = result->hits - result->steady_hits;
    result->steady_joined = result->joined - result->steady_joined;
    for (size_t i = 0; i < REPLAY_JOINED_PARTS; i++)
        result->steady_joined_after[i] = result->joined_after[i] - result->steady_joined_after[i];
    result->steady_bytes_requested = result->bytes_requested - result->steady_bytes_requested;
    result->steady_bytes_hit = result->bytes_hit - result->steady_bytes_hit;
    result->steady_compulsory = steady.requests;
    result->steady_compulsory_bytes = steady.bytes;
    result->compulsory = cold.requests + steady.requests;
    result->compulsory_bytes = cold.bytes + steady.bytes;
}

static double ns_per_request(const struct corpus *corpus, double rate_rps)
{
    return (rate_rps > 0 ? (double)NS_PER_SECOND / rate_rps : REPLAY_NS_PER_REQUEST) *
           (double)corpus->read / (double)corpus->requests; /* of the sample */
}

static void replay_open(struct replay *replay)
{
    const struct replay_setup *setup = replay->setup;
    bool keeps_age = setup->policy->limits & KEEPS_AGE;
    replay->cache = cache_create(&(struct cache_setup){
        .policy = setup->policy,
        .capacity_entries = setup->capacity_entries,
        .capacity_bytes = setup->capacity_bytes,
        .ttl_ns = keeps_age ? setup->ttl_ns : 0,
        .seed = setup->seed,
        .keys_only = !setup->payload,
    });
    if (setup->payload)
        replay->body = xcalloc(corpus_largest(replay->corpus), 1);
    replay->times_ns = setup->rate_rps > 0 ? NULL : replay->corpus->times_ns;
    replay->ns_per_request = ns_per_request(replay->corpus, setup->rate_rps);
    replay->ages = setup->ttl_ns > 0 && !keeps_age;
    if ((setup->fetch_requests > 0 || replay->ages) && replay->corpus->nexts != NULL)
        replay->fetched = xcalloc(replay->corpus->requests, sizeof *replay->fetched);
}

static void replay_close(struct replay *replay)
{
    struct replay_result *result = replay->result;
    struct cache_stats stats;
    struct memory_zone_figures figures;
    cache_stats(replay->cache, &stats);
    memory_zone_read(cache_zone(replay->cache), &figures);
    result->requests = replay->corpus->requests;
    result->hits = stats.hits - replay->stale;
    result->misses = stats.misses + replay->stale;
    result->evictions = stats.evictions;
    result->expirations = stats.expirations + replay->stale;
    result->entries = stats.entries;
    result->end_bytes = stats.bytes;
    result->end_allocated_bytes = figures.allocated_bytes;
    steady_end(replay);
    cache_destroy(replay->cache);
    free(replay->body);
    free(replay->fetched);
}

/* The size of the batch that begins at request `from`. It ends where its window or the warm-up
 * ends. */
static size_t batch_begin(struct replay *replay, uint64_t from)
{
    uint64_t requests = replay->corpus->requests, end;
    while ((end = replay_window(requests, replay->window + 1)) <= from) {
        replay->hits_before += replay->result->window_hits[replay->window];
        replay->window++;
    }
    if (from < replay->warmup && replay->warmup < end)
        end = replay->warmup;
    return end - from < BATCH ? (size_t)(end - from) : BATCH;
}

/* Returns the size of the batch. */
static size_t batch_replay(struct replay *replay, uint64_t from)
{
    size_t count = batch_begin(replay, from);
    batch_fill(replay, from, count);
    batch_request(replay, count);
    if (replay->fetched != NULL)
        batch_follow_fetches(replay, from, count);
    batch_count(replay, count);
    stats_update(replay);
    if (from + count == replay->warmup)
        steady_begin(replay);
    return count;
}

void replay_run(const struct corpus *corpus, const struct replay_setup *setup,
                struct replay_result *result)
{
    struct replay replay = {.corpus = corpus, .setup = setup, .result = result};
    replay.warmup =
        setup->warmup_requests < corpus->requests ? setup->warmup_requests : corpus->requests;
    *result = (struct replay_result){0};
    replay_open(&replay);
    uint64_t began_ns = clock_ns();
    for (uint64_t from = 0; from < corpus->requests;)
        from += batch_replay(&replay, from);
    result->seconds = (double)(clock_ns() - began_ns) / (double)NS_PER_SECOND;
    replay_close(&replay);
}

struct replay_result replay_steady(const struct replay_result *result)
{
    struct replay_result steady = *result;
    steady.requests = result->steady_requests;
    steady.hits = result->steady_hits;
    steady.misses = result->steady_requests - result->steady_hits;
    steady.joined = result->steady_joined;
    memcpy(steady.joined_after, result->steady_joined_after, sizeof steady.joined_after);
    steady.bytes_requested = result->steady_bytes_requested;
    steady.bytes_hit = result->steady_bytes_hit;
    steady.compulsory = result->steady_compulsory;
    steady.compulsory_bytes = result->steady_compulsory_bytes;
    return steady;
}

/* Each group is a sample of the keys: the variance between groups gives that of their sum. */
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
