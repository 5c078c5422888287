/* operation_time.c - the time of a hit, of a miss, and of an entry's coming while another goes. */
#include "measure.h"

#define BATCH 64

void stage_clear(struct stage *stage)
{
    if (stage->fixture != NULL)
        cache_fixture_destroy(stage->fixture);
    stage->fixture = NULL;
}

const struct key *stage_keys(struct stage *stage)
{
    if (stage->keys == NULL)
        stage->keys = keys_create(stage->zone, stage->key_count);
    return stage->keys;
}

struct cache_fixture *stage_bed(const struct measure *measure)
{
    struct stage *stage = measure->stage;
    return cache_fixture_create(stage->zone,
                                &(struct cache_fixture_setup){.policy = measure->policy,
                                                              .entries = measure->entries,
                                                              .keys = stage_keys(stage),
                                                              .key_count = stage->key_count,
                                                              .body_chars = BODY_CHARS});
}

/* A filled fixture for the measure; the one in use where it fits. */
static struct cache_fixture *stage_set(const struct measure *measure)
{
    struct stage *stage = measure->stage;
    bool fits = stage->fixture != NULL && stage->policy == measure->policy &&
                stage->entries == measure->entries;
    if (fits && (!stage->renewed || measure->kind == PUT_EVICT))
        return stage->fixture;
    stage_clear(stage);
    stage->policy = measure->policy;
    stage->entries = measure->entries;
    stage->renewed = false;
    stage->fixture = stage_bed(measure);
    cache_fixture_fill(stage->fixture);
    cache_fixture_settle(stage->fixture);
    return stage->fixture;
}

static double overhead_bytes(const struct cache_stats *stats)
{
    return stats->entries == 0
               ? 0
               : (double)(stats->bytes - stats->payload_bytes) / (double)stats->entries;
}

static void say_overhead(struct gbench *bench, const struct cache_fixture *fixture)
{
    struct cache_stats stats;
    cache_fixture_stats(fixture, &stats);
    gbench_counter(bench, "entries", (double)stats.entries);
    gbench_counter(bench, "bytes_beyond_payload_per_entry", overhead_bytes(&stats));
}

/* Asks for keys[from] onwards, round and round, and fails unless all are `hits`, or none. */
static void get_round(struct gbench *bench, struct cache_fixture *fixture, const struct key *keys,
                      uint32_t count, bool hits)
{
    uint64_t asked = 0, found = 0;
    uint32_t at = 0;
    while (gbench_more(bench, BATCH)) {
        for (int i = 0; i < BATCH; i++) {
            found += cache_fixture_get(fixture, &keys[at]);
            at = at + 1 == count ? 0 : at + 1;
        }
        asked += BATCH;
    }
    if (found != (hits ? asked : 0))
        gbench_fail(bench, "wrong answers: a miss where the entry is kept, or a hit where not");
    say_overhead(bench, fixture);
}

void measure_get_hit(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct cache_fixture *fixture = stage_set(measure);
    struct cache_stats stats;
    cache_fixture_stats(fixture, &stats);
    get_round(bench, fixture, stage_keys(measure->stage), measure->entries, stats.entries > 0);
}

void measure_get_miss(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct stage *stage = measure->stage;
    struct cache_fixture *fixture = stage_set(measure);
    get_round(bench, fixture, stage_keys(stage) + measure->entries,
              stage->key_count - measure->entries, false);
}

void measure_put_evict(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct cache_fixture *fixture = stage_set(measure);
    measure->stage->renewed = true;
    while (gbench_more(bench, BATCH))
        for (int i = 0; i < BATCH; i++)
            cache_fixture_put(fixture);
    say_overhead(bench, fixture);
}
