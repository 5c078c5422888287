/* footprint.c - a cache's life, weighed and timed: it fills, renews all that it holds, and empties.
 *
 * What an entry takes beyond its key and body is told by the cache's count and by the kernel's.
 * Pauses are those of single puts while the cache grows, and of single removals while it shrinks.
 * The clock sees what else the machine does in between: a pause in which the kernel ran another
 * program is left out, and of several repeats the least is the cache's own.
 */
#include "measure.h"

#include "clock.h"
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPEATS_MAX 2
#define GOAL_NS     1e6 /* a repeat below it settles the matter */

struct life {
    struct cache_stats stats; /* when all had been renewed */
    uint64_t rounding_bytes;  /* of one record */
    uint64_t rss_full_bytes;  /* by which the process had grown, the moment the cache was full */
    uint64_t rss_bytes;       /* and, all renewed, when unused pages had gone back to the kernel */
    double put_max_ns, put_p9999_ns, remove_max_ns, remove_p9999_ns;
    uint64_t interrupted;
};

/* Pauses of some operations, in their order. */
struct pauses {
    uint32_t *ns;
    uint32_t count, interrupted;
    uint64_t began_ns;
    long switches; /* of this thread, against its will, when last looked at */
};

#define LOOK_EVERY 64    /* operations */
#define LOOK_ABOVE 20000 /* ns */

static long switches_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

static void pause_begin(struct pauses *pauses)
{
    if (pauses->count % LOOK_EVERY == 0)
        pauses->switches = switches_now();
    pauses->began_ns = clock_ns();
}

static void pause_end(struct pauses *pauses)
{
    uint64_t pause_ns = clock_ns() - pauses->began_ns;
    if (pause_ns > LOOK_ABOVE && switches_now() != pauses->switches) {
        pauses->switches = switches_now();
        pauses->interrupted++;
        pause_ns = 0;
    }
    pauses->ns[pauses->count++] = (uint32_t)pause_ns;
}

static int pause_compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void pauses_judge(struct pauses *pauses, double *max_ns, double *p9999_ns)
{
    if (pauses->count == 0)
        return;
    uint32_t last = pauses->count - 1, rare = last / 10000;
    qsort(pauses->ns, pauses->count, sizeof *pauses->ns, pause_compare);
    *max_ns = pauses->ns[last];
    *p9999_ns = pauses->ns[last - rare];
    pauses->count = 0;
}

static void life_grow(struct cache_fixture *fixture, uint32_t count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = cache_fixture_record(fixture, i);
        pause_begin(pauses);
        cache_fixture_keep(fixture, i, record);
        pause_end(pauses);
    }
}

/* Which keys are there depends on the policy. */
static void life_shrink(struct cache_fixture *fixture, uint32_t key_count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < key_count; i++) {
        pause_begin(pauses);
        if (cache_fixture_drop(fixture, i))
            pause_end(pauses);
    }
}

static uint64_t rss_now(void)
{
    struct process_figures figures = {0};
    if (process_read(getpid(), &figures) < 0)
        abort();
    return figures.rss_bytes;
}

/* In a process of its own, so that nothing else moves its memory. */
static struct life life_lead(const struct measure *measure)
{
    struct stage *stage = measure->stage;
    struct cache_fixture *fixture = stage_bed(measure);
    size_t pauses_bytes = measure->entries * sizeof(uint32_t);
    struct pauses pauses = {.ns = memory_alloc(stage->zone, pauses_bytes)};
    memset(pauses.ns, 0, pauses_bytes); /* here, so that RSS does not grow by it later */
    struct life life = {.rounding_bytes = cache_fixture_rounding(fixture)};
    uint64_t before = rss_now();
    life_grow(fixture, measure->entries, &pauses);
    life.rss_full_bytes = rss_now() - before;
    pauses_judge(&pauses, &life.put_max_ns, &life.put_p9999_ns);
    cache_fixture_renew(fixture);
    memory_purge();
    life.rss_bytes = rss_now() - before;
    cache_fixture_stats(fixture, &life.stats);
    life_shrink(fixture, stage->key_count, &pauses);
    pauses_judge(&pauses, &life.remove_max_ns, &life.remove_p9999_ns);
    life.interrupted = pauses.interrupted;
    return life;
}

