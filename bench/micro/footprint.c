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

/* The pauses of one kind of operation. */
struct pauses {
    uint32_t *ns;
    uint32_t count, interrupted; /* how many are in ns, and how many were left out */
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

/* Computes both figures of the pauses, and clears them. */
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

/* What lies beyond the payload, per entry. */
static void footprint_divide(struct footprint *footprint, const struct cache_stats *stats)
{
    double entries = (double)stats->entries;
    double payload = (double)stats->payload_bytes / entries;
    footprint->entries = entries;
    footprint->overhead_bytes =
        (double)stats->bytes / entries - payload - footprint->rounding_bytes;
    footprint->rss_full_bytes = footprint->rss_full_bytes / entries - payload;
    footprint->rss_bytes = footprint->rss_bytes / entries - payload;
}

static struct footprint footprint_measure(const struct measure *measure)
{
    struct cache_fixture *fixture = measure_fixture(measure);
    struct cache_stats stats;
    size_t pauses_bytes = measure->entries * sizeof(uint32_t);
    struct pauses pauses = {.ns = memory_alloc(measure->shared->zone, pauses_bytes)};
    memset(pauses.ns, 0, pauses_bytes); /* now, so that RSS does not grow by it later */
    struct footprint footprint = {.rounding_bytes = (double)cache_fixture_rounding(fixture)};
    uint64_t before = rss_now();
    fill(fixture, measure->entries, &pauses);
    footprint.rss_full_bytes = (double)(rss_now() - before);
    pauses_summarize(&pauses, &footprint.put_max_ns, &footprint.put_p9999_ns);
    cache_fixture_replace_all(fixture);
    memory_purge();
    footprint.rss_bytes = (double)(rss_now() - before);
    cache_fixture_stats(fixture, &stats);
    empty(fixture, measure->shared->key_count, &pauses);
    pauses_summarize(&pauses, &footprint.remove_max_ns, &footprint.remove_p9999_ns);
    footprint.interrupted = pauses.interrupted;
    if (stats.entries == 0)
        return (struct footprint){0};
    footprint_divide(&footprint, &stats);
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

/* Takes over `next`, but keeps the pauses that are shorter. `first`: there are none yet. */
static void footprint_merge(struct footprint *footprint, const struct footprint *next, bool first)
{
    struct footprint before = first ? *next : *footprint;
    *footprint = *next;
    footprint->put_max_ns = lesser(before.put_max_ns, next->put_max_ns);
    footprint->put_p9999_ns = lesser(before.put_p9999_ns, next->put_p9999_ns);
    footprint->remove_max_ns = lesser(before.remove_max_ns, next->remove_max_ns);
    footprint->remove_p9999_ns = lesser(before.remove_p9999_ns, next->remove_p9999_ns);
}

static void footprint_report(struct gbench *bench, const struct footprint *footprint)
{
    static const struct {
        const char *name;
        size_t offset;
    } counters[] = {
        {"entries", offsetof(struct footprint, entries)},
        {"rounding_bytes", offsetof(struct footprint, rounding_bytes)},
        {"overhead_bytes", offsetof(struct footprint, overhead_bytes)},
        {"rss_beyond_payload_bytes", offsetof(struct footprint, rss_bytes)},
        {"rss_when_full_beyond_payload_bytes", offsetof(struct footprint, rss_full_bytes)},
        {"put_max_ns", offsetof(struct footprint, put_max_ns)},
        {"put_p99.99_ns", offsetof(struct footprint, put_p9999_ns)},
        {"remove_max_ns", offsetof(struct footprint, remove_max_ns)},
        {"remove_p99.99_ns", offsetof(struct footprint, remove_p9999_ns)},
        {"interrupted", offsetof(struct footprint, interrupted)},
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        gbench_counter(bench, counters[i].name,
                       *(const double *)((const char *)footprint + counters[i].offset));
    gbench_counter(bench, "key_bytes", KEY_CHARS);
    gbench_counter(bench, "body_bytes", BODY_CHARS);
}

void measure_footprint(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct footprint *footprint = &measure->footprint, next;
    int repeats = 0;
    shared_cache_clear(measure->shared);
    shared_cache_keys(measure->shared);
    while (gbench_more(bench, 1))
        do {
            if (footprint_in_child(measure, &next) < 0) {
                gbench_fail(bench, "the measuring process failed");
                return;
            }
            footprint_merge(footprint, &next, repeats == 0);
        } while (++repeats < REPEATS_MAX &&
                 (footprint->put_max_ns > GOAL_NS || footprint->remove_max_ns > GOAL_NS));
    gbench_counter(bench, "repeats", repeats);
    footprint_report(bench, footprint);
}
