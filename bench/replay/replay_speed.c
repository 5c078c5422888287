/* replay_speed.c - how fast a binary trace is replayed, policy by policy, beside reading it alone.
 *
 * usage: replay-speed [REPEATS [REQUESTS [ALPHA]]]
 *
 * One thread; Zipf over a million ids, written once as oracleGeneral to a temporary file that is
 * then read for every replay: what is timed is reading, hashing and asking the cache. Rounds are
 * interleaved, so that a machine that drifts does so for all; medians, and ratios to reading alone
 * in the same round.
 */
#include "belady.h"
#include "cache.h"
#include "policies.h"
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IDS         1000000
#define BATCH       512
#define REPEATS_MAX 101
#define ROWS_MAX    128

static const uint64_t capacities[] = {7631, 76319};
#define CAPACITIES (sizeof capacities / sizeof capacities[0])

/* One policy at one capacity; NULL: reading alone. */
struct row {
    const struct policy *policy;
    uint64_t capacity;
    double rates[REPEATS_MAX], shares[REPEATS_MAX]; /* requests/s, and of reading's */
    double bytes_per_entry;
    uint64_t misses;
};

struct speed {
    char path[64];
    uint64_t requests;
    int repeats;
    struct row rows[ROWS_MAX];
    size_t row_count;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "replay-speed: %s\n", what);
    exit(1);
}

static struct trace *speed_open(const char *name, uint64_t requests, const char *format)
{
    struct error error;
    struct trace_setup setup = {.format = format, .seed = 1, .limit = requests};
    struct trace *trace = trace_open(name, &setup, &error);
    if (trace == NULL)
        fail(error.text);
    return trace;
}

/* The whole stream in memory, with what comes next filled in, as the optimum needs it. */
static struct trace_request *stream_make(const char *name, uint64_t requests)
{
    struct trace_request *stream = calloc(requests, sizeof *stream);
    uint64_t *seen = malloc(IDS * sizeof *seen);
    struct trace *trace = speed_open(name, requests, NULL);
    if (stream == NULL || seen == NULL || trace_read(trace, stream, requests) != requests)
        fail("the stream cannot be made");
    memset(seen, 0xff, IDS * sizeof *seen); /* TRACE_NEVER */
    for (uint64_t at = requests; at-- > 0;) {
        stream[at].next = seen[stream[at].id];
        seen[stream[at].id] = at;
    }
    trace_close(trace);
    free(seen);
    return stream;
}

static void speed_write(struct speed *speed, const char *alpha)
{
    char name[64];
    snprintf(name, sizeof name, "zipf:%s:%d", alpha, IDS);
    snprintf(speed->path, sizeof speed->path, "/tmp/replay-speed-XXXXXX");
    int fd = mkstemp(speed->path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    struct trace_request *stream = stream_make(name, speed->requests);
    if (file == NULL || trace_write_oracle(file, stream, speed->requests) != 0 || fclose(file) != 0)
        fail("the trace cannot be written");
    free(stream);
}

/* Reads the trace, asks the cache unless it is NULL. Seconds. */
static double speed_run(const struct speed *speed, struct cache *cache)
{
    static struct trace_request requests[BATCH];
    static struct access accesses[BATCH];
    static bool hits[BATCH];
    struct trace *trace = speed_open(speed->path, 0, "oracle");
    uint64_t total = 0;
    double began = seconds_now();
    for (size_t count; (count = trace_read(trace, requests, BATCH)) > 0; total += count) {
        if (cache == NULL)
            continue;
        for (size_t i = 0; i < count; i++)
            accesses[i] = (struct access){
                .hash = cache_hash_id(requests[i].id), .next = requests[i].next, .bytes = 1};
        cache_get_or_insert_many(cache, accesses, count, hits);
    }
    double seconds = seconds_now() - began;
    trace_close(trace);
    if (total != speed->requests)
        fail("the trace came back short");
    return seconds;
}

static void row_run(struct speed *speed, struct row *row, int repeat)
{
    struct cache_stats stats = {0};
    struct cache *cache = NULL;
    if (row->policy != NULL)
        cache = cache_create(&(struct cache_setup){
            .policy = row->policy, .capacity_entries = row->capacity, .keys_only = true});
    row->rates[repeat] = (double)speed->requests / speed_run(speed, cache);
    row->shares[repeat] = row->rates[repeat] / speed->rows[0].rates[repeat];
    if (cache == NULL)
        return;
    cache_stats(cache, &stats);
    row->misses = stats.misses;
    row->bytes_per_entry = (double)stats.bytes / (double)stats.entries;
    cache_destroy(cache);
}

static void rows_add(struct speed *speed, const struct policy *policy)
{
    for (size_t i = 0; i < CAPACITIES && speed->row_count < ROWS_MAX; i++)
        speed->rows[speed->row_count++] = (struct row){.policy = policy, .capacity = capacities[i]};
}

static int compare_doubles(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare_doubles);
    return values[count / 2];
}

static void rows_print(struct speed *speed)
{
    printf("%-15s %9s %13s %10s %9s %9s\n", "policy", "capacity", "M requests/s", "of reading",
           "B/entry", "misses");
    for (size_t i = 0; i < speed->row_count; i++) {
        struct row *row = &speed->rows[i];
        printf("%-15s %9lu %13.1f %9.1f%% %9.1f %8.2f%%\n",
               row->policy == NULL ? "reading" : row->policy->name, (unsigned long)row->capacity,
               median(row->rates, speed->repeats) / 1e6, 100 * median(row->shares, speed->repeats),
               row->bytes_per_entry, 100 * (double)row->misses / (double)speed->requests);
    }
}

int main(int argc, char **argv)
{
    static struct speed speed;
    speed.repeats = argc > 1 ? atoi(argv[1]) : 5;
    speed.requests = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
    if (argc > 4 || speed.repeats < 1 || speed.repeats > REPEATS_MAX || speed.requests == 0)
        fail("usage: replay-speed [REPEATS [REQUESTS [ALPHA]]]");
    speed_write(&speed, argc > 3 ? argv[3] : "1.0");
    speed.rows[speed.row_count++] = (struct row){0};
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & KEEPS_CAPACITY)
            rows_add(&speed, policies[i]);
    rows_add(&speed, &belady_policy);
    for (int repeat = 0; repeat < speed.repeats; repeat++) {
        for (size_t i = 0; i < speed.row_count; i++)
            row_run(&speed, &speed.rows[i], repeat);
        fprintf(stderr, "round %d of %d\n", repeat + 1, speed.repeats);
    }
    unlink(speed.path);
    rows_print(&speed);
    return 0;
}
