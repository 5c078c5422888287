/* verdicts_command.c - tidemark verdicts: judges what is known, and says how often it is right. */
#include "verdicts_command.h"

#include "catalogue.h"
#include "clock.h"
#include "confusion_matrix.h"
#include "interrupt.h"
#include "run.h"
#include "table.h"
#include "units.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define SECONDS       4.0
#define SHORT_SECONDS 3.0
#define REPEATS       2
#define REPEATS_MAX   1000
#define WORKERS_MAX   64
#define SAMPLES       64 /* in a run */
#define PATH_BYTES    (RESULT_LINE_BYTES + 3 * RESULT_NAME_BYTES)
/* Each mistake once with what it needs, its repair, and those most easily taken for a leak. */
#define SHORT_VARIANTS                                                                             \
    "unbounded,lru,ghost,twoq,session,weak,cycle,cycle_fixed,pinned,pinned_fixed,ttl_lazy,ttl,"    \
    "fragmenting,s3fifo,wtinylfu"
#define SHORT_SCENARIOS "random,zipf,swell-kept"

struct settings {
    const char *variants, *scenarios, *out, *keep, *server_dir;
    double seconds;
    uint64_t repeats, seed, jobs;
    bool is_short;
};

#define FIELD(name) offsetof(struct settings, name)
static const struct option option_rows[] = {
    {"variants", OPTION_TEXT, FIELD(variants), "LIST", "as lru,ttl_lazy (all, demos too)"},
    {"scenarios", OPTION_TEXT, FIELD(scenarios), "LIST", "as random,scan (all)"},
    {"seconds", OPTION_REAL, FIELD(seconds), "S", "of a run (4, short 3)"},
    {"repeats", OPTION_COUNT, FIELD(repeats), "N", "of each run, with other seeds (2, short 1)"},
    {"short", OPTION_FLAG, FIELD(is_short), NULL, "a selection, in about a minute"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "the first (1)"},
    {"jobs", OPTION_COUNT, FIELD(jobs), "N", "runs at a time (one on each CPU)"},
    {"out", OPTION_TEXT, FIELD(out), "FILE", "where all runs go (results/verdicts.json)"},
    {"keep", OPTION_TEXT, FIELD(keep), "DIR", "where each run's samples go (nowhere)"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "where serve-NAME lies (beside this program)"},
};

static const struct option_table option_table = {
    .usage = "tidemark verdicts [OPTIONS]",
    .summary =
        "Serves and loads every variant, leaky ones and honest ones, judges each, and counts\n"
        "how often the verdict is the one that is known to be true.",
    .details = "examples:\n"
               "  tidemark verdicts --short\n"
               "  tidemark verdicts --variants pinned,pinned_fixed --seconds 10 --repeats 5",
    .options = option_rows,
    .count = COUNT_OF(option_rows),
};

struct job {
    const struct scenario *scenario;
    const struct policy *variant;
    uint64_t seed;
};

struct session {
    struct settings settings;
    struct job *jobs;
    size_t count;
    pthread_mutex_t mutex; /* of what follows */
    size_t begun;
    struct matrix *matrix;
    uint64_t start_ns;
    bool lively;
    struct interrupt interrupt;
};

struct worker {
    struct session *session;
    int cpu;
    pthread_t thread;
};

/* Whether a name is one of a list; NULL lists all. */
static bool list_has(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at != NULL && (at = strstr(at, name)) != NULL; at++)
        if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
    return list == NULL;
}

static void variant_jobs_add(struct session *session, const struct scenario *scenario,
                             const struct policy *variant, uint64_t seed)
{
    if (scenario_has(scenario, variant) && list_has(session->settings.variants, variant->name))
        session->jobs[session->count++] = (struct job){scenario, variant, seed};
}

