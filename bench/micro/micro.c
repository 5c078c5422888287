/* micro.c - the program micro: nanoseconds, bytes and pauses of every policy at several sizes. */
#include "files.h"
#include "measure.h"
#include "options.h"
#include "policies.h"
#include "table.h"
#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZES_MAX   3
#define COLUMNS_MAX (1 + FOOTPRINT * SIZES_MAX)
#define NAME_BYTES  80
#define GOAL_BYTES  32 /* lru: overhead per entry beyond key, body and rounding, at most */
#define GOAL_RSS    56 /* lru: RSS per entry beyond key and body, at most */
#define GOAL_MS     1  /* the longest pause */

enum { STATUS_OK, STATUS_BAD, STATUS_USAGE, STATUS_UNDECIDED }; /* as in tidemark */

struct settings {
    bool quick;
    const char *filter, *json;
    uint64_t repetitions;
};

static const struct settings defaults = {.repetitions = 1};

#define SETTING(name, kind, field, value, help)                                                    \
    {                                                                                              \
        name, kind, offsetof(struct settings, field), value, help                                  \
    }

static const struct option micro_options[] = {
    SETTING("quick", OPTION_FLAG, quick, NULL, "measure fewer sizes, for a shorter time"),
    SETTING("filter", OPTION_TEXT, filter, "REGEX",
            "run only the benchmarks whose name KIND/POLICY/ENTRIES matches; kinds are get-hit, "
            "get-miss, put-evict and footprint"),
    SETTING("repetitions", OPTION_COUNT, repetitions, "N",
            "run each benchmark N times, for tidemark compare"),
    SETTING(
        "json", OPTION_OUTPUT, json, "FILE",
        "print JSON to stdout instead of the table; with FILE, write it there beside the table"),
};

static const struct option_table micro_table = {
    .usage = "micro [OPTIONS] [-- GOOGLE-BENCHMARK-OPTIONS]",
    .summary = "Measures every policy: CPU time of a hit, a miss and a put, bytes per entry, and "
               "the longest pause while growing and shrinking.",
    .details = "Examples:\n"
               "  micro --quick\n"
               "  micro --filter 'get-hit/(lru|sieve)/' --repetitions 10 --json=after.json\n"
               "  micro --filter footprint -- --benchmark_list_tests",
    .options = micro_options,
    .count = sizeof micro_options / sizeof micro_options[0],
    .defaults = &defaults,
};

static const struct {
    const char *name;
    gbench_function *run;
    bool once; /* and at the largest size only */
} kinds[MEASURE_KINDS] = {
    [GET_HIT] = {"get-hit", measure_get_hit, false},
    [GET_MISS] = {"get-miss", measure_get_miss, false},
    [PUT_EVICT] = {"put-evict", measure_put_evict, false},
    [FOOTPRINT] = {"footprint", measure_footprint, true},
};

/* The sizes, and the time that all benchmarks that are timed share. */
struct plan {
    uint32_t sizes[SIZES_MAX];
    size_t size_count;
    double budget_s;
};

static const struct plan full_plan = {{1000, 100000, 1000000}, 3, 6};
static const struct plan quick_plan = {{1000, 100000}, 2, 2};

struct micro {
    struct settings settings;
    const struct plan *plan;
    struct shared_cache shared;
    struct measure *measures;
    size_t count, ended, failed;
};

static uint32_t size_largest(const struct plan *plan)
{
    return plan->sizes[plan->size_count - 1];
}

static char *measure_name(const struct measure *measure, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s/%s/%u", kinds[measure->kind].name, measure->policy->name,
             measure->entries);
    return name;
}

static void measure_add(struct micro *micro, enum measure_kind kind, const struct policy *policy,
                        uint32_t entries)
{
    char name[NAME_BYTES];
    struct measure *measure = &micro->measures[micro->count++];
    *measure = (struct measure){
        .kind = kind, .policy = policy, .entries = entries, .shared = &micro->shared};
    gbench_add(measure_name(measure, name), kinds[kind].once, kinds[kind].run, measure);
}

/* Footprints first, while the process is small; then the times, in the order of time_at, in which
 * those of one policy and size share a cache. */
static void measures_add(struct micro *micro)
{
    const struct plan *plan = micro->plan;
    for (size_t p = 0; p < policies_count; p++)
        measure_add(micro, FOOTPRINT, policies[p], size_largest(plan));
    for (size_t p = 0; p < policies_count; p++)
        for (size_t s = 0; s < plan->size_count; s++)
            for (enum measure_kind kind = GET_HIT; kind < FOOTPRINT; kind++)
                measure_add(micro, kind, policies[p], plan->sizes[s]);
}

