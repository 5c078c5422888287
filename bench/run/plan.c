/* plan.c - divides the time of a bench into runs. */
#include "plan.h"

#include "random.h"
#include "stats.h"
#include "units.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUDGET_NS         (200 * NS_PER_SECOND)
#define QUICK_BUDGET_NS   (20 * NS_PER_SECOND)
#define REPEATS_MAX       3
#define QUICK_REPEATS     1
#define REPEATS_PRECISE   100 /* at most, with --precision */
#define RUN_PRECISE_NS    NS_PER_SECOND
#define STREAMS           10
#define RUN_WORTHWHILE_NS (8 * NS_PER_SECOND / 10) /* repeat less often rather than run shorter */
#define RUN_MIN_NS        (NS_PER_SECOND / 2)
#define INTERVAL_NS       (NS_PER_SECOND / 10)
#define SAMPLES_MIN       30 /* shorter runs are sampled more often */
#define TTL_SHARE         6  /* of a run, so that its plateau is judged */
#define CAPACITY_ENTRIES  10000
#define QUICK_ENTRIES     2000 /* fills and turns over within a short run */
#define ENTRY_BYTES       500  /* estimate of an entry, for a capacity in bytes */

/* Whether the second of a pair runs first. A coin decides for each two repetitions, since rank
 * tests assume that both orders are equally likely; the second repetition has the other order, so
 * that effects of the order cancel out. */
static bool pair_is_swapped(const struct plan *plan, uint64_t repetition, size_t pair)
{
    struct random random;
    uint64_t block = (repetition - 1) / 2;
    random_seed(&random, plan->seed + random_mix(block * SUBJECTS_MAX + pair + 1));
    return random_below(&random, 2) == repetition % 2;
}

size_t plan_turn(const struct plan *plan, uint64_t repetition, size_t n)
{
    bool paired = n < plan->subjects.paired_count;
    return paired && pair_is_swapped(plan, repetition, n / 2) ? n ^ 1 : n;
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* With --precision: enough repeats for an interval. */
static void times_fill_precise(struct plan *plan, const struct bench_options *options,
                               uint64_t each_ns)
{
    plan->duration_ns = clamp(each_ns / STATS_BOOTSTRAP_MIN, RUN_MIN_NS, RUN_PRECISE_NS);
    plan->repeats = options->repeats > 0 ? options->repeats : REPEATS_PRECISE;
}

/* Without: as many repeats as are long enough to be worth their time. */
static void times_fill_fitting(struct plan *plan, const struct bench_options *options,
                               uint64_t each_ns)
{
    uint64_t most = options->quick ? QUICK_REPEATS : REPEATS_MAX;
    bool timed = options->duration_ns != BENCH_DURATION_AUTO;
    plan->repeats = options->repeats > 0 ? options->repeats
                    : timed              ? most
                                         : clamp(each_ns / RUN_WORTHWHILE_NS, 1, most);
    uint64_t run_ns = each_ns / plan->repeats;
    plan->duration_ns =
        run_ns > RUN_MIN_NS + PLAN_OVERHEAD_NS ? run_ns - PLAN_OVERHEAD_NS : RUN_MIN_NS;
}

static void times_fill(struct plan *plan, const struct bench_options *options)
{
    plan->budget_ns = options->budget_ns ? options->budget_ns
                      : options->quick   ? QUICK_BUDGET_NS
                                         : BUDGET_NS;
    uint64_t each_ns = plan->budget_ns / (plan->subjects.count * plan->workloads.count);
    if (plan->precision > 0)
        times_fill_precise(plan, options, each_ns);
    else
        times_fill_fitting(plan, options, each_ns);
    if (options->duration_ns != BENCH_DURATION_AUTO)
        plan->duration_ns = options->duration_ns;
    plan->interval_ns = options->interval_ns > 0
                            ? options->interval_ns
                            : clamp(plan->duration_ns / SAMPLES_MIN, 1, INTERVAL_NS);
    plan->ttl_ns = options->ttl_ns ? options->ttl_ns : plan->duration_ns / TTL_SHARE;
}

void plan_server_folder(char folder[RESULT_LINE_BYTES])
{
    char path[RESULT_LINE_BYTES];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    snprintf(folder, RESULT_LINE_BYTES, "%s", dirname(path));
}

/* A URL without {id} is the same request again and again. */
static int urls_check(const struct plan *plan, struct error *error)
{
    bool random_only = plan->workloads.count == 1 && plan->workloads.list[0].ids[0] == '\0';
    for (size_t i = 0; i < plan->subjects.count; i++) {
        const char *url = plan->subjects.list[i].url;
        if (url != NULL && strstr(url, "{id}") == NULL && !random_only)
            return error_set(error,
                             "--url '%s' has no {id}, so it allows one workload only: use "
                             "--workloads random",
                             url);
    }
    return 0;
}

static void capacity_fill(struct plan *plan, const struct bench_options *options)
{
    plan->capacity = options->capacity;
    plan->capacity_for_all = options->capacity.entries > 0 || options->capacity.bytes > 0;
    if (!plan->capacity_for_all)
        plan->capacity.entries = options->quick ? QUICK_ENTRIES : CAPACITY_ENTRIES;
}

static void folders_fill(struct plan *plan, const struct bench_options *options)
{
    snprintf(plan->out, sizeof plan->out, "%s", options->out);
    if (options->against != NULL)
        snprintf(plan->other_dir, sizeof plan->other_dir, "%s", options->against);
    if (options->server_dir != NULL)
        snprintf(plan->server_dir, sizeof plan->server_dir, "%s", options->server_dir);
    else
        plan_server_folder(plan->server_dir);
}

int plan_make(struct plan *plan, const struct bench_options *options, struct error *error)
{
    *plan =
        (struct plan){.connections = (unsigned)options->connections,
                      .memory_cap_bytes = options->memory_cap_bytes,
                      .burst_watch_ns = options->burst_watch_ns,
                      .start_within_ns = options->start_within_ns,
                      .precision = options->precision,
                      .calibrate = options->calibrate,
                      .watches_bursts = options->dirty_decay != NULL || options->burst_watch_ns > 0,
                      .http2 = options->http2,
                      .streams = options->streams > 0 ? (unsigned)options->streams
                                 : options->http2     ? STREAMS
                                                      : 1,
                      .rate_rps = options->rate_rps,
                      .expects_any = options->expect != NULL && strcmp(options->expect, "any") == 0,
                      .expects_2xx = options->expect != NULL && strcmp(options->expect, "2xx") == 0,
                      .seed = options->seed};
    capacity_fill(plan, options);
    uint64_t fit = plan->capacity.entries > 0 ? plan->capacity.entries
                                              : plan->capacity.bytes / ENTRY_BYTES + 1;
    if (bench_options_check(options, error) != 0 ||
        subjects_fill(&plan->subjects, options, error) != 0 ||
        workloads_fill(&plan->workloads, options, fit, error) != 0 || urls_check(plan, error) != 0)
        return -1;
    times_fill(plan, options);
    folders_fill(plan, options);
    return 0;
}

struct result_limits plan_limits(const struct plan *plan, const struct policy *policy)
{
    struct result_limits limits = {0};
    bool aged = policy != NULL && policy->limits & KEEPS_AGE;
    if (aged)
        limits.ttl_ns = plan->ttl_ns;
    if (policy != NULL && (policy->limits & KEEPS_CAPACITY) && (plan->capacity_for_all || !aged)) {
        limits.capacity_entries = plan->capacity.entries;
        limits.capacity_bytes = plan->capacity.bytes;
    }
    return limits;
}
