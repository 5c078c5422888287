/* bench_command.c - tidemark bench: hits, memory and speed, then the tables. */
#include "bench_command.h"

#include "bench_file.h"
#include "bench_progress.h"
#include "bench_results.h"
#include "bench_summary.h"
#include "clock.h"
#include "command.h"
#include "cpus.h"
#include "files.h"
#include "hits_part.h"
#include "memory_part.h"
#include "speed_part.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* 1 for a leak, whatever else failed; otherwise 3 if a run failed or its verdict is undecided. */
static int leaks_status(const struct bench *bench)
{
    int status = bench->status;
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        for (size_t j = 0; j < bench->results[i]->run_count; j++) {
            const struct result_run *run = bench->results[i]->runs[j];
            if (run->status != RUN_FAILED && verdict_is_leak(run->verdict.class))
                return STATUS_BAD;
            if (run->status == RUN_FAILED || run->verdict.class == VERDICT_UNDECIDED ||
                run->verdict.class == VERDICT_NO_ACTIVITY)
                status = STATUS_UNDECIDED;
        }
    return status;
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
    if (!interrupted && bench->plan.fails_on_leak)
        bench->status = leaks_status(bench);
    results_print_earlier(bench);
    results_destroy(bench);
    close(bench->lock_fd);
    return bench->status;
}

/* An interrupted bench leaves an earlier bench.json. */
static void results_finish(struct bench *bench)
{
    struct error error;
    bench->finished = !bench_is_interrupted(bench);
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        results_save(bench, i);
    if (bench->finished && bench_file_write(bench, &error) != 0)
        bench->status = complain("bench", STATUS_UNDECIDED, "%s", error.text);
}

static void bench_run(struct bench *bench)
{
    bench->on_terminal = isatty(STDERR_FILENO);
    progress_print_plan(bench);
    bench->start_ns = clock_ns();
    hits_part_run(bench);
    memory_part_run(bench);
    speed_part_run(bench);
    results_finish(bench);
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
        results_folder_open(&bench, &error) != 0 || bench_file_check(&bench, &error) != 0 ||
        file_check_writable(options.json, &error) != 0 ||
        interrupt_begin(&bench.interrupt, &error) != 0)
        return complain("bench", STATUS_UNDECIDED, "%s", error.text);
    cpus_choose(&bench.server_cpu, &bench.generator_cpu);
    results_create(&bench, argc, argv);
    bench_run(&bench);
    return bench_end(&bench, options.json);
}
