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
#define COLUMNS_MAX (1 + (PUT_EVICT + 1) * SIZES_MAX)
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
    SETTING("json", OPTION_OUTPUT, json, "FILE",
            "print google-benchmark's JSON instead of the tables, or write it to FILE beside them"),
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

/* Footprints first, while the process is small; then the times, in an order in which those of one
 * policy and size can share a cache. */
static void measures_add(struct micro *micro)
{
    const struct plan *plan = micro->plan;
    for (size_t p = 0; p < policies_count; p++)
        measure_add(micro, FOOTPRINT, policies[p], size_largest(plan));
    for (size_t p = 0; p < policies_count; p++)
        for (size_t s = 0; s < plan->size_count; s++)
            for (enum measure_kind kind = GET_HIT; kind <= PUT_EVICT; kind++)
                measure_add(micro, kind, policies[p], plan->sizes[s]);
}

static struct measure *measure_find(struct micro *micro, enum measure_kind kind,
                                    const struct policy *policy, uint32_t entries)
{
    for (size_t i = 0; i < micro->count; i++) {
        struct measure *measure = &micro->measures[i];
        if (measure->kind == kind && measure->policy == policy && measure->entries == entries)
            return measure;
    }
    return NULL;
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

static void table_end(struct table *table)
{
    table_print(table, table_wants_colours(stdout), stdout);
    table_destroy(table);
}

/* True: a footprint, or a time, of this policy (NULL: of any) has been measured. */
static bool any_done(const struct micro *micro, bool footprint, const struct policy *policy)
{
    for (size_t i = 0; i < micro->count; i++) {
        const struct measure *measure = &micro->measures[i];
        if (measure->done && (measure->kind == FOOTPRINT) == footprint &&
            (policy == NULL || measure->policy == policy))
            return true;
    }
    return false;
}

static void times_row(struct micro *micro, struct table *table, const struct policy *policy)
{
    table_cell(table, TABLE_PLAIN, "%s", policy->name);
    for (enum measure_kind kind = GET_HIT; kind <= PUT_EVICT; kind++)
        for (size_t s = 0; s < micro->plan->size_count; s++) {
            const struct measure *m = measure_find(micro, kind, policy, micro->plan->sizes[s]);
            if (m->done)
                table_cell(table, TABLE_PLAIN, "%.1f", m->cpu_ns);
            else
                table_cell(table, TABLE_FAINT, "-");
        }
}

static void times_print(struct micro *micro)
{
    const struct plan *plan = micro->plan;
    static const char *const labels[] = {"get-hit ", "get-miss ", "put-evict "};
    char heads[COLUMNS_MAX][NAME_BYTES];
    struct table_column columns[COLUMNS_MAX] = {{"policy", TABLE_LEFT}};
    size_t count = 1;
    for (enum measure_kind kind = GET_HIT; kind <= PUT_EVICT; kind++)
        for (size_t s = 0; s < plan->size_count; s++, count++) {
            snprintf(heads[count], NAME_BYTES, "%s%uk", s == 0 ? labels[kind] : "",
                     plan->sizes[s] / 1000);
            columns[count] = (struct table_column){heads[count], TABLE_RIGHT};
        }
    struct table *table = table_create(columns, count);
    for (size_t p = 0; p < policies_count; p++)
        if (any_done(micro, false, policies[p]))
            times_row(micro, table, policies[p]);
    printf(
        "CPU time of an operation in ns, by the number of entries. The policy null is the floor.\n"
        "\n");
    table_end(table);
}

/* The policy's footprint, or NULL: it was not measured, or the policy keeps no entries. */
static const struct measure *footprint_of(struct micro *micro, size_t policy)
{
    const struct measure *measure =
        measure_find(micro, FOOTPRINT, policies[policy], size_largest(micro->plan));
    return measure->done && measure->kept > 0 ? measure : NULL;
}

static void bytes_print(struct micro *micro)
{
    static const struct table_column columns[] = {{"policy", TABLE_LEFT},
                                                  {"rounding", TABLE_RIGHT},
                                                  {"overhead", TABLE_RIGHT},
                                                  {"RSS", TABLE_RIGHT}};
    char size[UNITS_TEXT_BYTES];
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t p = 0; p < policies_count; p++) {
        const struct measure *m = footprint_of(micro, p);
        if (m == NULL)
            continue;
        table_cell(table, TABLE_PLAIN, "%s", m->policy->name);
        table_cell(table, TABLE_PLAIN, "%.1f", m->rounding_bytes);
        table_cell(table, TABLE_PLAIN, "%.1f", m->overhead_bytes);
        table_cell(table, TABLE_PLAIN, "%.1f", m->rss_bytes);
    }
    printf(
        "\nBytes per entry beyond its key of %d and its body of %d, at %s entries, after all have\n"
        "been replaced once. Goal for lru: overhead at most %d, RSS at most %d.\n\n",
        KEY_CHARS, BODY_CHARS, units_format_count(size, size_largest(micro->plan)), GOAL_BYTES,
        GOAL_RSS);
    table_end(table);
}

static void pauses_print(struct micro *micro)
{
    static const struct table_column columns[] = {{"policy", TABLE_LEFT},
                                                  {"put max", TABLE_RIGHT},
                                                  {"put p99.99", TABLE_RIGHT},
                                                  {"remove max", TABLE_RIGHT},
                                                  {"remove p99.99", TABLE_RIGHT}};
    char size[UNITS_TEXT_BYTES];
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t p = 0; p < policies_count; p++) {
        const struct measure *m = footprint_of(micro, p);
        if (m == NULL)
            continue;
        double ns[] = {m->put_max_ns, m->put_p9999_ns, m->remove_max_ns, m->remove_p9999_ns};
        table_cell(table, TABLE_PLAIN, "%s", m->policy->name);
        for (size_t i = 0; i < sizeof ns / sizeof ns[0]; i++)
            table_cell(table, TABLE_PLAIN, "%.0f", ns[i] / (double)NS_PER_US);
    }
    printf(
        "\nLongest pause in us, while growing to %s entries and shrinking to 0. Goal: at most %d "
        "ms.\n\n",
        units_format_count(size, size_largest(micro->plan)), GOAL_MS);
    table_end(table);
}

static void micro_prepare(struct micro *micro)
{
    size_t most = policies_count * ((PUT_EVICT + 1) * micro->plan->size_count + 1);
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
    size_t timed = policies_count * (PUT_EVICT + 1) * micro->plan->size_count;
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
    if (path == NULL || strcmp(path, "-") != 0) {
        if (any_done(micro, false, NULL))
            times_print(micro);
        if (any_done(micro, true, NULL)) {
            bytes_print(micro);
            pauses_print(micro);
        }
    }
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
