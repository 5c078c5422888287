/* footprint.c - the memory of a cache, and its longest pauses while it grows and shrinks.
 *
 * A process of its own fills a cache, replaces all its entries once, and removes them. The memory
 * per entry beyond key and body is taken from the cache's own account and from the kernel. A pause
 * is the wall time of a single put or removal. A pause in which the kernel ran another program is
 * left out; of several repeats the shortest maximum counts, since the others contain interruptions.
 */
#include "measure.h"

#include "clock.h"
#include "process.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPEATS_MAX 2
#define GOAL_NS     ((double)NS_PER_MS) /* a repeat with shorter pauses is not repeated */
#define CHECK_EVERY 64                  /* operations: how often context switches are counted, */
#define CHECK_ABOVE 20000               /* ns: and after which pauses */

struct footprint {
    struct cache_stats stats; /* after all entries have been replaced */
    uint64_t rounding_bytes;  /* of one record */
    uint64_t rss_full_bytes;  /* growth of the process when the cache was full, */
    uint64_t rss_bytes;       /* and after all entries were replaced and unused pages returned */
    double put_max_ns, put_p9999_ns, remove_max_ns, remove_p9999_ns;
    uint64_t interrupted; /* pauses left out */
};

/* The pauses of one kind of operation. */
struct pauses {
    uint32_t *ns;
    uint32_t count, interrupted;
    uint64_t began_ns;
    long switches; /* involuntary context switches of this thread, when last counted */
};

