/* micro.c - the program micro: what the operations of every policy's cache cost. */
#include "command.h"
#include "count_plan.h"
#include "files.h"
#include "micro_output.h"
#include "operation_time.h"
#include "options.h"
#include "policies.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_BYTES  80
#define ENTRIES_MAX 10000000

struct settings {
    bool quick;
    const char *policies, *only, *json;
    uint64_t repetitions, entries;
};

static const struct settings defaults = {0};

#define SETTING(name, kind, field, value, help)                                                    \
    {                                                                                              \
        name, kind, offsetof(struct settings, field), value, help                                  \
    }

static const struct option micro_options[] = {
    SETTING("quick", OPTION_FLAG, quick, NULL,
            "fewer repetitions (6 instead of 12) and smaller caches, for a shorter time"),
    SETTING("policies", OPTION_TEXT, policies, "LIST",
            "policies, separated by commas; default: all"),
    SETTING("only", OPTION_TEXT, only, "LIST",
            "of instructions, times and footprints (bytes and pauses), separated by commas"),
    SETTING("repetitions", OPTION_COUNT, repetitions, "N", "of each time"),
    SETTING("entries", OPTION_COUNT, entries, "N",
            "of the caches whose bytes and pauses are measured; default: 200k, quick: 20k"),
    SETTING(
        "json", OPTION_OUTPUT, json, "FILE",
        "print JSON to stdout instead of the table; with FILE, write it there beside the table"),
};

static const struct option_table micro_table = {
    .usage = "micro [OPTIONS]",
    .summary = "Measures every policy: instructions and CPU time of a hit, a miss and a put, bytes "
               "per entry, and the longest pause while growing and shrinking.",
    .details = "Examples:\n"
               "  micro --quick\n"
               "  micro --policies lru,sieve --only times --repetitions 20 --json=after.json\n"
               "  micro --only footprints --entries 1M",
    .options = micro_options,
    .count = sizeof micro_options / sizeof micro_options[0],
    .defaults = &defaults,
};

/* What is measured if no option says otherwise. */
struct plan {
    uint32_t sizes[SIZES_MAX]; /* the first is COUNT_ENTRIES: its times stand beside instructions */
    uint64_t repetitions, slice_ns;
    uint32_t footprint_entries;
};

static const struct plan full_plan = {{COUNT_ENTRIES, 100000}, 12, 5 * NS_PER_MS, 200000};
static const struct plan quick_plan = {{COUNT_ENTRIES, 20000}, 6, 2 * NS_PER_MS, 20000};

struct micro {
    struct settings settings;
    struct plan plan;
    struct micro_wanted wanted;
    const struct policy **policies;
    struct micro_results results;
    struct memory_zone *zone;
    struct key *keys;
    uint32_t key_count;
};

static int policies_take(struct micro *micro, struct error *error)
{
    char name[NAME_BYTES];
    const char *list = micro->settings.policies;
    size_t most = list == NULL ? policies_count : strlen(list);
    micro->policies = xcalloc(most, sizeof(const struct policy *));
    for (size_t i = 0; list == NULL && i < policies_count; i++)
        micro->policies[micro->results.count++] = policies[i];
    while (list != NULL && list_next(&list, name, sizeof name)) {
        const struct policy *policy = policy_find(name);
        if (policy == NULL)
            return error_set(error, "--policies: there is no policy '%s'", name);
        micro->policies[micro->results.count++] = policy;
    }
    return 0;
}

static int wanted_take(struct micro *micro, struct error *error)
{
    const struct {
        const char *name;
        bool *wanted;
    } kinds[] = {{"instructions", &micro->wanted.instructions},
                 {"times", &micro->wanted.times},
                 {"footprints", &micro->wanted.footprints}};
    char name[NAME_BYTES];
    const char *list = micro->settings.only;
    for (size_t i = 0; i < 3; i++)
        *kinds[i].wanted = list == NULL;
    while (list != NULL && list_next(&list, name, sizeof name)) {
        bool known = false;
        for (size_t i = 0; i < 3; i++)
            if (strcmp(kinds[i].name, name) == 0)
                known = *kinds[i].wanted = true;
        if (!known)
            return error_set(
                error, "--only: there is no '%s'; there are instructions, times and footprints",
                name);
    }
    return 0;
}

static int numbers_take(struct micro *micro, struct error *error)
{
    const struct settings *settings = &micro->settings;
    if (settings->repetitions > STATS_VALUES_MAX)
        return error_set(error, "--repetitions: %d at most", STATS_VALUES_MAX);
    if (settings->entries > ENTRIES_MAX)
        return error_set(error, "--entries: %d at most", ENTRIES_MAX);
    if (settings->repetitions > 0)
        micro->plan.repetitions = settings->repetitions;
    if (settings->entries > 0)
        micro->plan.footprint_entries = (uint32_t)settings->entries;
    return 0;
}

static struct stats_interval interval_unknown(void)
{
    return (struct stats_interval){NAN, NAN, NAN};
}

