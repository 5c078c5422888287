/* bench_results.c - when a result file is written, and when an earlier one stays. */
#include "bench_results.h"

#include "command.h"
#include "count_of.h"
#include "file_replace.h"
#include "files.h"
#include "judgement.h"
#include "provenance.h"
#include "summary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define DUMP_ENDING ".jemalloc.json"

/* DIR/NAME with the ending. */
static void results_path(const struct bench *bench, size_t subject, const char *ending,
                         char path[RESULTS_PATH_BYTES])
{
    const struct subject *of = &bench->plan.subjects.list[subject];
    snprintf(path, RESULTS_PATH_BYTES, "%s%s/%s%s", bench->plan.out, of->other ? OTHER_FOLDER : "",
             of->name, ending);
}

static int folder_create(const char *path, struct error *error)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return error_set(error, "%s: %s", path, strerror(errno));
}

/* Some file systems have no locks; a bench runs there without one. */
static int folder_lock(struct bench *bench, struct error *error)
{
    const char *path = bench->plan.out;
    bench->lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (bench->lock_fd < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (flock(bench->lock_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    return error_set(error, "%s: another bench is writing results there; wait for it or give --out",
                     path);
}

int results_folder_open(struct bench *bench, struct error *error)
{
    char path[RESULTS_PATH_BYTES];
    if (folder_create(bench->plan.out, error) != 0 || folder_lock(bench, error) != 0)
        return -1;
    snprintf(path, sizeof path, "%s" OTHER_FOLDER, bench->plan.out);
    if (bench->plan.subjects.paired_count > 0 && folder_create(path, error) != 0)
        return -1;
    for (size_t i = 0; i < 2 * bench->plan.subjects.count; i++) {
        results_path(bench, i / 2, i % 2 == 0 ? ".json" : DUMP_ENDING, path);
        if (file_check_writable(path, error) != 0)
            return -1;
    }
    return 0;
}

static void made_by_load(struct result_made_by *made_by, const struct plan *plan)
{
    made_by->seed = plan->seed;
    made_by->connections = plan->connections;
    made_by->duration_ns = plan->duration_ns;
    made_by->requests = plan->workloads.list[0].requests;
    made_by->streams = plan->streams;
    made_by->rate_rps = plan->rate_rps;
    snprintf(made_by->protocol, sizeof made_by->protocol, "%s", plan->http2 ? "h2c" : "http/1.1");
}

/* How the program of another build was made is not known. */
static void made_by_program(struct result_made_by *made_by, const struct plan *plan,
                            const struct subject *subject)
{
    if (subject->other) {
        snprintf(made_by->commit, sizeof made_by->commit, "of %.50s", plan->other_dir);
        made_by->commit_dirty = false;
        snprintf(made_by->compiler, sizeof made_by->compiler, "unknown");
        snprintf(made_by->flags, sizeof made_by->flags, "unknown");
    }
    if (subject->command == NULL)
        return;
    snprintf(made_by->command, sizeof made_by->command, "%s", subject->command);
    snprintf(made_by->url, sizeof made_by->url, "%s", subject->url);
}

/* JUDGEMENT_REFERENCE, or the first server; subjects.count: none is left that did not fail. */
static size_t reference_find(const struct bench *bench)
{
    const struct subjects *subjects = &bench->plan.subjects;
    size_t found = subjects->count;
    for (size_t i = 0; i < subjects->count; i++)
        if (!bench->failed[i] && !subjects->list[i].other &&
            (found == subjects->count || strcmp(subjects->list[i].name, JUDGEMENT_REFERENCE) == 0))
            found = i;
    return found;
}

void results_reference_choose(struct bench *bench)
{
    size_t found = reference_find(bench);
    if (found == bench->plan.subjects.count ||
        bench->reference == &bench->plan.subjects.list[found])
        return;
    bench->reference = &bench->plan.subjects.list[found];
    result_destroy(bench->control);
    bench->control = result_create(bench->reference->name, "");
    bench->control->made_by = bench->results[found]->made_by;
}

void results_create(struct bench *bench, int argc, char **argv)
{
    const struct plan *plan = &bench->plan;
    for (size_t i = 0; i < plan->subjects.count; i++) {
        const struct subject *subject = &plan->subjects.list[i];
        struct result *result =
            result_create(subject->name, subject->policy != NULL ? subject->policy->name : "");
        char path[RESULTS_PATH_BYTES];
        made_by_fill(&result->made_by, argc, argv);
        made_by_load(&result->made_by, plan);
        made_by_program(&result->made_by, plan, subject);
        result->limits = plan_limits(plan, subject->policy);
        result->made_by.server_cpu = bench->server_cpu;
        result->made_by.generator_cpu = bench->generator_cpu;
        bench->results[i] = result;
        results_path(bench, i, ".json", path);
        bench->earlier[i] = result_is_complete(path);
    }
    results_reference_choose(bench);
}

void results_destroy(struct bench *bench)
{
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        result_destroy(bench->results[i]);
        free(bench->dumps[i].text);
    }
    result_destroy(bench->control);
    free(bench->hits);
}

static size_t failures_count(const struct result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->run_count; i++)
        count += result->runs[i]->status == RUN_FAILED;
    return count;
}

/* The result and the dump beside it. One of an earlier bench goes if this one has none yet. */
static int files_save(const struct bench *bench, size_t subject, const char *path,
                      struct error *error)
{
    const struct run_dump *dump = &bench->dumps[subject];
    char dump_path[RESULTS_PATH_BYTES], *text = result_render(bench->results[subject], path, error);
    if (text == NULL)
        return -1;
    results_path(bench, subject, DUMP_ENDING, dump_path);
    const struct file_content contents[] = {{path, text, strlen(text)},
                                            {dump_path, dump->text, dump->bytes}};
    int status = files_replace(contents, COUNT_OF(contents));
    if (status != 0)
        error_set(error, "%s: %s", path, strerror(errno));
    free(text);
    return status;
}

void results_save(struct bench *bench, size_t subject)
{
    struct result *result = bench->results[subject];
    size_t failures = failures_count(result);
    char path[RESULTS_PATH_BYTES];
    struct error error;
    summary_make(result);
    result->complete = bench->finished && !bench->failed[subject];
    if (failures == result->run_count || (bench->earlier[subject] && !result->complete))
        return;
    results_path(bench, subject, ".json", path);
    if (files_save(bench, subject, path, &error) == 0)
        return;
    if (!bench->unwritten[subject])
        complain("bench", 0, "%s", error.text);
    bench->unwritten[subject] = true;
    bench->status = STATUS_UNDECIDED;
}

void results_print_earlier(const struct bench *bench)
{
    char path[RESULTS_PATH_BYTES];
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        results_path(bench, i, ".json", path);
        if (bench->earlier[i] && !bench->results[i]->complete)
            complain("bench", 0, "%s keeps the earlier result", path);
    }
}

int results_write_json(const struct bench *bench, const char *path, struct error *error)
{
    json_t *array = json_array();
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        json_array_append_new(array, result_json(bench->results[i]));
    return json_write(array, path, error);
}