static long switches_count(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

static void pause_begin(struct pauses *pauses)
{
    if (pauses->count % CHECK_EVERY == 0)
        pauses->switches = switches_count();
    pauses->began_ns = clock_ns();
}

static void pause_end(struct pauses *pauses)
{
    uint64_t pause_ns = clock_ns() - pauses->began_ns;
    if (pause_ns > CHECK_ABOVE && switches_count() != pauses->switches) {
        pauses->switches = switches_count();
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

/* The two figures of the pauses, which it then forgets. */
static void pauses_summarize(struct pauses *pauses, double *max_ns, double *p9999_ns)
{
    if (pauses->count == 0)
        return;
    uint32_t last = pauses->count - 1, rare = last / 10000;
    qsort(pauses->ns, pauses->count, sizeof *pauses->ns, pause_compare);
    *max_ns = pauses->ns[last];
    *p9999_ns = pauses->ns[last - rare];
    pauses->count = 0;
}

static void fill(struct cache_fixture *fixture, uint32_t count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = cache_fixture_record(fixture, i);
        pause_begin(pauses);
        cache_fixture_insert(fixture, i, record);
        pause_end(pauses);
    }
}

/* Tries all keys: which of them are there depends on the policy. */
static void empty(struct cache_fixture *fixture, uint32_t key_count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < key_count; i++) {
        pause_begin(pauses);
        if (cache_fixture_remove(fixture, i))
            pause_end(pauses);
    }
}

static uint64_t rss_now(void)
{
    struct process_figures figures = {0};
    if (process_read(getpid(), &figures) < 0)
        die_of("/proc/self cannot be read");
    return figures.rss_bytes;
}

static struct footprint footprint_measure(const struct measure *measure)
{
    struct cache_fixture *fixture = measure_fixture(measure);
    size_t pauses_bytes = measure->entries * sizeof(uint32_t);
    struct pauses pauses = {.ns = memory_alloc(measure->shared->zone, pauses_bytes)};
    memset(pauses.ns, 0, pauses_bytes); /* now, so that RSS does not grow by it later */
    struct footprint footprint = {.rounding_bytes = cache_fixture_rounding(fixture)};
    uint64_t before = rss_now();
    fill(fixture, measure->entries, &pauses);
    footprint.rss_full_bytes = rss_now() - before;
    pauses_summarize(&pauses, &footprint.put_max_ns, &footprint.put_p9999_ns);
    cache_fixture_replace_all(fixture);
    memory_purge();
    footprint.rss_bytes = rss_now() - before;
    cache_fixture_stats(fixture, &footprint.stats);
    empty(fixture, measure->shared->key_count, &pauses);
    pauses_summarize(&pauses, &footprint.remove_max_ns, &footprint.remove_p9999_ns);
    footprint.interrupted = pauses.interrupted;
    return footprint;
}

/* In a child process, so that nothing else changes its memory. 0, or -1: the child failed. */
static int footprint_in_child(const struct measure *measure, struct footprint *footprint)
{
    int ends[2], status;
    if (pipe(ends) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        *footprint = footprint_measure(measure);
        _exit(write(ends[1], footprint, sizeof *footprint) == sizeof *footprint ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = child < 0 ? -1 : read(ends[0], footprint, sizeof *footprint);
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return got == sizeof *footprint && status == 0 ? 0 : -1;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

/* Keeps the shorter pauses, and all else of `next`. */
static void footprint_merge(struct footprint *footprint, const struct footprint *next)
{
    struct footprint before = *footprint;
    *footprint = *next;
    footprint->put_max_ns = lesser(before.put_max_ns, next->put_max_ns);
    footprint->put_p9999_ns = lesser(before.put_p9999_ns, next->put_p9999_ns);
    footprint->remove_max_ns = lesser(before.remove_max_ns, next->remove_max_ns);
    footprint->remove_p9999_ns = lesser(before.remove_p9999_ns, next->remove_p9999_ns);
}

static void report_bytes(struct gbench *bench, struct measure *measure,
                         const struct footprint *footprint)
{
    double kept = (double)footprint->stats.entries;
    measure->kept = kept;
    gbench_counter(bench, "entries", kept);
    if (kept == 0)
        return;
    double payload = (double)footprint->stats.payload_bytes / kept;
    measure->rounding_bytes = (double)footprint->rounding_bytes;
    measure->overhead_bytes =
        (double)footprint->stats.bytes / kept - payload - measure->rounding_bytes;
    measure->rss_bytes = (double)footprint->rss_bytes / kept - payload;
    gbench_counter(bench, "key_bytes", KEY_CHARS);
    gbench_counter(bench, "body_bytes", BODY_CHARS);
    gbench_counter(bench, "rounding_bytes", measure->rounding_bytes);
    gbench_counter(bench, "overhead_bytes", measure->overhead_bytes);
    gbench_counter(bench, "rss_beyond_payload_bytes", measure->rss_bytes);
    gbench_counter(bench, "rss_when_full_beyond_payload_bytes",
                   (double)footprint->rss_full_bytes / kept - payload);
}

static void report_pauses(struct gbench *bench, struct measure *measure,
                          const struct footprint *footprint)
{
    measure->put_max_ns = footprint->put_max_ns;
    measure->put_p9999_ns = footprint->put_p9999_ns;
    measure->remove_max_ns = footprint->remove_max_ns;
    measure->remove_p9999_ns = footprint->remove_p9999_ns;
    gbench_counter(bench, "put_max_ns", footprint->put_max_ns);
    gbench_counter(bench, "put_p99.99_ns", footprint->put_p9999_ns);
    gbench_counter(bench, "remove_max_ns", footprint->remove_max_ns);
    gbench_counter(bench, "remove_p99.99_ns", footprint->remove_p9999_ns);
    gbench_counter(bench, "interrupted", (double)footprint->interrupted);
}

static bool meets_goal(const struct footprint *footprint)
{
    return footprint->put_max_ns <= GOAL_NS && footprint->remove_max_ns <= GOAL_NS;
}

void measure_footprint(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct footprint footprint = {.put_max_ns = UINT32_MAX,
                                  .put_p9999_ns = UINT32_MAX,
                                  .remove_max_ns = UINT32_MAX,
                                  .remove_p9999_ns = UINT32_MAX};
    int repeats = 0;
    shared_cache_clear(measure->shared);
    shared_cache_keys(measure->shared);
    while (gbench_more(bench, 1))
        for (; repeats < REPEATS_MAX && !meets_goal(&footprint); repeats++) {
            struct footprint next;
            if (footprint_in_child(measure, &next) < 0) {
                gbench_fail(bench, "the measuring process failed");
                return;
            }
            footprint_merge(&footprint, &next);
        }
    gbench_counter(bench, "repeats", repeats);
    report_bytes(bench, measure, &footprint);
    report_pauses(bench, measure, &footprint);
}
