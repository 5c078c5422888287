/* verdicts_command.c - tidemark verdicts: runs the catalogue, several runs at a time. */
#include "verdicts_command.h"

#include "catalogue.h"
#include "clock.h"
#include "command.h"
#include "confusion_matrix.h"
#include "count_of.h"
#include "cpus.h"
#include "files.h"
#include "interrupt.h"
#include "run.h"
#include "server_under_test.h"
#include "table.h"
#include "units.h"
#include "xmalloc.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DURATION_NS       (4 * NS_PER_SECOND)
#define SHORT_DURATION_NS (3 * NS_PER_SECOND)
#define REPEATS           2
#define REPEATS_MAX       1000
#define WORKERS_MAX       64
#define PATH_BYTES        (RESULT_LINE_BYTES + 3 * RESULT_NAME_BYTES)
/* Each mistake once under a scenario in which it shows, its corrected version, and the correct
 * policies that are most easily taken for a leak. */
#define SHORT_POLICIES                                                                             \
    "unbounded,lru,ghost,twoq,session,weak,cycle,cycle_fixed,pinned,pinned_fixed,ttl_lazy,ttl,"    \
    "fragmenting,s3fifo,wtinylfu"
#define SHORT_SCENARIOS "random,zipf,large-burst-kept"

struct settings {
    const char *policies, *scenarios, *json, *keep, *server_dir;
    uint64_t duration_ns, repeats, seed, threads;
    bool is_short;
};

#define DEFAULTS .seed = 1
static const struct settings shown_defaults = {DEFAULTS};

#define FIELD(name) offsetof(struct settings, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "What to run"},
    {"short", OPTION_FLAG, FIELD(is_short), NULL, "run a selection, in about a minute"},
    {"policies", OPTION_TEXT, FIELD(policies), "LIST",
     "run these policies, such as lru,ttl_lazy (default all, with those that leak on purpose)"},
    {"scenarios", OPTION_TEXT, FIELD(scenarios), "LIST",
     "run these scenarios, such as random,scan (default all)"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "take serve-POLICY from DIR (default where this program is)"},
    {NULL, OPTION_HEADING, 0, NULL, "How long"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME",
     "load each server for TIME (default 4s, 3s with --short)"},
    {"repeats", OPTION_COUNT, FIELD(repeats), "N",
     "repeat each run N times with other seeds (default 2, 1 with --short)"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "begin with this seed"},
    {"threads", OPTION_COUNT, FIELD(threads), "N",
     "execute N runs at a time (default one per CPU)"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"keep", OPTION_TEXT, FIELD(keep), "DIR", "write each run with its samples to DIR"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark verdicts [OPTIONS]",
    .summary = "Runs policies that leak on purpose and correct ones, and counts how often the "
               "verdict is right. A verdict is wrong if a leak is called bounded, or if a correct "
               "policy is clearly called a leak. What the samples do not decide is undecided.",
    .details = "Exit status: 1 if a verdict is wrong; 3 if a run failed.\n\n"
               "Examples:\n"
               "  tidemark verdicts --short\n"
               "  tidemark verdicts --policies pinned,pinned_fixed --seconds 10 --repeats 5",
    .options = option_rows,
    .count = COUNT_OF(option_rows),
    .defaults = &shown_defaults,
};

struct job {
    const struct scenario *scenario;
    const struct policy *policy;
    uint64_t seed;
};

struct session {
    struct settings settings;
    struct job *jobs;
    size_t count, room;
    pthread_mutex_t mutex; /* of begun, matrix and stderr */
    size_t begun;          /* jobs that were taken */
    struct matrix matrix;
    uint64_t start_ns;
    bool on_terminal;
    struct interrupt interrupt;
};

struct worker {
    struct session *session;
    int cpu;
    pthread_t thread;
};

/* True: the list names it, or is NULL. */
static bool list_has(const char *list, const char *name)
{
    char item[RESULT_NAME_BYTES];
    const char *at = list;
    while (at != NULL && list_next(&at, item, sizeof item))
        if (strcmp(item, name) == 0)
            return true;
    return list == NULL;
}

static bool scenario_exists(const char *name)
{
    for (size_t i = 0; i < scenarios_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return true;
    return false;
}

/* 0, or -1 if the list names an unknown scenario. */
static int scenarios_check(const char *list, struct error *error)
{
    char name[RESULT_NAME_BYTES];
    while (list != NULL && list_next(&list, name, sizeof name)) {
        if (scenario_exists(name))
            continue;
        error_set(error, "--scenarios: there is no scenario '%s'; there are", name);
        for (size_t i = 0; i < scenarios_count; i++)
            error_add(error, " %s", scenarios[i].name);
        return -1;
    }
    return 0;
}

static void jobs_add(struct session *session, const struct scenario *scenario, uint64_t seed,
                     const struct policy *const *policies_of, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!scenario_has(scenario, policies_of[i]) ||
            !list_has(session->settings.policies, policies_of[i]->name))
            continue;
        session->jobs =
            growable(session->jobs, &session->room, session->count + 1, sizeof *session->jobs);
        session->jobs[session->count++] = (struct job){scenario, policies_of[i], seed};
    }
}