/* Interleaved: every variant and scenario once, then once more with another seed. */
static void jobs_list(struct session *session)
{
    const struct settings *settings = &session->settings;
    size_t most = settings->repeats * scenarios_count * (policies_count + demos_count);
    session->jobs = calloc(most, sizeof *session->jobs);
    if (session->jobs == NULL)
        abort();
    for (uint64_t seed = settings->seed; seed < settings->seed + settings->repeats; seed++)
        for (size_t s = 0; s < scenarios_count; s++) {
            if (!list_has(settings->scenarios, scenarios[s].name))
                continue;
            for (size_t i = 0; i < policies_count; i++)
                variant_jobs_add(session, &scenarios[s], policies[i], seed);
            for (size_t i = 0; i < demos_count; i++)
                variant_jobs_add(session, &scenarios[s], demos[i], seed);
        }
}

static void samples_keep(const struct session *session, const struct job *job,
                         const struct result *result)
{
    char path[PATH_BYTES];
    struct error error;
    if (session->settings.keep == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s-%s-%llu.json", session->settings.keep, job->variant->name,
             job->scenario->name, (unsigned long long)job->seed);
    if (result_write(result, path, &error) != 0)
        fprintf(stderr, "tidemark verdicts: %s\n", error.text);
}

static struct matrix_run job_judge(const struct session *session, const struct job *job,
                                   const struct plan *plan, int cpu)
{
    struct result *result = result_create(job->variant->name, job->variant->name);
    const struct subject subject = subject_of(job->variant);
    const struct run_setup setup = {
        .plan = plan,
        .subject = &subject,
        .workload = &plan->workloads[0],
        .repetition = 1,
        .server_cpu = cpu,
        .generator_cpu = cpu,
        .interrupted = &session->interrupt.raised,
    };
    result->limits = plan_limits(plan, job->variant);
    const struct result_run *run = run_take(&setup, result);
    struct matrix_run judged = {
        .variant = job->variant->name,
        .scenario = job->scenario->name,
        .seed = job->seed,
        .expected = scenario_expects(job->scenario, job->variant),
        .failed = run->status == RUN_FAILED,
        .verdict = run->verdict,
        .requests = run->load.requests,
    };
    if (judged.failed)
        memcpy(judged.verdict.words, run->reason, sizeof judged.verdict.words);
    samples_keep(session, job, result);
    result_destroy(result);
    return judged;
}

static void progress_tell(const struct session *session, const struct matrix_run *run)
{
    char left[UNITS_TEXT_BYTES];
    size_t done = session->matrix->count;
    double each_ns = (double)(clock_ns() - session->start_ns) / (double)done;
    fprintf(stderr, "%s[%zu/%zu] %s, %s: %s%s; %s left%s",
            session->lively && matrix_run_right(run) ? "\r" : "", done, session->count,
            run->variant, run->scenario,
            matrix_run_right(run)   ? ""
            : matrix_run_grave(run) ? "WRONG: "
                                    : "off: ",
            run->verdict.words,
            units_format_duration(left, each_ns * (double)(session->count - done)),
            session->lively ? "\033[K" : "\n");
    if (session->lively && !matrix_run_right(run))
        fprintf(stderr, "\n");
}

/* The next job; NULL: there is none. */
static const struct job *job_take(struct session *session)
{
    pthread_mutex_lock(&session->mutex);
    bool going_on = session->begun < session->count && !atomic_load(&session->interrupt.raised);
    const struct job *job = going_on ? &session->jobs[session->begun++] : NULL;
    pthread_mutex_unlock(&session->mutex);
    return job;
}

static void job_do(struct worker *worker, const struct job *job, struct plan *plan)
{
    struct session *session = worker->session;
    struct error error;
    struct matrix_run run = {.variant = job->variant->name,
                             .scenario = job->scenario->name,
                             .seed = job->seed,
                             .expected = scenario_expects(job->scenario, job->variant),
                             .failed = true};
    if (scenario_plan(job->scenario, session->settings.seconds, job->seed,
                      session->settings.server_dir, plan, &error) == 0) {
        plan->interval_ns = plan->duration_ns / SAMPLES;
        run = job_judge(session, job, plan, worker->cpu);
    } else {
        snprintf(run.verdict.words, sizeof run.verdict.words, "%.*s", RESULT_WORDS_BYTES - 1,
                 error.text);
    }
    if (atomic_load(&session->interrupt.raised))
        return;
    pthread_mutex_lock(&session->mutex);
    matrix_add(session->matrix, &run);
    progress_tell(session, &run);
    pthread_mutex_unlock(&session->mutex);
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    struct plan *plan = malloc(sizeof *plan);
    if (plan == NULL)
        abort();
    for (const struct job *job; (job = job_take(worker->session)) != NULL;)
        job_do(worker, job, plan);
    free(plan);
    return NULL;
}

