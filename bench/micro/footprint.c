/* footprint.c - fills a cache, replaces all its entries once, and removes them.
 *
 * The memory per entry beyond key and body is taken from the cache's own account and from the
 * kernel. A pause is the wall time of a single put or removal; one in which the kernel ran another
 * program is left out and counted.
 */
#include "footprint.h"

#include "clock.h"
#include "process.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 2
#define CHECK_EVERY   64    /* operations: how often context switches are counted, */
#define CHECK_ABOVE   20000 /* ns: and after which pauses */

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

struct footprint footprint_unknown(void)
{
    return (struct footprint){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

/* What the processes that measure have in common. */
struct footprint_setup {
    struct memory_zone *zone;
    const struct key *keys;
    uint32_t entries;
};

static struct footprint footprint_measure(const struct footprint_setup *setup,
                                          const struct policy *policy)
{
    struct cache_fixture *fixture = cache_fixture_create(
        setup->zone, &(struct cache_fixture_setup){.policy = policy,
                                                   .entries = setup->entries,
                                                   .keys = setup->keys,
                                                   .key_count = 2 * setup->entries,
                                                   .body_chars = BODY_CHARS});
    struct cache_stats stats;
    size_t pauses_bytes = setup->entries * sizeof(uint32_t);
    struct pauses pauses = {.ns = memory_alloc(setup->zone, pauses_bytes)};
    memset(pauses.ns, 0, pauses_bytes); /* now, so that RSS does not grow by it later */
    struct footprint footprint = {.rounding_bytes = (double)cache_fixture_rounding(fixture)};
    uint64_t before = rss_now();
    fill(fixture, setup->entries, &pauses);
    footprint.rss_full_bytes = (double)rss_now() - (double)before;
    pauses_summarize(&pauses, &footprint.put_max_ns, &footprint.put_p9999_ns);
    cache_fixture_replace_all(fixture);
    memory_purge();
    footprint.rss_bytes = (double)rss_now() - (double)before;
    cache_fixture_stats(fixture, &stats);
    empty(fixture, 2 * setup->entries, &pauses);
    pauses_summarize(&pauses, &footprint.remove_max_ns, &footprint.remove_p9999_ns);
    footprint.interrupted = pauses.interrupted;
    if (stats.entries == 0) {
        footprint = footprint_unknown();
        footprint.entries = 0;
        return footprint;
    }
    footprint_divide(&footprint, &stats);
    return footprint;
}

/* A process that measures, so that nothing else changes its memory. */
struct footprint_process {
    pid_t pid; /* -1: it could not be started */
    int result;
};

static struct footprint_process process_start(const struct footprint_setup *setup,
                                              const struct policy *policy)
{
    int ends[2];
    if (pipe(ends) < 0)
        return (struct footprint_process){-1, -1};
    struct footprint_process process = {fork(), ends[0]};
    if (process.pid == 0) {
        struct footprint found = footprint_measure(setup, policy);
        _exit(write(ends[1], &found, sizeof found) == sizeof found ? 0 : 1);
    }
    close(ends[1]);
    return process;
}

/* Waits for its end. 0, or -1: it failed. */
static int process_finish(const struct footprint_process *process, struct footprint *found)
{
    int status;
    if (process->result < 0)
        return -1;
    ssize_t bytes = process->pid < 0 ? -1 : read(process->result, found, sizeof *found);
    close(process->result);
    if (process->pid < 0 || waitpid(process->pid, &status, 0) != process->pid)
        return -1;
    return bytes == sizeof *found && status == 0 ? 0 : -1;
}

size_t footprints_measure(struct memory_zone *zone, const struct policy *const *policies,
                          size_t count, uint32_t entries, const struct key *keys,
                          struct footprint *footprints)
{
    struct footprint_setup setup = {zone, keys, entries};
    struct footprint_process processes[PROCESSES_MAX];
    size_t width = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? PROCESSES_MAX : 1, failed = 0;
    for (size_t i = 0; i < count + width; i++) {
        struct footprint_process *process = &processes[i % width];
        if (i >= width && i - width < count &&
            process_finish(process, &footprints[i - width]) < 0) {
            footprints[i - width] = footprint_unknown();
            failed++;
        }
        if (i < count)
            *process = process_start(&setup, policies[i]);
    }
    return failed;
}
