/* speed_part.c - repetitions: fresh servers of all kinds, and rounds in which they take turns. */
#include "speed_part.h"

#include "bench_judgement.h"
#include "bench_progress.h"
#include "bench_results.h"
#include "clock.h"
#include "command.h"
#include "slices.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLICE_NS         (30 * NS_PER_MS)  /* of the reference */
#define SLICE_SLOWEST_NS (250 * NS_PER_MS) /* of the slowest server, at most */
#define SLICE_LEAST      50
#define ROUNDS_LEAST     3

/* One workload's repetitions. */
struct speed {
    struct bench *bench;
    const struct workload *workload;
    size_t subjects[SLICES_SERVERS_MAX]; /* of each server of the slices */
    uint64_t slice_requests;             /* 0: not yet chosen */
    uint64_t end_ns;                     /* its share of the budget ends */
    double round_ns, rest_ns;            /* of the last repetition: a round; all but the rounds */
    bool is_slow[SUBJECTS_MAX];          /* it was said that the subject is too slow */
};

/* The control comes last. */
static struct slices_setup slices_setup_of(struct speed *speed, uint64_t repetition)
{
    struct bench *bench = speed->bench;
    struct slices_setup setup = {
        .plan = &bench->plan,
        .workload = speed->workload,
        .repetition = repetition,
        .seed = bench->plan.seed + repetition - 1,
        .server_cpu = bench->server_cpu,
        .generator_cpu = bench->generator_cpu,
        .interrupted = &bench->interrupt.raised,
    };
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        if (!bench->failed[i]) {
            speed->subjects[setup.count] = i;
            setup.subjects[setup.count++] = &bench->plan.subjects.list[i];
        }
    if (setup.count > 1)
        setup.subjects[setup.count++] = bench->reference;
    return setup;
}

static bool is_control(const struct slices *slices, size_t server)
{
    return slices->setup.count > 1 && server == slices->setup.count - 1;
}

/* So many that the fastest takes SLICE_NS, but the slowest not too long. The same for all, and in
 * all repetitions. */
static void slice_choose(struct speed *speed, const struct slices *slices)
{
    double fastest = 0, slowest = INFINITY;
    for (size_t i = 0; i < slices->setup.count; i++)
        if (slices->servers[i].warm_rps > 0) {
            fastest = fmax(fastest, slices->servers[i].warm_rps);
            slowest = fmin(slowest, slices->servers[i].warm_rps);
        }
    double requests = fmin(fastest * (double)SLICE_NS, slowest * (double)SLICE_SLOWEST_NS);
    speed->slice_requests = (uint64_t)fmax(requests / (double)NS_PER_SECOND, SLICE_LEAST);
}

/* As many as let the least number of repetitions fit into the budget. */
static uint64_t rounds_choose(const struct speed *speed, uint64_t repetition)
{
    const struct plan *plan = &speed->bench->plan;
    uint64_t now_ns = clock_ns();
    if (repetition > plan->speed_least || speed->round_ns <= 0)
        return plan->rounds;
    double left_ns = speed->end_ns > now_ns ? (double)(speed->end_ns - now_ns) : 0;
    double each_ns = left_ns / (double)(plan->speed_least - repetition + 1);
    double fitting = fmax((each_ns - speed->rest_ns) / speed->round_ns, ROUNDS_LEAST);
    return (uint64_t)fmin(fitting, (double)plan->rounds);
}

static void rounds_run(struct speed *speed, struct slices *slices, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds && !bench_is_interrupted(speed->bench); i++) {
        slices_round(slices, speed->slice_requests);
        progress_draw_speed(speed->bench, speed->workload, slices->setup.repetition, i + 1, rounds);
    }
}

static void failure_note(struct speed *speed, const struct slices *slices, size_t i)
{
    struct bench *bench = speed->bench;
    if (slices->servers[i].reason[0] == '\0' || bench_is_interrupted(bench))
        return;
    progress_clear(bench);
    complain("bench", 0, "speed of %s%s under %s: FAILED: %s", slices->setup.subjects[i]->name,
             is_control(slices, i) ? " (control)" : "", speed->workload->name,
             slices->servers[i].reason);
    if (is_control(slices, i))
        return;
    bench->failed[speed->subjects[i]] = true;
    bench->status = STATUS_UNDECIDED;
}