/* The measurement of a kind of time, of the policy and the size with these numbers. */
static const struct measure *time_at(const struct micro *micro, enum measure_kind kind,
                                     size_t policy, size_t size)
{
    size_t before = policy * micro->plan->size_count + size;
    return &micro->measures[policies_count + before * FOOTPRINT + kind];
}

static struct measure *measure_named(struct micro *micro, const char *name)
{
    char own[NAME_BYTES];
    for (size_t i = 0; i < micro->count; i++)
        if (strcmp(measure_name(&micro->measures[i], own), name) == 0)
            return &micro->measures[i];
    return NULL;
}

/* gbench_report: notes the result and prints the progress. */
static void measure_ended(void *context, const char *name, double cpu_ns, const char *error)
{
    struct micro *micro = context;
    struct measure *measure = measure_named(micro, name);
    micro->ended++;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rmicro: %zu of %zu: %-40s%s", micro->ended, micro->count, name,
                micro->ended == micro->count ? "\r\33[K" : "");
    if (error != NULL) {
        fprintf(stderr, "micro: %s: %s\n", name, error);
        micro->failed++;
    } else if (measure != NULL) {
        measure->done = true;
        measure->cpu_ns = cpu_ns;
    }
}

static bool any_done(const struct measure *measures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (measures[i].done)
            return true;
    return false;
}

static void table_end(struct table *table)
{
    table_print(table, table_wants_colours(stdout), stdout);
    table_destroy(table);
}

static void times_row(const struct micro *micro, struct table *table, size_t policy)
{
    table_cell(table, TABLE_PLAIN, "%s", policies[policy]->name);
    for (enum measure_kind kind = GET_HIT; kind < FOOTPRINT; kind++)
        for (size_t s = 0; s < micro->plan->size_count; s++) {
            const struct measure *measure = time_at(micro, kind, policy, s);
            if (measure->done)
                table_cell(table, TABLE_PLAIN, "%.1f", measure->cpu_ns);
            else
                table_cell(table, TABLE_FAINT, "-");
        }
}

static void times_print(const struct micro *micro)
{
    static const char *const labels[] = {"get-hit ", "get-miss ", "put-evict "};
    const struct plan *plan = micro->plan;
    char heads[COLUMNS_MAX][NAME_BYTES];
    struct table_column columns[COLUMNS_MAX] = {{"policy", TABLE_LEFT}};
    size_t count = 1;
    for (enum measure_kind kind = GET_HIT; kind < FOOTPRINT; kind++)
        for (size_t s = 0; s < plan->size_count; s++, count++) {
            snprintf(heads[count], NAME_BYTES, "%s%uk", s == 0 ? labels[kind] : "",
                     plan->sizes[s] / 1000);
            columns[count] = (struct table_column){heads[count], TABLE_RIGHT};
        }
    struct table *table = table_create(columns, count);
    for (size_t p = 0; p < policies_count; p++)
        if (any_done(time_at(micro, GET_HIT, p, 0), FOOTPRINT * plan->size_count))
            times_row(micro, table, p);
    printf("CPU time of an operation in ns, by the number of entries. The policy null is the floor."
           "\n\n");
    table_end(table);
}

/* A column of a table of footprints. */
struct figure {
    const char *head;
    size_t offset; /* in struct footprint */
    double unit;
    int decimals;
};

#define FIGURES 4 /* of a table, at most */

static const struct figure bytes[] = {
    {"rounding", offsetof(struct footprint, rounding_bytes), 1, 1},
    {"overhead", offsetof(struct footprint, overhead_bytes), 1, 1},
    {"RSS", offsetof(struct footprint, rss_bytes), 1, 1},
};

static const struct figure pauses[] = {
    {"put max", offsetof(struct footprint, put_max_ns), NS_PER_US, 0},
    {"put p99.99", offsetof(struct footprint, put_p9999_ns), NS_PER_US, 0},
    {"remove max", offsetof(struct footprint, remove_max_ns), NS_PER_US, 0},
    {"remove p99.99", offsetof(struct footprint, remove_p9999_ns), NS_PER_US, 0},
};

