/* choose_command.c - `tidemark choose`: which policy, at what size, for this traffic? */
#include "choose_command.h"

#include "candidates.h"
#include "choose_output.h"
#include "cpus.h"
#include "interrupt.h"
#include "options.h"
#include "plan.h"
#include "policies.h"
#include "prediction.h"
#include "provenance.h"
#include "recommendation.h"
#include "record_sizes.h"
#include "served_check.h"
#include "units.h"

#include "files.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALIBRATION_NS (NS_PER_SECOND / 2) /* a load of hits only, or of misses only */
#define CALIBRATIONS   3 /* before the best are served; as many lie between those */
#define RATE_DEFAULT   5000
#define NAME_BYTES     64

struct settings {
    const char *trace, *format, *policies, *slo, *target, *out, *server_dir;
    uint64_t limit, seed, memory_bytes, miss_cost_ns, max_age_ns, threads, serve_ns;
    double rate_rps;
    bool json, no_serve;
};

#define SETTING(name, kind, field, value, help)                                                    \
    {                                                                                              \
        name, kind, offsetof(struct settings, field), value, help                                  \
    }

static const struct option choose_options[] = {
    SETTING("trace", OPTION_TEXT, trace, "TRACE", "a file, a recording, a log, or a generator"),
    SETTING("format", OPTION_TEXT, format, "NAME", "of the trace, where it cannot be detected"),
    SETTING("limit", OPTION_COUNT, limit, "N", "take the first N requests only"),
    SETTING("memory", OPTION_SIZE, memory_bytes, "SIZE", "all that the cache may take (64MiB)"),
    SETTING("miss-cost", OPTION_DURATION, miss_cost_ns, "TIME",
            "what fetching from the origin takes (5ms)"),
    SETTING("slo", OPTION_TEXT, slo, "pN=TIME", "a latency to be kept, as p99=2ms"),
    SETTING("rate", OPTION_REAL, rate_rps, "N",
            "requests per second, at random times (5000; ages go by the trace's times, if it has "
            "some)"),
    SETTING("max-age", OPTION_DURATION, max_age_ns, "TIME", "nothing older may be handed out"),
    SETTING("target-hits", OPTION_TEXT, target, "SHARE",
            "how much memory for so many hits, as 90%? (as many as lru has)"),
    SETTING("policies", OPTION_TEXT, policies, "LIST", "among these only: lru,sieve,..."),
    SETTING("serve", OPTION_DURATION, serve_ns, "TIME",
            "serve each of the best so long at most, to check the prediction (20s)"),
    SETTING("no-serve", OPTION_FLAG, no_serve, NULL,
            "replay only: exact hits and memory, but no times"),
    SETTING("server-dir", OPTION_TEXT, server_dir, "DIR",
            "where the servers lie (beside this program)"),
    SETTING("seed", OPTION_COUNT, seed, "N", "of a generator (1)"),
    SETTING("threads", OPTION_COUNT, threads, "N", "replays at once (all cores)"),
    SETTING("out", OPTION_TEXT, out, "FILE", "write the JSON there, too"),
    SETTING("json", OPTION_FLAG, json, NULL, "print JSON, as in results/choose.schema.json"),
};

static const struct option_table choose_table_of_options = {
    .usage = "tidemark choose --trace TRACE [OPTIONS]",
    .summary =
        "Tells which policy to run, at what size, for your traffic, and why.\n"
        "Replays the trace through every policy at the real memory limit, measures what hits\n"
        "and misses cost here, predicts latency and CPU time, and serves the best for real.",
    .details = "Examples:\n"
               "  tidemark choose --trace access.log --memory 64MiB --slo p99=2ms --miss-cost 5ms\n"
               "  tidemark choose --trace zipf:0.9:100k:1M --memory 4MiB --target-hits 90%\n"
               "  tidemark choose --trace recorded --max-age 60s --rate 2000 --out choose.json\n",
    .options = choose_options,
    .count = sizeof choose_options / sizeof choose_options[0],
};

/* Everything that one call of the command holds. */
struct call {
    struct settings settings;
    struct choice choice;
    struct result_made_by made_by;
    struct service_costs costs;
    struct predictor *predictor;
    struct progress progress;
    uint32_t *of_service;
    struct error error;
};

/* Options. */

static int refuse(struct call *call, const char *option, const char *text, const char *expected)
{
    error_set(&call->error, "--%s: '%.80s' is not %s", option, text, expected);
    return -1;
}

static int take_slo(struct call *call)
{
    struct question *question = &call->choice.question;
    const char *text = call->settings.slo;
    char *end;
    if (text == NULL)
        return 0;
    question->slo_percentile = text[0] == 'p' ? strtod(text + 1, &end) : 0;
    if (!(question->slo_percentile > 0 && question->slo_percentile < 100) || *end != '=' ||
        units_parse_duration(end + 1, &question->slo_ns) != 0 || question->slo_ns == 0)
        return refuse(call, "slo", text, "like p99=2ms");
    return 0;
}

