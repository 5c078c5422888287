/* space.c - what an entry takes beyond its key and body, by the cache's count and the kernel's. */
#include "measure.h"

#include "process.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct space {
    struct cache_stats stats;
    uint64_t rounding_bytes; /* of one record */
    uint64_t rss_full_bytes; /* by which the process grew, the moment the cache was full */
    uint64_t rss_bytes;      /* and when unused pages had gone back to the kernel */
};

static uint64_t rss_now(void)
{
    struct process_figures figures = {0};
    if (process_read(getpid(), &figures) < 0)
        abort();
    return figures.rss_bytes;
}

/* In a process of its own, so that nothing else moves its memory. */
static struct space space_measure(const struct measure *measure)
{
    struct memory_zone *zone = memory_zone_create();
    struct bed *bed =
        bed_create(zone, &(struct bed_setup){.policy = measure->policy,
                                             .entries = measure->entries,
                                             .keys = keys_create(zone, measure->entries),
                                             .key_count = measure->entries,
                                             .body_chars = BODY_CHARS});
    struct space space = {.rounding_bytes = bed_rounding(bed)};
    uint64_t before = rss_now();
    bed_fill(bed);
    space.rss_full_bytes = rss_now() - before;
    bed_settle(bed);
    memory_purge();
    space.rss_bytes = rss_now() - before;
    bed_stats(bed, &space.stats);
    return space;
}

/* 0, or -1: the child failed. */
static int space_in_child(const struct measure *measure, struct space *space)
{
    int ends[2], status;
    if (pipe(ends) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        *space = space_measure(measure);
        _exit(write(ends[1], space, sizeof *space) == sizeof *space ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = child < 0 ? -1 : read(ends[0], space, sizeof *space);
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return got == sizeof *space && status == 0 ? 0 : -1;
}

static void space_tell(struct gbench *bench, struct measure *measure, const struct space *space)
{
    double kept = (double)space->stats.entries;
    measure->kept = kept;
    if (kept == 0)
        return;
    double payload = (double)space->stats.payload_bytes / kept;
    measure->rounding_bytes = (double)space->rounding_bytes;
    measure->overhead_bytes = (double)space->stats.bytes / kept - payload - measure->rounding_bytes;
    measure->rss_bytes = (double)space->rss_bytes / kept - payload;
    gbench_counter(bench, "rss_when_full_beyond_payload_bytes",
                   (double)space->rss_full_bytes / kept - payload);
}

void measure_memory(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct space space = {0};
    while (gbench_more(bench, 1))
        if (space_in_child(measure, &space) < 0) {
            gbench_fail(bench, "the measuring process failed");
            return;
        }
    space_tell(bench, measure, &space);
    gbench_counter(bench, "entries", measure->kept);
    gbench_counter(bench, "key_bytes", KEY_CHARS);
    gbench_counter(bench, "body_bytes", BODY_CHARS);
    gbench_counter(bench, "rounding_bytes", measure->rounding_bytes);
    gbench_counter(bench, "overhead_bytes", measure->overhead_bytes);
    gbench_counter(bench, "rss_beyond_payload_bytes", measure->rss_bytes);
}