static void slowness_note(struct speed *speed, const struct slices *slices, size_t i)
{
    char count[UNITS_TEXT_BYTES];
    size_t subject = speed->subjects[i];
    if (slices->servers[i].missed == 0 || is_control(slices, i) || speed->is_slow[subject])
        return;
    speed->is_slow[subject] = true;
    progress_clear(speed->bench);
    complain("bench", 0,
             "speed of %s under %s: it is too slow to get all requests of its warm-up and slices "
             "in time: %s fewer than the others, so its cache may be colder",
             slices->setup.subjects[i]->name, speed->workload->name,
             units_format_count(count, slices->servers[i].missed));
}

/* An interrupted repetition is left out. */
static void slices_record(struct speed *speed, const struct slices *slices)
{
    struct bench *bench = speed->bench;
    for (size_t i = 0; i < slices->setup.count && !bench_is_interrupted(bench); i++) {
        struct result_speed values;
        failure_note(speed, slices, i);
        slowness_note(speed, slices, i);
        if (slices_speed(slices, i, &values))
            *result_speed_add(is_control(slices, i) ? bench->control
                                                    : bench->results[speed->subjects[i]]) = values;
    }
    results_reference_choose(bench);
}

static void repetition_run(struct speed *speed, uint64_t repetition)
{
    struct slices_setup setup = slices_setup_of(speed, repetition);
    uint64_t begin_ns = clock_ns(), rounds = rounds_choose(speed, repetition);
    progress_draw_speed(speed->bench, speed->workload, repetition, 0, rounds);
    struct slices *slices = slices_open(&setup);
    slices_warm_up(slices, speed->workload->warmup);
    if (speed->bench->plan.slice_requests > 0)
        speed->slice_requests = speed->bench->plan.slice_requests;
    if (speed->slice_requests == 0)
        slice_choose(speed, slices);
    uint64_t warm_ns = clock_ns();
    rounds_run(speed, slices, rounds);
    uint64_t rounds_ns = clock_ns() - warm_ns;
    slices_stop(slices);
    slices_record(speed, slices);
    slices_free(slices);
    speed->round_ns = (double)rounds_ns / (double)rounds;
    speed->rest_ns = (double)(clock_ns() - begin_ns - rounds_ns);
}

/* Whether every ratio of two servers is known to the plan's precision. */
static bool is_precise(const struct speed *speed)
{
    struct judgement *judgement = bench_judge(speed->bench, SIDE_BOTH);
    bool precise = false;
    for (size_t i = 0; i < judgement->count; i++)
        if (strcmp(judgement->workloads[i].name, speed->workload->name) == 0)
            precise = 2 * judgement->workloads[i].speed.half <= speed->bench->plan.precision;
    judgement_destroy(judgement);
    return precise;
}

static bool goes_on(const struct speed *speed, uint64_t done)
{
    const struct plan *plan = &speed->bench->plan;
    double needed_ns = speed->rest_ns + speed->round_ns * (double)plan->rounds;
    if (bench_is_interrupted(speed->bench) || done >= plan->speed_most)
        return false;
    if (done < plan->speed_least)
        return true;
    return (double)clock_ns() + needed_ns < (double)speed->end_ns &&
           !(plan->precision > 0 && is_precise(speed));
}

static void workload_measure(struct bench *bench, const struct workload *workload, uint64_t end_ns)
{
    struct speed speed = {.bench = bench, .workload = workload, .end_ns = end_ns};
    for (uint64_t done = 0; goes_on(&speed, done); done++) {
        progress_next(bench);
        repetition_run(&speed, done + 1);
        for (size_t i = 0; i < bench->plan.subjects.count; i++)
            results_save(bench, i);
    }
}

void speed_part_run(struct bench *bench)
{
    const struct workloads *workloads = &bench->plan.workloads;
    uint64_t end_ns = bench->start_ns + bench->plan.budget_ns;
    size_t left = 0;
    for (size_t i = 0; i < workloads->count; i++)
        left += workloads->list[i].speed;
    if (left > 0)
        results_reference_choose(bench);
    progress_part(bench, PART_SPEED, left * bench->plan.speed_most);
    for (size_t i = 0; left > 0 && i < workloads->count && !bench_is_interrupted(bench); i++) {
        if (!workloads->list[i].speed)
            continue;
        uint64_t now_ns = clock_ns(), rest_ns = end_ns > now_ns ? end_ns - now_ns : 0;
        workload_measure(bench, &workloads->list[i], now_ns + rest_ns / left--);
    }
}