static void results_prepare(struct micro *micro)
{
    struct micro_results *results = &micro->results;
    memcpy(results->sizes, micro->plan.sizes, sizeof results->sizes);
    results->size_count = SIZES_MAX;
    results->repetitions = micro->plan.repetitions;
    results->footprint_entries = micro->plan.footprint_entries;
    results->rows = xcalloc(results->count, sizeof *results->rows);
    for (size_t i = 0; i < results->count; i++) {
        struct micro_row *row = &results->rows[i];
        row->policy = micro->policies[i];
        row->footprint = footprint_unknown();
        for (int operation = 0; operation < OPERATIONS; operation++) {
            row->instructions.of[operation] = interval_unknown();
            for (size_t size = 0; size < SIZES_MAX; size++)
                row->cpu_ns[size][operation] = interval_unknown();
        }
    }
}

static void progress(const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\33[K%s%s", what, *what == '\0' ? "" : " ...");
}

static void instructions_run(struct micro *micro)
{
    struct micro_results *results = &micro->results;
    struct policy_instructions *found = xcalloc(results->count, sizeof *found);
    progress("instructions");
    results->source = instructions_measure(micro->policies, results->count, found, &results->why);
    for (size_t i = 0; results->source != INSTRUCTIONS_UNKNOWN && i < results->count; i++)
        results->rows[i].instructions = found[i];
    free(found);
}

static void footprints_run(struct micro *micro)
{
    struct micro_results *results = &micro->results;
    struct footprint *found = xcalloc(results->count, sizeof *found);
    progress("bytes and pauses");
    results->failed += footprints_measure(micro->zone, micro->policies, results->count,
                                          results->footprint_entries, micro->keys, found);
    for (size_t i = 0; i < results->count; i++)
        results->rows[i].footprint = found[i];
    free(found);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Footprints come before the times, while the process is small. Returns google-benchmark's JSON, or
 * NULL without times. */
static char *micro_measure(struct micro *micro)
{
    char *json = NULL;
    if (micro->wanted.instructions)
        instructions_run(micro);
    micro->zone = memory_zone_create();
    micro->key_count = 2 * larger(micro->plan.footprint_entries, micro->plan.sizes[SIZES_MAX - 1]);
    micro->keys = keys_create(micro->zone, micro->key_count);
    if (micro->wanted.footprints)
        footprints_run(micro);
    progress("times");
    if (micro->wanted.times)
        json = operation_times_measure(
            &(struct operation_time_setup){.zone = micro->zone,
                                           .keys = micro->keys,
                                           .key_count = micro->key_count,
                                           .slice_ns = micro->plan.slice_ns},
            &micro->results);
    progress("");
    memory_free(micro->keys);
    memory_zone_destroy(micro->zone);
    return json;
}

/* google-benchmark's JSON, without times an empty one, with the summary of each policy. NULL: it is
 * not JSON. */
static json_t *micro_json(const struct micro *micro, const char *times)
{
    const struct micro_results *results = &micro->results;
    json_t *json = times != NULL ? json_loads(times, 0, NULL)
                                 : json_pack("{s{} s[]}", "context", "benchmarks");
    if (json == NULL)
        return NULL;
    if (micro->wanted.instructions)
        json_object_set_new(json, "instructions_source",
                            json_string(instructions_source_names[results->source]));
    if (results->source == INSTRUCTIONS_UNKNOWN && micro->wanted.instructions)
        json_object_set_new(json, "instructions_missing", json_string(results->why.text));
    json_object_set_new(json, "policies", micro_policies_json(results, &micro->wanted));
    return json;
}

static int micro_print(const struct micro *micro, const char *times, struct error *error)
{
    const char *path = micro->settings.json;
    json_t *json = path == NULL ? NULL : micro_json(micro, times);
    if (path == NULL || strcmp(path, "-") != 0)
        micro_tables_print(&micro->results, &micro->wanted, stdout);
    if (path != NULL && json == NULL)
        return error_set(error, "google-benchmark's output is not JSON");
    if (path != NULL && json_write(json, path, error) < 0)
        return -1;
    return stdout_flush(error);
}

static int micro_complain(int status, const struct error *error)
{
    fprintf(stderr, "micro: %s\n", error->text);
    return status;
}

static int micro_run(struct micro *micro)
{
    struct error error;
    results_prepare(micro);
    char *times = micro_measure(micro);
    int status = micro_print(micro, times, &error);
    free(times);
    if (status < 0)
        return micro_complain(STATUS_UNDECIDED, &error);
    return micro->results.failed == 0 ? STATUS_OK : STATUS_BAD;
}

int main(int argc, char **argv)
{
    struct error error;
    struct micro micro = {.settings = defaults};
    command_obey_interrupts();
    int status = options_take(&micro_table, "micro", argc, argv, &micro.settings, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    micro.plan = micro.settings.quick ? quick_plan : full_plan;
    if (policies_take(&micro, &error) < 0 || wanted_take(&micro, &error) < 0 ||
        numbers_take(&micro, &error) < 0)
        status = micro_complain(STATUS_USAGE, &error);
    else if (file_check_writable(micro.settings.json, &error) < 0)
        status = micro_complain(STATUS_UNDECIDED, &error);
    else
        status = micro_run(&micro);
    free(micro.results.rows);
    free(micro.policies);
    return status;
}