/* One worker for each CPU that we may use, unless told otherwise. A server and its load share one:
 * what counts here is memory, not speed. */
static size_t workers_make(struct session *session, struct worker *workers)
{
    cpu_set_t allowed;
    size_t count = 0, most = session->settings.jobs;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        CPU_ZERO(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE && count < WORKERS_MAX && (most == 0 || count < most);
         cpu++)
        if (CPU_ISSET((size_t)cpu, &allowed))
            workers[count++] = (struct worker){.session = session, .cpu = cpu};
    if (count == 0)
        workers[count++] = (struct worker){.session = session, .cpu = RUN_CPU_ANY};
    return count;
}

static void jobs_do(struct session *session)
{
    struct worker workers[WORKERS_MAX];
    size_t count = workers_make(session, workers), started = 0;
    char each[UNITS_TEXT_BYTES];
    fprintf(stderr, "%zu runs of %s, %zu at a time\n", session->count,
            units_format_duration(each, session->settings.seconds * (double)NS_PER_SECOND), count);
    while (started < count &&
           pthread_create(&workers[started].thread, NULL, worker_run, &workers[started]) == 0)
        started++;
    if (started == 0)
        worker_run(&workers[0]);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    if (session->lively)
        fprintf(stderr, "\r\033[K");
}

/* The exit status. */
static int session_end(struct session *session)
{
    struct error error;
    bool interrupted = atomic_load(&session->interrupt.raised);
    int status = matrix_grave(session->matrix) > 0;
    interrupt_end(&session->interrupt);
    matrix_print(session->matrix, table_wants_colours(stdout), stdout);
    if (!interrupted && matrix_write(session->matrix, session->settings.seconds,
                                     session->settings.out, &error) != 0) {
        fprintf(stderr, "tidemark verdicts: %s\n", error.text);
        status = 1;
    }
    matrix_destroy(session->matrix);
    free(session->jobs);
    pthread_mutex_destroy(&session->mutex);
    return interrupted ? INTERRUPT_STATUS : status;
}

static int session_run(struct session *session)
{
    jobs_list(session);
    if (session->count == 0) {
        fprintf(stderr,
                "tidemark verdicts: no variant of that name meets a scenario of that name\n");
        free(session->jobs);
        return 2;
    }
    pthread_mutex_init(&session->mutex, NULL);
    session->matrix = matrix_create(session->count);
    session->lively = isatty(STDERR_FILENO);
    interrupt_begin(&session->interrupt);
    session->start_ns = clock_ns();
    jobs_do(session);
    return session_end(session);
}

/* What was not asked for, in the short form and in the long one. */
static void settings_complete(struct settings *settings)
{
    bool is_short = settings->is_short;
    if (is_short && settings->variants == NULL)
        settings->variants = SHORT_VARIANTS;
    if (is_short && settings->scenarios == NULL)
        settings->scenarios = SHORT_SCENARIOS;
    if (settings->seconds <= 0)
        settings->seconds = is_short ? SHORT_SECONDS : SECONDS;
    if (settings->repeats == 0)
        settings->repeats = is_short ? 1 : REPEATS;
    if (settings->repeats > REPEATS_MAX)
        settings->repeats = REPEATS_MAX;
}

int verdicts_command(int argc, char **argv)
{
    struct session session = {.settings = {.out = "results/verdicts.json", .seed = 1}};
    int status =
        options_take(&option_table, "tidemark verdicts", argc, argv, &session.settings, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    settings_complete(&session.settings);
    return session_run(&session);
}