static int take_target(struct call *call)
{
    const char *text = call->settings.target;
    char *end;
    if (text == NULL)
        return 0;
    double target = strtod(text, &end);
    if (!(target > 0 && target <= 100) || strcmp(end, "%") != 0)
        return refuse(call, "target-hits", text, "a share like 90%");
    call->choice.question.target_hit_ratio = target / 100;
    return 0;
}

static void candidate_add(struct choice *choice, const struct policy *policy)
{
    choice->candidates[choice->count++] = (struct candidate){.policy = policy};
}

/* NULL: there is none of that name to choose; one that demonstrates a mistake is nobody's choice.
 */
static const struct policy *policy_named(const char *name)
{
    for (size_t i = 0; i < policies_count; i++)
        if (strcmp(policies[i]->name, name) == 0)
            return policies[i];
    return NULL;
}

static int take_policies(struct call *call)
{
    const char *list = call->settings.policies;
    char name[NAME_BYTES];
    for (size_t i = 0; list == NULL && i < policies_count; i++)
        candidate_add(&call->choice, policies[i]);
    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        const struct policy *policy = policy_named(name);
        if (policy == NULL || call->choice.count == CHOICE_POLICIES_MAX)
            return refuse(call, "policies", name,
                          "a policy to choose; those that serve are, as lru or sieve");
        candidate_add(&call->choice, policy);
        at += length + (at[length] == ',');
    }
    return 0;
}

static int take_options(struct call *call)
{
    const struct settings *settings = &call->settings;
    struct question *question = &call->choice.question;
    question->trace = settings->trace;
    question->format = settings->format;
    question->limit = settings->limit;
    question->seed = settings->seed;
    question->memory_bytes = settings->memory_bytes;
    question->miss_cost_ns = settings->miss_cost_ns;
    question->max_age_ns = settings->max_age_ns;
    question->rate_rps = settings->rate_rps < 0 ? RATE_DEFAULT : settings->rate_rps;
    if (settings->memory_bytes < 2 || !(question->rate_rps > 0)) {
        error_set(&call->error, "--memory and --rate must be more than 0");
        return -1;
    }
    if (take_slo(call) != 0 || take_target(call) != 0)
        return -1;
    return take_policies(call);
}

/* Loading. */

static void load_step(void *context, uint64_t requests)
{
    const struct call *call = context;
    char text[UNITS_TEXT_BYTES];
    if (call->progress.shown)
        fprintf(stderr, "\rreading %s: %s requests ", call->settings.trace,
                units_format_count(text, requests));
}

static int corpus_check(struct call *call)
{
    const struct corpus *corpus = &call->choice.corpus;
    if (corpus->requests < REPLAY_WINDOWS)
        error_set(&call->error, "%.150s: too few requests to tell anything by",
                  call->settings.trace);
    else if (corpus_largest(corpus) > RECORD_BODY_BYTES_MAX)
        error_set(&call->error, "%.150s: it has objects of 1 GiB or more, which no record holds",
                  call->settings.trace);
    else
        return 0;
    return -1;
}

static int load(struct call *call)
{
    struct corpus *corpus = &call->choice.corpus;
    const struct corpus_setup setup = {.trace = {.format = call->settings.format,
                                                 .seed = call->settings.seed,
                                                 .limit = call->settings.limit},
                                       .sample = 1,
                                       .with_next = true,
                                       .progress = load_step,
                                       .context = call};
    int loaded = corpus_load(corpus, call->settings.trace, &setup, &call->error);
    progress_end(&call->progress);
    if (loaded != 0 || corpus_check(call) != 0)
        return -1;
    if (corpus->times_ns == NULL || call->settings.rate_rps > 0)
        call->choice.question.age_rate_rps = call->choice.question.rate_rps;
    call->of_service = sizes_of_service(corpus);
    call->choice.sized = sizes_complete(corpus, call->of_service);
    return 0;
}

/* Predicting. */

static void predict_one(const struct call *call, struct candidate *candidate)
{
    candidate->predicted.hit_ratio = hit_ratio(&candidate->now);
    if (call->predictor != NULL)
        candidate->predicted = predict(call->predictor, &candidate->costs, &candidate->now,
                                       call->choice.question.slo_percentile);
    candidate->predicted.bytes = candidate->now.peak_bytes;
}

static void predict_all(struct call *call)
{
    struct choice *choice = &call->choice;
    for (size_t i = 0; i < choice->count; i++)
        if (choice->candidates[i].replayed)
            predict_one(call, &choice->candidates[i]);
}

/* What policies and service take on this machine. */
static int measure(struct call *call, const struct serving *serving)
{
    struct choice *choice = &call->choice;
    int status = 0;
    progress_begin(&call->progress, "measuring what hits and misses cost",
                   choice->count + CALIBRATIONS);
    for (size_t i = 0; i < choice->count; i++) {
        if (is_eligible(&choice->candidates[i]))
            choice->candidates[i].costs = costs_of_policy(choice->candidates[i].policy);
        progress_step(&call->progress, i + 1);
    }
    for (size_t i = 0; i < CALIBRATIONS && status == 0; i++) {
        status = costs_add(&call->costs, &choice->question, serving, &call->error);
        progress_step(&call->progress, choice->count + i + 1);
    }
    progress_end(&call->progress);
    return status;
}

