/* bench_command.c - tidemark bench: runs the plan, saves results as they come, prints tables. */
#include "bench_command.h"

#include "bench_progress.h"
#include "bench_results.h"
#include "bench_summary.h"
#include "calibrate.h"
#include "clock.h"
#include "command.h"
#include "cpus.h"
#include "run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct run_setup run_setup_of(struct bench *bench, size_t workload, size_t subject)
{
    return (struct run_setup){
        .plan = &bench->plan,
        .subject = &bench->plan.subjects.list[subject],
        .workload = &bench->plan.workloads.list[workload],
        .server_cpu = bench->server_cpu,
        .generator_cpu = bench->generator_cpu,
        .interrupted = &bench->interrupt.raised,
    };
}

/* Whether the allocator's statistics are kept: of the last workload, in its last repetition. */
static bool is_last(const struct bench *bench, size_t workload, uint64_t repetition)
{
    return (repetition == bench->plan.repeats || bench->plan.precision > 0) &&
           workload + 1 == bench->plan.workloads.count;
}

static void run_one(struct bench *bench, uint64_t repetition, size_t workload, size_t subject)
{
    char dump_path[RESULTS_PATH_BYTES];
    struct run_setup setup = run_setup_of(bench, workload, subject);
    setup.repetition = repetition;
    struct progress_run progress = progress_run_of(bench, &setup);
    results_path(bench, subject, ".jemalloc.json", dump_path);
    setup.dump_path = is_last(bench, workload, repetition) ? dump_path : NULL;
    setup.on_sample = progress_draw;
    setup.context = &progress;
    bench->run_number++;
    struct result_run *run = run_execute(&setup, bench->results[subject]);
    if (bench_is_interrupted(bench))
        return;
    if (run->status == RUN_FAILED && bench->status == STATUS_OK)
        bench->status = STATUS_UNDECIDED;
    progress_print_run(&progress, run);
    results_save(bench, subject);
}

/* After a repetition: marks what needs no other one. The servers of a pair go on together. */
static void workload_settle(struct bench *bench, uint64_t repetition, size_t workload)
{
    const struct subjects *subjects = &bench->plan.subjects;
    for (size_t i = 0; i < subjects->count; i++) {
        size_t partner = i < subjects->paired_count ? i ^ 1 : i;
        bool settled =
            repetition == bench->plan.repeats ||
            (bench_is_precise(bench, i, workload) && bench_is_precise(bench, partner, workload));
        if (!settled || bench->settled[i][workload])
            continue;
        bench->settled[i][workload] = true;
        results_save(bench, i);
    }
}

static void workload_run(struct bench *bench, uint64_t repetition, size_t workload)
{
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        size_t subject = plan_turn(&bench->plan, repetition, i);
        if (!bench->settled[subject][workload] && !bench_is_interrupted(bench))
            run_one(bench, repetition, workload, subject);
    }
    if (!bench_is_interrupted(bench))
        workload_settle(bench, repetition, workload);
}

static bool budget_is_spent(const struct bench *bench)
{
    return bench->plan.precision > 0 && clock_ns() - bench->start_ns > bench->plan.budget_ns;
}

/* Results count as complete although they are less precise than --precision asks. */
static void all_settle(struct bench *bench)
{
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        memset(bench->settled[i], true, sizeof bench->settled[i]);
        results_save(bench, i);
    }
}

/* Interleaved: A B C, A B C. The first repetition runs whatever the budget is. */
static void runs_execute(struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    for (uint64_t repetition = 1; repetition <= plan->repeats; repetition++)
        for (size_t workload = 0; workload < plan->workloads.count; workload++)
            if (!bench_is_interrupted(bench) && (repetition == 1 || !budget_is_spent(bench)))
                workload_run(bench, repetition, workload);
    if (!bench_is_interrupted(bench) && budget_is_spent(bench))
        all_settle(bench);
}

static void noise_measure(struct bench *bench)
{
    struct run_setup setup = run_setup_of(bench, 0, 0);
    struct result_noise noise;
    fprintf(stderr, "calibrating: %s under %s against itself\n", setup.subject->name,
            setup.workload->name);
    calibrate(&setup, &noise);
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        bench->results[i]->noise = noise;
}

/* Prints tables or JSON and returns the exit status. */
static int bench_end(struct bench *bench, const char *json)
{
    struct error error;
    bool interrupted = bench_is_interrupted(bench);
    interrupt_end(&bench->interrupt);
    progress_clear(bench);
    if (interrupted)
        bench->status =
            complain("bench", STATUS_INTERRUPTED, "interrupted; the servers are stopped");
    else if (json == NULL || strcmp(json, "-") != 0)
        bench_summary_print(bench);
    if (!interrupted && json != NULL && results_write_json(bench, json, &error) != 0)
        bench->status = complain("bench", STATUS_UNDECIDED, "%s", error.text);
    results_print_earlier(bench);
    results_destroy(bench);
    close(bench->lock_fd);
    return bench->status;
}

static void bench_run(struct bench *bench)
{
    bench->run_count =
        bench->plan.repeats * bench->plan.workloads.count * bench->plan.subjects.count;
    bench->on_terminal = isatty(STDERR_FILENO);
    progress_print_plan(bench);
    interrupt_begin(&bench->interrupt);
    if (bench->plan.calibrate)
        noise_measure(bench);
    bench->start_ns = clock_ns();
    runs_execute(bench);
}

int bench_command(int argc, char **argv)
{
    struct bench_options options = bench_options_default;
    struct bench bench = {.status = STATUS_OK};
    struct error error;
    int status = options_take(&bench_option_table, "tidemark bench", argc, argv, &options, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    if (plan_make(&bench.plan, &options, &error) != 0)
        return complain("bench", STATUS_USAGE, "%s", error.text);
    const struct plan *plan = &bench.plan;
    if (subjects_check_servers(&plan->subjects, plan->server_dir, plan->other_dir, &error) != 0 ||
        results_folder_open(&bench, &error) != 0 || output_check(options.json, &error) != 0)
        return complain("bench", STATUS_UNDECIDED, "%s", error.text);
    cpus_choose(&bench.server_cpu, &bench.generator_cpu);
    results_create(&bench, argc, argv);
    bench_run(&bench);
    return bench_end(&bench, options.json);
}
