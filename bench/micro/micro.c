/* micro.c - the program: nanoseconds, bytes and pauses of every policy at every size. */
#include "measure.h"
#include "policies.h"
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZES_MAX  3
#define NAME_BYTES 80
#define GOAL_BYTES 32 /* lru's overhead beyond key, body and rounding, at most */
#define GOAL_RSS   56 /* and the RSS beyond key and body */
#define GOAL_MS    1

static const struct {
    const char *name;
    gbench_function *run;
    bool once; /* and at the largest size alone */
} kinds[MEASURE_KINDS] = {
    [GET_HIT] = {"get-hit", measure_get_hit, false},
    [GET_MISS] = {"get-miss", measure_get_miss, false},
    [PUT_EVICT] = {"put-evict", measure_put_evict, false},
    [FOOTPRINT] = {"life", measure_footprint, true},
};

/* What a run covers; the budget is shared by the benchmarks that are timed. */
struct plan {
    uint32_t sizes[SIZES_MAX];
    size_t size_count;
    double budget_s;
};

static const struct plan full_plan = {{1000, 100000, 1000000}, 3, 6};
static const struct plan quick_plan = {{1000, 100000}, 2, 2};

struct micro {
    const struct plan *plan;
    struct stage stage;
    struct measure *measures;
    size_t count, ended, failed;
};

static uint32_t size_largest(const struct plan *plan)
{
    return plan->sizes[plan->size_count - 1];
}

static void measure_add(struct micro *micro, enum measure_kind kind, const struct policy *policy,
                        uint32_t entries)
{
    char name[NAME_BYTES];
    struct measure *measure = &micro->measures[micro->count++];
    *measure = (struct measure){
        .kind = kind, .policy = policy, .entries = entries, .stage = &micro->stage};
    snprintf(name, sizeof name, "%s/%s/%u", kinds[kind].name, policy->name, entries);
    gbench_add(name, kinds[kind].once, kinds[kind].run, measure);
}

/* Lives first, while the process is small, and then a policy's benchmarks size by size, so that
 * they share a cache. */
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
    for (size_t i = 0; i < micro->count; i++) {
        char own[NAME_BYTES];
        const struct measure *measure = &micro->measures[i];
        snprintf(own, sizeof own, "%s/%s/%u", kinds[measure->kind].name, measure->policy->name,
                 measure->entries);
        if (strcmp(own, name) == 0)
            return &micro->measures[i];
    }
    return NULL;
}

static void progress_print(struct micro *micro, const char *name)
{
    micro->ended++;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rmicro: %zu of %zu: %-40s%s", micro->ended, micro->count, name,
                micro->ended == micro->count ? "\r\33[K" : "");
}

static void measure_ended(void *context, const char *name, double cpu_ns, const char *error)
{
    struct micro *micro = context;
    struct measure *measure = measure_named(micro, name);
    progress_print(micro, name);
    if (error != NULL) {
        fprintf(stderr, "micro: %s: %s\n", name, error);
        micro->failed++;
    } else if (measure != NULL) {
        measure->done = true;
        measure->cpu_ns = cpu_ns;
    }
}

/* Whether there is anything to print in a policy's row of times. */
static bool times_done(struct micro *micro, const struct policy *policy)
{
    for (size_t i = 0; i < micro->count; i++)
        if (micro->measures[i].policy == policy && micro->measures[i].kind <= PUT_EVICT &&
            micro->measures[i].done)
            return true;
    return false;
}

static void times_head_print(const struct plan *plan)
{
    printf("CPU ns per operation, by number of entries (null is the floor)\n%-16s", "policy");
    for (enum measure_kind kind = GET_HIT; kind <= PUT_EVICT; kind++)
        for (size_t s = 0; s < plan->size_count; s++) {
            char head[NAME_BYTES];
            snprintf(head, sizeof head, "%s %uk", s == 0 ? kinds[kind].name : "",
                     plan->sizes[s] / 1000);
            printf("%*s", s == 0 ? 14 : 8, head);
        }
    printf("\n");
}

static void time_print(const struct measure *measure, int width)
{
    if (measure->done)
        printf("%*.1f", width, measure->cpu_ns);
    else
        printf("%*s", width, "-");
}

static void times_print(struct micro *micro)
{
    const struct plan *plan = micro->plan;
    times_head_print(plan);
    for (size_t p = 0; p < policies_count; p++) {
        if (!times_done(micro, policies[p]))
            continue;
        printf("%-16s", policies[p]->name);
        for (enum measure_kind kind = GET_HIT; kind <= PUT_EVICT; kind++)
            for (size_t s = 0; s < plan->size_count; s++)
                time_print(measure_find(micro, kind, policies[p], plan->sizes[s]), s == 0 ? 14 : 8);
        printf("\n");
    }
}