static void figures_print(const struct micro *micro, const struct figure *figures, size_t count)
{
    struct table_column columns[1 + FIGURES] = {{"policy", TABLE_LEFT}};
    for (size_t i = 0; i < count; i++)
        columns[1 + i] = (struct table_column){figures[i].head, TABLE_RIGHT};
    struct table *table = table_create(columns, 1 + count);
    for (size_t p = 0; p < policies_count; p++) {
        const struct measure *measure = &micro->measures[p];
        if (!measure->done || measure->footprint.entries == 0)
            continue;
        table_cell(table, TABLE_PLAIN, "%s", measure->policy->name);
        for (size_t i = 0; i < count; i++) {
            const char *at = (const char *)&measure->footprint + figures[i].offset;
            table_cell(table, TABLE_PLAIN, "%.*f", figures[i].decimals,
                       *(const double *)at / figures[i].unit);
        }
    }
    table_end(table);
}

static void footprints_print(const struct micro *micro)
{
    char size[UNITS_TEXT_BYTES];
    units_format_count(size, size_largest(micro->plan));
    printf(
        "Bytes per entry beyond its key of %d and its body of %d, at %s entries, after all have\n"
        "been replaced once. Goal for lru: overhead at most %d, RSS at most %d.\n\n",
        KEY_CHARS, BODY_CHARS, size, GOAL_BYTES, GOAL_RSS);
    figures_print(micro, bytes, sizeof bytes / sizeof bytes[0]);
    printf(
        "\nLongest pause in us, while growing to %s entries and shrinking to 0. Goal: at most %d "
        "ms.\n\n",
        size, GOAL_MS);
    figures_print(micro, pauses, sizeof pauses / sizeof pauses[0]);
}

static void tables_print(const struct micro *micro)
{
    bool times = any_done(micro->measures + policies_count, micro->count - policies_count);
    bool footprints = any_done(micro->measures, policies_count);
    if (times)
        times_print(micro);
    if (times && footprints)
        putchar('\n');
    if (footprints)
        footprints_print(micro);
}

static void micro_prepare(struct micro *micro)
{
    size_t most = policies_count * (FOOTPRINT * micro->plan->size_count + 1);
    micro->shared = (struct shared_cache){.zone = memory_zone_create(),
                                          .key_count = 2 * size_largest(micro->plan)};
    micro->measures = xcalloc(most, sizeof *micro->measures);
    measures_add(micro);
    gbench_context("allocator", memory_allocator());
}

/* Runs the benchmarks. `count` further arguments are google-benchmark's; they come after ours,
 * since it takes the last of equal options. Returns the JSON, as gbench_run. */
static char *micro_run(struct micro *micro, int count, char **arguments)
{
    size_t timed = policies_count * FOOTPRINT * micro->plan->size_count;
    const struct settings *settings = &micro->settings;
    char *own[] = {
        xasprintf("micro"),
        xasprintf("--benchmark_min_time=%.3f", micro->plan->budget_s / (double)timed),
        xasprintf("--benchmark_filter=%s", settings->filter != NULL ? settings->filter : "."),
        xasprintf("--benchmark_repetitions=%llu", (unsigned long long)settings->repetitions)};
    int own_count = (int)(sizeof own / sizeof own[0]);
    char **all = xcalloc((size_t)(own_count + count + 1), sizeof *all);
    memcpy(all, own, sizeof own);
    memcpy(all + own_count, arguments, (size_t)count * sizeof *all);
    char *json = gbench_run(own_count + count, all, measure_ended, micro);
    for (int i = 0; i < own_count; i++)
        free(own[i]);
    free(all);
    return json;
}

static int micro_print(struct micro *micro, const char *json)
{
    struct error error;
    const char *path = micro->settings.json;
    if (path == NULL || strcmp(path, "-") != 0)
        tables_print(micro);
    if (path != NULL && file_write(path, json, strlen(json), &error) < 0) {
        fprintf(stderr, "micro: %s\n", error.text);
        return STATUS_UNDECIDED;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "micro: standard output cannot be written\n");
        return STATUS_UNDECIDED;
    }
    return micro->failed == 0 ? STATUS_OK : STATUS_BAD;
}

static void micro_free(struct micro *micro)
{
    shared_cache_clear(&micro->shared);
    memory_free(micro->shared.keys);
    memory_zone_destroy(micro->shared.zone);
    free(micro->measures);
}

int main(int argc, char **argv)
{
    struct micro micro = {.settings = defaults};
    int count, status = options_take(&micro_table, "micro", argc, argv, &micro.settings, &count);
    if (status != OPTIONS_GO_ON)
        return status;
    micro.plan = micro.settings.quick ? &quick_plan : &full_plan;
    micro_prepare(&micro);
    char *json = micro_run(&micro, count, argv + 1);
    status = json == NULL ? STATUS_USAGE : micro_print(&micro, json);
    free(json);
    micro_free(&micro);
    return status;
}
