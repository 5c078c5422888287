/* calibrate.c - runs pairs of one server in alternating order. */
#include "calibrate.h"

#include "noise.h"
#include "stats.h"
#include "units.h"

#define PAIRS_MAX 30

static uint64_t pairs_count(const struct plan *plan)
{
    uint64_t limit_ns = plan->budget_ns / 2 < CALIBRATE_NS ? plan->budget_ns / 2 : CALIBRATE_NS;
    uint64_t pairs = limit_ns / (2 * (plan->duration_ns + PLAN_OVERHEAD_NS));
    return pairs < NOISE_PAIRS_LEAST ? NOISE_PAIRS_LEAST : pairs > PAIRS_MAX ? PAIRS_MAX : pairs;
}

/* Both runs have the same seed; which result gets the first one alternates. */
static void pair_run(const struct run_setup *setup, struct result *results[2], uint64_t pair)
{
    struct run_setup run = *setup;
    run.repetition = pair + 1;
    run_execute(&run, results[pair % 2]);
    run_execute(&run, results[1 - pair % 2]);
}

void calibrate(const struct run_setup *setup, struct result_noise *noise)
{
    const struct plan *plan = setup->plan;
    uint64_t pairs = pairs_count(plan);
    struct result *results[2] = {result_create("", ""), result_create("", "")};
    for (uint64_t pair = 0; pair < pairs && !atomic_load(setup->interrupted); pair++)
        pair_run(setup, results, pair);
    noise_make(noise, results[0], results[1],
               plan->precision > 0 ? STATS_BOOTSTRAP_MIN : plan->repeats, plan->seed);
    for (size_t i = 0; i < 2; i++)
        result_destroy(results[i]);
}