/* 0, or -1: the child failed. */
static int life_in_child(const struct measure *measure, struct life *life)
{
    int ends[2], status;
    if (pipe(ends) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        *life = life_lead(measure);
        _exit(write(ends[1], life, sizeof *life) == sizeof *life ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = child < 0 ? -1 : read(ends[0], life, sizeof *life);
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return got == sizeof *life && status == 0 ? 0 : -1;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

/* Of pauses the least, of all else the latest. */
static void life_merge(struct life *life, const struct life *next)
{
    struct life before = *life;
    *life = *next;
    life->put_max_ns = lesser(before.put_max_ns, next->put_max_ns);
    life->put_p9999_ns = lesser(before.put_p9999_ns, next->put_p9999_ns);
    life->remove_max_ns = lesser(before.remove_max_ns, next->remove_max_ns);
    life->remove_p9999_ns = lesser(before.remove_p9999_ns, next->remove_p9999_ns);
}

static void weights_tell(struct gbench *bench, struct measure *measure, const struct life *life)
{
    double kept = (double)life->stats.entries;
    measure->kept = kept;
    gbench_counter(bench, "entries", kept);
    if (kept == 0)
        return;
    double payload = (double)life->stats.payload_bytes / kept;
    measure->rounding_bytes = (double)life->rounding_bytes;
    measure->overhead_bytes = (double)life->stats.bytes / kept - payload - measure->rounding_bytes;
    measure->rss_bytes = (double)life->rss_bytes / kept - payload;
    gbench_counter(bench, "key_bytes", KEY_CHARS);
    gbench_counter(bench, "body_bytes", BODY_CHARS);
    gbench_counter(bench, "rounding_bytes", measure->rounding_bytes);
    gbench_counter(bench, "overhead_bytes", measure->overhead_bytes);
    gbench_counter(bench, "rss_beyond_payload_bytes", measure->rss_bytes);
    gbench_counter(bench, "rss_when_full_beyond_payload_bytes",
                   (double)life->rss_full_bytes / kept - payload);
}

static void pauses_tell(struct gbench *bench, struct measure *measure, const struct life *life)
{
    measure->put_max_ns = life->put_max_ns;
    measure->put_p9999_ns = life->put_p9999_ns;
    measure->remove_max_ns = life->remove_max_ns;
    measure->remove_p9999_ns = life->remove_p9999_ns;
    gbench_counter(bench, "put_max_ns", life->put_max_ns);
    gbench_counter(bench, "put_p99.99_ns", life->put_p9999_ns);
    gbench_counter(bench, "remove_max_ns", life->remove_max_ns);
    gbench_counter(bench, "remove_p99.99_ns", life->remove_p9999_ns);
    gbench_counter(bench, "interrupted", (double)life->interrupted);
}

static bool life_is_smooth(const struct life *life)
{
    return life->put_max_ns <= GOAL_NS && life->remove_max_ns <= GOAL_NS;
}

void measure_footprint(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct life life = {.put_max_ns = UINT32_MAX,
                        .put_p9999_ns = UINT32_MAX,
                        .remove_max_ns = UINT32_MAX,
                        .remove_p9999_ns = UINT32_MAX};
    int repeats = 0;
    stage_clear(measure->stage);
    stage_keys(measure->stage);
    while (gbench_more(bench, 1))
        for (; repeats < REPEATS_MAX && !life_is_smooth(&life); repeats++) {
            struct life next;
            if (life_in_child(measure, &next) < 0) {
                gbench_fail(bench, "the measuring process failed");
                return;
            }
            life_merge(&life, &next);
        }
    gbench_counter(bench, "repeats", repeats);
    weights_tell(bench, measure, &life);
    pauses_tell(bench, measure, &life);
}
