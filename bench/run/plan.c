/* plan.c - how many requests, runs and rounds a bench has. */
#include "plan.h"

#include "units.h"
#include "verdict_rules.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUDGET_NS        (120 * NS_PER_SECOND)
#define QUICK_BUDGET_NS  (40 * NS_PER_SECOND)
#define REQUESTS         150000 /* of a memory run, at least */
#define QUICK_REQUESTS   60000  /* a bound of 4 B/request needs half as many */
#define REQUESTS_MAX     4000000
#define FOREIGN_NS       (30 * NS_PER_SECOND) /* a foreign program's run ends after this, too */
#define SAMPLES          64                   /* of a run by requests; its slope needs many */
#define SAMPLES_MIN      30                   /* of a run by time */
#define INTERVAL_NS      (NS_PER_SECOND / 10)
#define TTL_NS           (NS_PER_SECOND / 4)
#define TTLS             6 /* in a run, so that its plateau is judged */
#define SPEED_LEAST      4
#define SPEED_MOST       8
#define QUICK_SPEED      3
#define SPEED_PRECISE    100 /* at most, with --precision */
#define ROUNDS           15
#define QUICK_ROUNDS     9
#define NEW_IDS          "random" /* a generator: each id is new */
#define STREAMS          10
#define CAPACITY_ENTRIES 10000
#define QUICK_ENTRIES    2000 /* fills and turns over within few requests */
#define ENTRY_BYTES      500  /* estimate of an entry, for a capacity in bytes */

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* By requests, unless only --seconds is given. */
static void length_fill(struct plan *plan, const struct bench_options *options)
{
    bool timed = options->duration_ns != BENCH_AUTO;
    plan->duration_ns = timed ? options->duration_ns : 0;
    plan->requests_least = options->quick ? QUICK_REQUESTS : REQUESTS;
    plan->ends_by_requests = !timed || options->requests != BENCH_AUTO;
    for (size_t i = 0; i < plan->workloads.count && plan->ends_by_requests; i++)
        plan->workloads.list[i].requests =
            options->requests != BENCH_AUTO ? options->requests : plan->requests_least;
}

static void sampling_fill(struct plan *plan, const struct bench_options *options)
{
    plan->interval_ns = INTERVAL_NS;
    if (options->interval_ns > 0)
        plan->interval_ns = options->interval_ns;
    else if (plan->ends_by_requests)
        plan->samples = SAMPLES;
    else
        plan->interval_ns = clamp(plan->duration_ns / SAMPLES_MIN, 1, INTERVAL_NS);
}

static void speed_fill(struct plan *plan, const struct bench_options *options)
{
    bool given = options->speed != BENCH_AUTO;
    plan->speed_least = options->quick ? QUICK_SPEED : SPEED_LEAST;
    plan->speed_most = given                 ? options->speed
                       : plan->precision > 0 ? SPEED_PRECISE
                       : options->quick      ? QUICK_SPEED
                                             : SPEED_MOST;
    if (given && (plan->precision <= 0 || plan->speed_least > options->speed))
        plan->speed_least = options->speed;
    plan->rounds = options->rounds != BENCH_AUTO ? options->rounds
                   : options->quick              ? QUICK_ROUNDS
                                                 : ROUNDS;
    plan->slice_requests = options->slice != BENCH_AUTO ? options->slice : 0;
}

static void times_fill(struct plan *plan, const struct bench_options *options)
{
    plan->budget_ns = options->budget_ns ? options->budget_ns
                      : options->quick   ? QUICK_BUDGET_NS
                                         : BUDGET_NS;
    plan->repeats = options->repeats;
    length_fill(plan, options);
    sampling_fill(plan, options);
    speed_fill(plan, options);
    plan->ttl_ns = TTL_NS;
    if (plan->duration_ns > 0)
        plan->ttl_ns = clamp(plan->duration_ns / TTLS, 1, TTL_NS);
    if (options->ttl_ns > 0)
        plan->ttl_ns = options->ttl_ns;
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
                      .requests_given = options->requests != BENCH_AUTO,
                      .fails_on_leak = options->fail_on != NULL,
                      .quick = options->quick,
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
    plan->fit = fit;
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

uint64_t plan_duration(const struct plan *plan, const struct subject *subject)
{
    bool foreign = subject->policy == NULL && !plan->requests_given;
    return plan->duration_ns == 0 && foreign ? FOREIGN_NS : plan->duration_ns;
}

uint64_t plan_least_ns(const struct plan *plan, const struct policy *policy)
{
    return plan_limits(plan, policy).ttl_ns * TTLS;
}

uint64_t plan_sample_requests(const struct plan *plan, const struct workload *workload)
{
    return plan->samples > 0 ? workload->requests / plan->samples + 1 : 0;
}

void plan_set_lengths(const struct plan *plan, struct workload *workload, double miss_ratio)
{
    double turnover = miss_ratio > 0 ? (double)plan->fit / miss_ratio : 0;
    double needed = fmax(2 * (1 + VERDICT_TURNOVERS) * turnover, (double)plan->requests_least);
    bool free = plan->ends_by_requests && !plan->requests_given;
    workload->warmup = (uint64_t)fmin(fmax(2 * turnover, (double)plan->fit), REQUESTS_MAX);
    if (free)
        workload->requests = (uint64_t)fmin(needed, REQUESTS_MAX);
    else if (workload->requests > 0 && workload->warmup > workload->requests)
        workload->warmup = workload->requests;
}

struct server_options plan_server_options(const struct plan *plan, const struct subject *subject,
                                          const struct workload *workload, int cpu)
{
    return (struct server_options){
        .folder = subject->other ? plan->other_dir : plan->server_dir,
        .policy = subject->name,
        .limits = plan_limits(plan, subject->policy),
        .dirty_decay_ns = workload->dirty_decay_ns,
        .command = subject->command,
        .url = subject->url,
        .start_within_ns = plan->start_within_ns,
        .cpu = cpu,
    };
}

/* Leaks on error paths are common, so a foreign program may answer errors, too. */
enum load_expect plan_expect(const struct plan *plan, const struct subject *subject)
{
    bool any = plan->expects_any || (subject->policy == NULL && !plan->expects_2xx);
    return any ? LOAD_EXPECT_ANY : LOAD_EXPECT_2XX;
}

const char *plan_ids(const struct workload *workload, const struct subject *subject)
{
    bool needs_ids = subject->url != NULL && strstr(subject->url, "{id}") != NULL;
    return workload->ids[0] == '\0' && needs_ids ? NEW_IDS : workload->ids;
}