static void serving_open(struct call *call, struct serving *serving, char folder[RESULT_LINE_BYTES])
{
    cpus_choose(&serving->server_cpu, &serving->generator_cpu);
    call->made_by.server_cpu = serving->server_cpu;
    call->made_by.generator_cpu = serving->generator_cpu;
    plan_server_folder(folder);
    if (serving->server_dir == NULL)
        serving->server_dir = folder;
}

static int serve_all(struct call *call, const atomic_bool *stop)
{
    char folder[RESULT_LINE_BYTES];
    struct choice *choice = &call->choice;
    struct serving serving = {
        .server_dir = call->settings.server_dir, .seconds_ns = CALIBRATION_NS, .stop = stop};
    serving_open(call, &serving, folder);
    int status = measure(call, &serving);
    if (status == 0 && call->settings.serve_ns > 0 && choice->answer.chosen != NULL)
        status = check_serve(choice, &call->costs, &serving, call->settings.serve_ns,
                             &call->progress, &call->error);
    if (status != 0)
        return -1;
    call->predictor =
        predictor_create(&call->costs, choice->baseline != NULL ? &choice->baseline->costs : NULL);
    predict_all(call);
    check_expect(choice, call->predictor, call->of_service);
    return 0;
}

/* The exit status. */
static int tell(struct call *call)
{
    char *text =
        choose_json(&call->choice, call->predictor != NULL ? &call->costs : NULL, &call->made_by);
    int status = 0;
    if (call->settings.json)
        printf("%s\n", text);
    else
        choose_table(&call->choice, call->predictor != NULL ? &call->costs : NULL, stdout);
    if (call->settings.out != NULL &&
        file_write(call->settings.out, text, strlen(text), &call->error) != 0) {
        fprintf(stderr, "tidemark choose: %s\n", call->error.text);
        status = 1;
    }
    free(text);
    return status;
}

static int choose(struct call *call)
{
    struct interrupt interrupt;
    unsigned threads = call->settings.threads > 0 ? (unsigned)call->settings.threads : 1;
    int status = 0;
    candidates_rule_out(&call->choice);
    candidates_replay(&call->choice, threads, &call->progress);
    candidates_need(&call->choice, threads, &call->progress);
    predict_all(call);
    answer_find(&call->choice);
    if (!call->settings.no_serve) {
        interrupt_begin(&interrupt);
        status = serve_all(call, &interrupt.raised);
        interrupt_end(&interrupt);
        answer_find(&call->choice); /* with times, now that they are known */
        if (atomic_load(&interrupt.raised))
            return INTERRUPT_STATUS;
    }
    if (status == 0)
        return tell(call);
    fprintf(stderr, "tidemark choose: %s\n", call->error.text);
    return 1;
}

static void call_free(struct call *call)
{
    predictor_destroy(call->predictor);
    costs_free(&call->costs);
    corpus_free(&call->choice.corpus);
    free(call->of_service);
    free(call);
}

static struct call *call_create(void)
{
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL)
        abort();
    call->settings = (struct settings){.seed = 1,
                                       .memory_bytes = UINT64_C(64) << 20,
                                       .miss_cost_ns = 5 * NS_PER_MS,
                                       .rate_rps = -1, /* not given */
                                       .serve_ns = 20 * NS_PER_SECOND,
                                       .threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)};
    call->progress.shown = isatty(STDERR_FILENO);
    return call;
}

static int call_run(struct call *call, int argc, char **argv)
{
    made_by_fill(&call->made_by, argc, argv);
    call->made_by.seed = call->settings.seed;
    int positional = 0;
    switch (options_parse(&choose_table_of_options, argc, argv, &call->settings, &positional,
                          &call->error)) {
    case OPTIONS_HELP:
        options_help(&choose_table_of_options, stdout);
        printf("\nTraces:\n");
        trace_describe(stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    case OPTIONS_WRONG:
        fprintf(stderr, "tidemark choose: %s\n", call->error.text);
        return 2;
    case OPTIONS_OK:
        break;
    }
    if (call->settings.trace == NULL && positional == 1)
        call->settings.trace = argv[1];
    else if (call->settings.trace == NULL || positional > 0)
        error_set(&call->error, "name one trace: --trace TRACE; see tidemark choose --help");
    if (call->error.text[0] != '\0' || take_options(call) != 0) {
        fprintf(stderr, "tidemark choose: %s\n", call->error.text);
        return 2;
    }
    if (load(call) == 0)
        return choose(call);
    fprintf(stderr, "tidemark choose: %s\n", call->error.text);
    return 1;
}

int choose_command(int argc, char **argv)
{
    struct call *call = call_create();
    int status = call_run(call, argc, argv);
    call_free(call);
    return status;
}