/* Interleaved: every policy under every scenario once, then again with the next seed. */
static void jobs_list(struct session *session)
{
    const struct settings *settings = &session->settings;
    for (uint64_t seed = settings->seed; seed < settings->seed + settings->repeats; seed++)
        for (size_t i = 0; i < scenarios_count; i++) {
            if (!list_has(settings->scenarios, scenarios[i].name))
                continue;
            jobs_add(session, &scenarios[i], seed, policies, policies_count);
            jobs_add(session, &scenarios[i], seed, demos, demos_count);
        }
}

/* 0, or -1: the server of a policy cannot be run. */
static int servers_check(const struct session *session, struct error *error)
{
    char folder[RESULT_LINE_BYTES];
    plan_server_folder(folder);
    for (size_t i = 0; i < session->count; i++) {
        const char *dir = session->settings.server_dir;
        if (server_check_program(dir != NULL ? dir : folder, session->jobs[i].policy->name,
                                 SERVER_DIR_ADVICE, error) != 0)
            return -1;
    }
    return 0;
}

static void outcome_fail(struct matrix_run *outcome, const char *reason)
{
    outcome->failed = true;
    snprintf(outcome->verdict.words, sizeof outcome->verdict.words, "%.*s", RESULT_WORDS_BYTES - 1,
             reason);
}

/* A run whose samples cannot be written has failed. */
static void samples_write(const struct session *session, const struct job *job,
                          const struct result *result, struct matrix_run *outcome)
{
    char path[PATH_BYTES];
    struct error error;
    if (session->settings.keep == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s-%s-%llu.json", session->settings.keep, job->policy->name,
             job->scenario->name, (unsigned long long)job->seed);
    if (result_write(result, path, &error) != 0)
        outcome_fail(outcome, error.text);
}

static void job_execute(const struct worker *worker, const struct job *job, const struct plan *plan,
                        struct matrix_run *outcome)
{
    const struct session *session = worker->session;
    const struct subject subject = subject_of_policy(job->policy);
    const struct run_setup setup = {
        .plan = plan,
        .subject = &subject,
        .workload = &plan->workloads.list[0],
        .repetition = 1,
        .server_cpu = worker->cpu,
        .generator_cpu = worker->cpu,
        .interrupted = &session->interrupt.raised,
    };
    struct result *result = result_create(job->policy->name, job->policy->name);
    result->limits = plan_limits(plan, job->policy);
    const struct result_run *run = run_execute(&setup, result);
    outcome->verdict = run->verdict;
    outcome->requests = run->load.requests;
    if (run->status == RUN_FAILED)
        outcome_fail(outcome, run->reason);
    samples_write(session, job, result, outcome);
    result_destroy(result);
}

static void progress_print(const struct session *session, const struct matrix_run *run)
{
    char left[UNITS_TEXT_BYTES];
    size_t done = session->matrix.count;
    double each_ns = (double)(clock_ns() - session->start_ns) / (double)done;
    enum matrix_outcome outcome = matrix_outcome_of(run);
    bool redrawn = session->on_terminal && outcome == MATRIX_RIGHT;
    units_format_duration(left, each_ns * (double)(session->count - done));
    fprintf(stderr, "%s[%zu/%zu] %s, %s: %s: %s; %s left%s", session->on_terminal ? "\r" : "", done,
            session->count, run->policy, run->scenario, matrix_outcome_name(outcome),
            run->verdict.words, left, session->on_terminal ? "\033[K" : "");
    if (!redrawn)
        fputc('\n', stderr);
}

/* The next job; NULL if there is none or the command was interrupted. */
static const struct job *job_take(struct session *session)
{
    pthread_mutex_lock(&session->mutex);
    bool more = session->begun < session->count && !atomic_load(&session->interrupt.raised);
    const struct job *job = more ? &session->jobs[session->begun++] : NULL;
    pthread_mutex_unlock(&session->mutex);
    return job;
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    struct session *session = worker->session;
    const struct settings *settings = &session->settings;
    struct plan *plan = xmalloc(sizeof *plan);
    struct error error;
    for (const struct job *job; (job = job_take(session)) != NULL;) {
        struct matrix_run outcome = {.policy = job->policy->name,
                                     .scenario = job->scenario->name,
                                     .seed = job->seed,
                                     .expected = scenario_expects(job->scenario, job->policy)};
        if (scenario_plan(job->scenario, settings->duration_ns, job->seed, settings->server_dir,
                          plan, &error) == 0)
            job_execute(worker, job, plan, &outcome);
        else
            outcome_fail(&outcome, error.text);
        if (atomic_load(&session->interrupt.raised))
            break;
        pthread_mutex_lock(&session->mutex);
        matrix_add(&session->matrix, &outcome);
        progress_print(session, &outcome);
        pthread_mutex_unlock(&session->mutex);
    }
    free(plan);
    return NULL;
}