static void weights_print(struct micro *micro)
{
    char size[UNITS_TEXT_BYTES];
    uint32_t entries = size_largest(micro->plan);
    printf("\nBytes per entry beyond its key of %d and body of %d, %s entries, all renewed once\n"
           "(goal for lru: overhead at most %d, RSS at most %d)\n"
           "%-16s%10s%10s%8s\n",
           KEY_CHARS, BODY_CHARS, units_format_count(size, entries), GOAL_BYTES, GOAL_RSS, "policy",
           "rounding", "overhead", "RSS");
    for (size_t p = 0; p < policies_count; p++) {
        const struct measure *m = measure_find(micro, FOOTPRINT, policies[p], entries);
        if (m->done && m->kept > 0)
            printf("%-16s%10.1f%10.1f%8.1f\n", m->policy->name, m->rounding_bytes,
                   m->overhead_bytes, m->rss_bytes);
    }
}

static void pauses_print(struct micro *micro)
{
    char size[UNITS_TEXT_BYTES];
    uint32_t entries = size_largest(micro->plan);
    printf("\nLongest pause in us, growing to %s entries and shrinking back (goal: %d ms)\n"
           "%-16s%9s%12s%12s%15s\n",
           units_format_count(size, entries), GOAL_MS, "policy", "put max", "put p99.99",
           "remove max", "remove p99.99");
    for (size_t p = 0; p < policies_count; p++) {
        const struct measure *m = measure_find(micro, FOOTPRINT, policies[p], entries);
        if (m->done && m->kept > 0)
            printf("%-16s%9.0f%12.0f%12.0f%15.0f\n", m->policy->name, m->put_max_ns / 1e3,
                   m->put_p9999_ns / 1e3, m->remove_max_ns / 1e3, m->remove_p9999_ns / 1e3);
    }
}

static void help_print(void)
{
    printf("usage: micro [--quick] [GOOGLE-BENCHMARK'S OPTIONS]\n\n"
           "Measures every policy: time of a hit, a miss and a put, bytes per entry, longest\n"
           "pause while growing.\n\n"
           "  --quick                          fewer sizes, less time\n"
           "  --benchmark_filter=REGEX         some of get-hit, get-miss, put-evict or\n"
           "                                   life / POLICY / ENTRIES\n"
           "  --benchmark_out=FILE             JSON\n"
           "  --benchmark_repetitions=N        and google-benchmark's others\n");
}

static void micro_prepare(struct micro *micro)
{
    size_t room = policies_count * ((PUT_EVICT + 1) * micro->plan->size_count + 1);
    micro->stage =
        (struct stage){.zone = memory_zone_create(), .key_count = 2 * size_largest(micro->plan)};
    micro->measures = memory_alloc_zeroed(micro->stage.zone, room * sizeof *micro->measures);
    measures_add(micro);
    gbench_say("allocator", memory_allocator());
}

/* google-benchmark takes the last of equal options: the user's come after ours. */
static int micro_measure(struct micro *micro, int argc, char **argv)
{
    char min_time[NAME_BYTES];
    size_t timed = policies_count * (PUT_EVICT + 1) * micro->plan->size_count;
    snprintf(min_time, sizeof min_time, "--benchmark_min_time=%.3f",
             micro->plan->budget_s / (double)timed);
    char **all = memory_alloc(micro->stage.zone, ((size_t)argc + 2) * sizeof *all);
    all[0] = argv[0];
    all[1] = min_time;
    memcpy(all + 2, argv + 1, (size_t)argc * sizeof *all);
    int outcome = gbench_run(argc + 1, all, measure_ended, micro);
    memory_free(all);
    return outcome;
}

int main(int argc, char **argv)
{
    struct micro micro = {.plan = &full_plan};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        help_print();
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--quick") == 0) {
        micro.plan = &quick_plan;
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    micro_prepare(&micro);
    if (micro_measure(&micro, argc, argv) < 0)
        return 2;
    times_print(&micro);
    weights_print(&micro);
    pauses_print(&micro);
    stage_clear(&micro.stage);
    memory_free(micro.stage.keys);
    memory_free(micro.measures);
    memory_zone_destroy(micro.stage.zone);
    return micro.failed == 0 ? 0 : 1;
}
