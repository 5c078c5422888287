/* operation_time.c - rounds of google-benchmark over caches that stay filled. */
#include "operation_time.h"

#include "gbench.h"
#include "random.h"
#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH      64
#define WARM_UP    1000 /* operations that are not timed: others had the processor's caches */
#define NAME_BYTES 80

struct timed_operation {
    char name[NAME_BYTES];
    struct gbench_benchmark benchmark;
    struct filled_cache *cache; /* shared by the operations of one policy and size */
    enum operation operation;
    double *ns; /* of each repetition */
    size_t count;
    bool failed;
    struct stats_interval *found;
};

struct operation_times {
    struct timed_operation *operations;
    size_t count;
    struct micro_results *results;
};

static void operation_run(struct gbench *bench, void *context)
{
    struct timed_operation *timed = context;
    uint64_t count = 0, hits = 0;
    filled_cache_do(timed->cache, timed->operation, WARM_UP);
    while (gbench_more(bench, BATCH)) {
        hits += filled_cache_do(timed->cache, timed->operation, BATCH);
        count += BATCH;
    }
    const char *wrong = filled_cache_check(timed->cache, timed->operation, count, hits);
    if (wrong != NULL)
        gbench_fail(bench, wrong);
}

/* gbench_report. The first time is of the round that only finds out how many operations fit. */
static void operation_ended(void *context, double cpu_ns, const char *error)
{
    struct timed_operation *timed = context;
    if (error != NULL && !timed->failed)
        fprintf(stderr, "micro: %s: %s\n", timed->name, error);
    timed->failed |= error != NULL;
    timed->ns[timed->count++] = cpu_ns;
}

static void operation_add(struct operation_times *times, struct filled_cache *cache, size_t row,
                          size_t size, enum operation operation)
{
    struct micro_results *results = times->results;
    struct timed_operation *timed = &times->operations[times->count++];
    *timed = (struct timed_operation){
        .cache = cache,
        .operation = operation,
        .ns = xcalloc(results->repetitions + 1, sizeof *timed->ns),
        .found = &results->rows[row].cpu_ns[size][operation],
        .benchmark = {.name = timed->name, .run = operation_run, .context = timed}};
    snprintf(timed->name, NAME_BYTES, "%s/%s/%u", operation_names[operation],
             results->rows[row].policy->name, results->sizes[size]);
}

/* Fills a cache for each policy and size. */
static void operations_create(struct operation_times *times,
                              const struct operation_time_setup *setup)
{
    struct micro_results *results = times->results;
    times->operations =
        xcalloc(results->count * results->size_count * OPERATIONS, sizeof *times->operations);
    for (size_t row = 0; row < results->count; row++)
        for (size_t size = 0; size < results->size_count; size++) {
            struct filled_cache *cache =
                filled_cache_create(setup->zone, results->rows[row].policy, results->sizes[size],
                                    setup->keys, setup->key_count);
            for (int operation = 0; operation < OPERATIONS; operation++)
                operation_add(times, cache, row, size, operation);
        }
}

static void operations_destroy(struct operation_times *times)
{
    for (size_t i = 0; i < times->count; i++) {
        if (times->operations[i].operation == 0)
            filled_cache_destroy(times->operations[i].cache);
        free(times->operations[i].ns);
    }
    free(times->operations);
}

static void shuffle(const struct gbench_benchmark **benchmarks, size_t count, struct random *random)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = random_below(random, i);
        const struct gbench_benchmark *last = benchmarks[i - 1];
        benchmarks[i - 1] = benchmarks[other];
        benchmarks[other] = last;
    }
}

/* From the first round on, an operation is repeated equally often. */
static void operations_settle(struct operation_times *times, uint64_t slice_ns)
{
    for (size_t i = 0; i < times->count; i++) {
        struct timed_operation *timed = &times->operations[i];
        if (timed->count == 1 && timed->ns[0] > 0)
            timed->benchmark.operations =
                ((uint64_t)((double)slice_ns / timed->ns[0]) / BATCH + 1) * BATCH;
    }
}

/* The rounds of puts, or of all else: puts change which keys hit. */
static void rounds_run(struct operation_times *times, struct gbench_session *session, bool puts,
                       uint64_t slice_ns)
{
    const struct gbench_benchmark **turns = xcalloc(times->count, sizeof *turns);
    struct random random;
    size_t count = 0;
    random_seed(&random, 1 + puts);
    for (size_t i = 0; i < times->count; i++)
        if ((times->operations[i].operation == OPERATION_PUT) == puts)
            turns[count++] = &times->operations[i].benchmark;
    for (int64_t round = -1; round < (int64_t)times->results->repetitions; round++) {
        shuffle(turns, count, &random);
        gbench_round(session, turns, count, round, (int64_t)times->results->repetitions);
        operations_settle(times, slice_ns);
    }
    free(turns);
}

static void operations_summarize(struct operation_times *times)
{
    for (size_t i = 0; i < times->count; i++) {
        struct timed_operation *timed = &times->operations[i];
        if (timed->failed)
            times->results->failed++;
        else
            *timed->found = stats_median_interval(timed->ns + 1, timed->count - 1, 1);
    }
}

char *operation_times_measure(const struct operation_time_setup *setup,
                              struct micro_results *results)
{
    struct operation_times times = {.results = results};
    struct gbench_session *session = gbench_begin((double)setup->slice_ns / (double)NS_PER_SECOND,
                                                  memory_allocator(), operation_ended);
    operations_create(&times, setup);
    for (int puts = 0; puts < 2; puts++)
        rounds_run(&times, session, puts, setup->slice_ns);
    operations_summarize(&times);
    operations_destroy(&times);
    return gbench_end(session);
}
