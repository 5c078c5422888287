/* replay_speed.c - replay-speed: how fast each policy replays a binary trace, on one thread.
 *
 * It writes a Zipf trace over a million ids to a temporary file, as oracleGeneral, and reads that
 * file for every replay. Timed are reading, hashing and the cache. Every round runs each policy
 * once, so that a change in the machine's speed affects all alike. Printed are medians, and the
 * speed relative to reading the file without a cache in the same round.
 */
#include "belady.h"
#include "cache.h"
#include "clock.h"
#include "format_speed.h"
#include "options.h"
#include "policies.h"
#include "stats.h"
#include "trace.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDS         1000000
#define BATCH       512
#define REPEATS_MAX 101
#define ROWS_MAX    128

struct settings {
    uint64_t repeats, requests;
    double alpha;
    bool formats;
};

static const struct settings defaults = {.repeats = 5, .requests = 10000000, .alpha = 1};

static const struct option speed_options[] = {
    {"repeats", OPTION_COUNT, offsetof(struct settings, repeats), "N", "run N rounds, at most 101"},
    {"requests", OPTION_COUNT, offsetof(struct settings, requests), "N", "replay N requests"},
    {"alpha", OPTION_REAL, offsetof(struct settings, alpha), "ALPHA", "the exponent of Zipf's law"},
    {"formats", OPTION_FLAG, offsetof(struct settings, formats), NULL,
     "measure instead how fast traces are read in each format"},
};

static const struct option_table speed_table = {
    .usage = "replay-speed [OPTIONS]",
    .summary = "Measures how fast each policy replays a binary trace, on one thread.",
    .options = speed_options,
    .count = sizeof speed_options / sizeof speed_options[0],
    .defaults = &defaults,
};

static const uint64_t capacities[] = {7631, 76319};
#define CAPACITIES (sizeof capacities / sizeof capacities[0])

/* One policy at one capacity. Policy NULL: read the trace without a cache. */
struct row {
    const struct policy *policy;
    uint64_t capacity;
    double rates[REPEATS_MAX];  /* requests per second */
    double shares[REPEATS_MAX]; /* of the rate of reading in the same round */
    double bytes_per_entry;
    uint64_t misses;
};

struct speed {
    struct settings settings;
    char path[64];
    struct row rows[ROWS_MAX];
    size_t row_count;
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "replay-speed: %s\n", what);
    exit(3);
}

static struct trace *trace_open_or_fail(const char *name, uint64_t requests, const char *format)
{
    struct error error;
    struct trace_setup setup = {.format = format, .seed = 1, .limit = requests};
    struct trace *trace = trace_open(name, &setup, &error);
    if (trace == NULL)
        fail(error.text);
    return trace;
}

/* The whole trace in memory, with the next requests, which belady needs. The caller frees it. */
static struct trace_request *requests_create(const struct settings *settings)
{
    size_t count = settings->requests;
    struct trace_request *requests = xcalloc(count, sizeof *requests);
    uint64_t *nexts = xreallocarray(NULL, IDS, sizeof *nexts);
    char *name = xasprintf("zipf:%g:%d", settings->alpha, IDS);
    struct trace *trace = trace_open_or_fail(name, count, NULL);
    if (trace_read(trace, requests, count) != count)
        fail("the trace cannot be generated");
    memset(nexts, 0xff, IDS * sizeof *nexts); /* TRACE_NEVER */
    for (uint64_t at = count; at-- > 0;) {
        requests[at].next = nexts[requests[at].id];
        nexts[requests[at].id] = at;
    }
    trace_close(trace);
    free(name);
    free(nexts);
    return requests;
}

static void speed_write(struct speed *speed)
{
    strcpy(speed->path, "/tmp/replay-speed-XXXXXX");
    int fd = mkstemp(speed->path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    struct trace_request *requests = requests_create(&speed->settings);
    if (file == NULL || trace_write_oracle(file, requests, speed->settings.requests) != 0 ||
        fclose(file) != 0)
        fail("the trace cannot be written");
    free(requests);
}

/* Replays the trace through the cache, or only reads it if that is NULL. Returns the seconds. */
static double speed_run(const struct speed *speed, struct cache *cache)
{
    static struct trace_request requests[BATCH];
    static struct access accesses[BATCH];
    static bool hits[BATCH];
    struct trace *trace = trace_open_or_fail(speed->path, 0, "oracle");
    uint64_t total = 0;
    uint64_t began_ns = clock_ns();
    for (size_t count; (count = trace_read(trace, requests, BATCH)) > 0; total += count) {
        if (cache == NULL)
            continue;
        for (size_t i = 0; i < count; i++)
            accesses[i] = (struct access){
                .hash = cache_hash_id(requests[i].id), .next = requests[i].next, .bytes = 1};
        cache_get_or_insert_many(cache, accesses, count, hits);
    }
    double seconds = (double)(clock_ns() - began_ns) / (double)NS_PER_SECOND;
    trace_close(trace);
    if (total != speed->settings.requests)
        fail("the temporary file is shorter than what was written");
    return seconds;
}

static void row_run(struct speed *speed, struct row *row, uint64_t repeat)
{
    struct cache_stats stats = {0};
    struct cache *cache = NULL;
    if (row->policy != NULL)
        cache = cache_create(&(struct cache_setup){
            .policy = row->policy, .capacity_entries = row->capacity, .keys_only = true});
    row->rates[repeat] = (double)speed->settings.requests / speed_run(speed, cache);
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

static void rows_print(struct speed *speed)
{
    size_t repeats = speed->settings.repeats;
    double requests = (double)speed->settings.requests;
    printf("%-15s %9s %13s %10s %9s %9s\n", "policy", "capacity", "M requests/s", "of reading",
           "B/entry", "misses");
    for (size_t i = 0; i < speed->row_count; i++) {
        struct row *row = &speed->rows[i];
        printf("%-15s %9lu %13.1f %9.1f%% %9.1f %8.2f%%\n",
               row->policy == NULL ? "reading" : row->policy->name, (unsigned long)row->capacity,
               stats_median(row->rates, repeats) / 1e6, 100 * stats_median(row->shares, repeats),
               row->bytes_per_entry, 100 * (double)row->misses / requests);
    }
}

int main(int argc, char **argv)
{
    static struct speed speed = {.row_count = 1}; /* the first only reads */
    speed.settings = defaults;
    int status = options_take(&speed_table, "replay-speed", argc, argv, &speed.settings, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    if (speed.settings.repeats < 1 || speed.settings.repeats > REPEATS_MAX ||
        speed.settings.requests < 1) {
        fprintf(stderr, "replay-speed: --repeats must be from 1 to %d, and --requests not 0\n",
                REPEATS_MAX);
        return 2;
    }
    if (speed.settings.formats)
        return format_speed(speed.settings.requests, speed.settings.repeats) == 0 ? 0 : 3;
    speed_write(&speed);
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & KEEPS_CAPACITY)
            rows_add(&speed, policies[i]);
    rows_add(&speed, &belady_policy);
    for (uint64_t repeat = 0; repeat < speed.settings.repeats; repeat++) {
        for (size_t i = 0; i < speed.row_count; i++)
            row_run(&speed, &speed.rows[i], repeat);
        fprintf(stderr, "round %lu of %lu\n", (unsigned long)repeat + 1,
                (unsigned long)speed.settings.repeats);
    }
    unlink(speed.path);
    rows_print(&speed);
    return fflush(stdout) == 0 ? 0 : 3;
}