/* One worker per allowed CPU, or --threads. A server and its load share the CPU: the verdict is
 * about memory, not speed. */
static size_t workers_fill(struct session *session, struct worker *workers)
{
    cpu_set_t allowed;
    size_t count = 0,
           most = session->settings.threads > 0 ? session->settings.threads : WORKERS_MAX;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        CPU_ZERO(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE && count < WORKERS_MAX && count < most; cpu++)
        if (CPU_ISSET((size_t)cpu, &allowed))
            workers[count++] = (struct worker){.session = session, .cpu = cpu};
    if (count == 0)
        workers[count++] = (struct worker){.session = session, .cpu = CPU_ANY};
    return count;
}

static void jobs_execute(struct session *session)
{
    struct worker workers[WORKERS_MAX];
    size_t count = workers_fill(session, workers), started = 0;
    char each[UNITS_TEXT_BYTES];
    fprintf(stderr, "%zu runs of %s, %zu at a time\n", session->count,
            units_format_duration(each, (double)session->settings.duration_ns), count);
    while (started < count &&
           pthread_create(&workers[started].thread, NULL, worker_run, &workers[started]) == 0)
        started++;
    if (started == 0)
        worker_run(&workers[0]);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    if (session->on_terminal)
        fprintf(stderr, "\r\033[K");
}

static int status_of(const struct matrix *matrix)
{
    if (matrix_count(matrix, MATRIX_WRONG) > 0)
        return STATUS_BAD;
    bool decided =
        matrix_count(matrix, MATRIX_FAILED) == 0 && matrix_count(matrix, MATRIX_RIGHT) > 0;
    return decided ? STATUS_OK : STATUS_UNDECIDED;
}

/* Prints the table or JSON and returns the exit status. */
static int session_end(struct session *session)
{
    const struct settings *settings = &session->settings;
    bool interrupted = atomic_load(&session->interrupt.raised);
    double seconds = (double)settings->duration_ns / (double)NS_PER_SECOND;
    int status = status_of(&session->matrix);
    struct error error;
    interrupt_end(&session->interrupt);
    if (settings->json == NULL || strcmp(settings->json, "-") != 0)
        matrix_print(&session->matrix, table_wants_colours(stdout), stdout);
    if (settings->json != NULL && !interrupted &&
        json_write(matrix_json(&session->matrix, seconds), settings->json, &error) != 0)
        status = complain("verdicts", STATUS_UNDECIDED, "%s", error.text);
    matrix_free(&session->matrix);
    pthread_mutex_destroy(&session->mutex);
    return interrupted ? STATUS_INTERRUPTED : status;
}

static int session_run(struct session *session)
{
    struct error error;
    if (interrupt_begin(&session->interrupt, &error) != 0)
        return complain("verdicts", STATUS_UNDECIDED, "%s", error.text);
    pthread_mutex_init(&session->mutex, NULL);
    session->on_terminal = isatty(STDERR_FILENO);
    session->start_ns = clock_ns();
    jobs_execute(session);
    return session_end(session);
}

/* The defaults that depend on --short. */
static void settings_complete(struct settings *settings)
{
    bool is_short = settings->is_short;
    if (is_short && settings->policies == NULL)
        settings->policies = SHORT_POLICIES;
    if (is_short && settings->scenarios == NULL)
        settings->scenarios = SHORT_SCENARIOS;
    if (settings->duration_ns == BENCH_AUTO)
        settings->duration_ns = is_short ? SHORT_DURATION_NS : DURATION_NS;
    if (settings->repeats == 0)
        settings->repeats = is_short ? 1 : REPEATS;
    if (settings->repeats > REPEATS_MAX)
        settings->repeats = REPEATS_MAX;
}

/* 0 if files can probably be written to the folder. */
static int samples_check(const char *folder, struct error *error)
{
    char *path = xasprintf("%s/run.json", folder);
    int status = file_check_writable(path, error);
    free(path);
    return status;
}

int verdicts_command(int argc, char **argv)
{
    struct session session = {.settings = {DEFAULTS, .duration_ns = BENCH_AUTO}};
    struct error error;
    int status =
        options_take(&option_table, "tidemark verdicts", argc, argv, &session.settings, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    if (session.settings.duration_ns == 0)
        return complain("verdicts", STATUS_USAGE, "--seconds must be more than 0");
    if (scenarios_check(session.settings.scenarios, &error) != 0)
        return complain("verdicts", STATUS_USAGE, "%s", error.text);
    settings_complete(&session.settings);
    jobs_list(&session);
    if (session.count == 0)
        return complain("verdicts", STATUS_USAGE,
                        "none of the --policies runs under one of the --scenarios");
    if (servers_check(&session, &error) != 0)
        status = complain("verdicts", STATUS_USAGE, "%s", error.text);
    else if (file_check_writable(session.settings.json, &error) != 0 ||
             (session.settings.keep != NULL && samples_check(session.settings.keep, &error) != 0))
        status = complain("verdicts", STATUS_UNDECIDED, "%s", error.text);
    else
        status = session_run(&session);
    free(session.jobs);
    return status;
}
