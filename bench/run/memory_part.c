/* memory_part.c - one uninterrupted run after the other; results are saved after each. */
#include "memory_part.h"

#include "bench_progress.h"
#include "bench_results.h"
#include "command.h"
#include "run.h"

#include <stdlib.h>

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

/* Keeps the allocator's statistics at the end of this run, unless those of a run that leaks are
 * there already and this one does not. Takes the text over. */
static void dump_settle(struct bench *bench, size_t subject, const struct result_run *run,
                        struct run_dump dump)
{
    struct run_dump *kept = &bench->dumps[subject];
    bool leaks = run->status != RUN_FAILED && verdict_is_leak(run->verdict.class);
    if (dump.text == NULL || (bench->dump_leaks[subject] && !leaks)) {
        free(dump.text);
        return;
    }
    free(kept->text);
    *kept = dump;
    bench->dump_leaks[subject] = leaks;
}

static void run_one(struct bench *bench, uint64_t repetition, size_t workload, size_t subject)
{
    struct run_setup setup = run_setup_of(bench, workload, subject);
    setup.repetition = repetition;
    struct progress_run progress = progress_run_of(bench, &setup);
    struct run_dump dump = {NULL, 0};
    setup.dump = repetition == bench->plan.repeats ? &dump : NULL;
    setup.on_sample = progress_draw;
    setup.context = &progress;
    struct result_run *run = run_execute(&setup, bench->results[subject]);
    dump_settle(bench, subject, run, dump);
    if (bench_is_interrupted(bench))
        return;
    if (run->status == RUN_FAILED) {
        bench->failed[subject] = true;
        bench->status = STATUS_UNDECIDED;
    }
    progress_print_run(&progress, run);
    results_save(bench, subject);
}

static void workload_run(struct bench *bench, uint64_t repetition, size_t workload)
{
    for (size_t i = 0; i < bench->plan.subjects.count && !bench_is_interrupted(bench); i++) {
        progress_next(bench);
        run_one(bench, repetition, workload, i);
    }
}

/* Interleaved: A B C, A B C. */
void memory_part_run(struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    progress_part(bench, PART_MEMORY, plan->repeats * plan->workloads.count * plan->subjects.count);
    for (uint64_t repetition = 1; repetition <= plan->repeats; repetition++)
        for (size_t workload = 0; workload < plan->workloads.count; workload++)
            workload_run(bench, repetition, workload);
}
