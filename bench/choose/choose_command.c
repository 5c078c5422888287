/* choose_command.c - tidemark choose: which policy, with how much memory, for this traffic. */
#include "choose_command.h"

#include "candidates.h"
#include "choose_output.h"
#include "command.h"
#include "cpus.h"
#include "files.h"
#include "interrupt.h"
#include "options.h"
#include "plan.h"
#include "policies.h"
#include "prediction.h"
#include "printable.h"
#include "provenance.h"
#include "recommendation.h"
#include "record_sizes.h"
#include "serve.h"
#include "served_check.h"
#include "units.h"
#include "warmup.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALIBRATION_NS (NS_PER_SECOND / 2) /* of a load of hits only, or of misses only */
#define CALIBRATIONS   3 /* before the best policies are served; one more follows each of these */
#define RATE_DEFAULT   5000
#define NAME_BYTES     64
#define SERVERS_ADVICE "--server-dir says where the servers are, --no-serve needs none"

struct settings {
    const char *trace, *format, *policies, *optimise, *warmup, *slo, *json, *server_dir;
    uint64_t limit, seed, memory_bytes, miss_cost_ns, max_age_ns, threads, serve_ns;
    double rate_rps;         /* -1: not given */
    double target_hit_ratio; /* -1: not given */
    bool no_serve, skip_bad, ignore_query;
};

#define DEFAULTS                                                                                   \
    .seed = 1, .memory_bytes = UINT64_C(64) << 20, .miss_cost_ns = 5 * NS_PER_MS,                  \
    .serve_ns = 20 * NS_PER_SECOND, .optimise = "requests", .warmup = WARMUP_DEFAULT
#define AGE_NOT_GIVEN UINT64_MAX
static const struct settings shown_defaults = {DEFAULTS};

#define FIELD(name) offsetof(struct settings, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Traffic"},
    {"trace", OPTION_TEXT, FIELD(trace), "TRACE",
     "read a file, a recording, a log, or a generator"},
    {"format", OPTION_TEXT, FIELD(format), "NAME",
     "read the trace in this format (default: detected)"},
    {"skip-bad", OPTION_FLAG, FIELD(skip_bad), NULL,
     "skip lines that are not understood, even if they are more than 1 % of all"},
    {"ignore-query", OPTION_FLAG, FIELD(ignore_query), NULL,
     "in access logs, leave the query string out of the id"},
    {"limit", OPTION_COUNT, FIELD(limit), "N", "use the first N requests only"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "seed the generator"},
    {"rate", OPTION_REAL, FIELD(rate_rps), "N",
     "assume N requests per second (default: by the trace's own times, or 5000 if it has none)"},
    {"warmup", OPTION_TEXT, FIELD(warmup), "SHARE|N",
     "let this share or number of the requests warm the caches up: hits are those of the rest"},
    {NULL, OPTION_HEADING, 0, NULL, "Conditions"},
    {"capacity", OPTION_SIZE, FIELD(memory_bytes), "SIZE",
     "limit the cache to SIZE, everything that it allocates included"},
    {"memory", OPTION_SIZE, FIELD(memory_bytes), "SIZE", OPTION_HIDDEN},
    {"miss-cost", OPTION_DURATION, FIELD(miss_cost_ns), "TIME",
     "assume that a miss waits TIME for the origin"},
    {"max-age", OPTION_DURATION, FIELD(max_age_ns), "TIME",
     "never reply with anything older: a record of this age is a miss, with any policy"},
    {"slo", OPTION_TEXT, FIELD(slo), "pN=TIME",
     "say whether this latency objective is kept, such as p99=2ms"},
    {"target-hits", OPTION_SHARE, FIELD(target_hit_ratio), "SHARE",
     "find the memory that this share of hits needs, such as 90% (default: the hits of lru)"},
    {"policies", OPTION_TEXT, FIELD(policies), "LIST",
     "choose among these policies only, such as lru,sieve (default all)"},
    {"optimise", OPTION_TEXT, FIELD(optimise), "GOAL",
     "look for the most hits (requests), the most bytes that are hits (bytes), or the least time "
     "for which requests wait for the origin (latency)"},
    {NULL, OPTION_HEADING, 0, NULL, "Work"},
    {"serve", OPTION_DURATION, FIELD(serve_ns), "TIME",
     "run servers of the best policies for at most TIME each, to check the predictions"},
    {"no-serve", OPTION_FLAG, FIELD(no_serve), NULL,
     "replay only: exact hits and memory, but no times"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "take serve-POLICY from DIR (default where this program is)"},
    {"threads", OPTION_COUNT, FIELD(threads), "N",
     "replay N policies at a time (default all CPUs)"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const char examples[] =
    "Examples:\n"
    "  tidemark choose --trace access.log --capacity 64MiB --slo p99=2ms --miss-cost 5ms\n"
    "  tidemark choose --trace zipf:0.9:100k:1M --capacity 4MiB --target-hits 90%\n"
    "  tidemark choose --trace recorded --max-age 60s --rate 2000 --json=choose.json\n";

static const struct option_table option_table = {
    .usage = "tidemark choose [OPTIONS] [--trace] TRACE",
    .summary = "Chooses a policy for your traffic and says why. Replays the trace through every "
               "policy at the real memory limit, measures what hits and misses cost on this "
               "machine, predicts latency and CPU time, and runs servers of the best policies to "
               "check the predictions. Two policies are equal unless one has at least 0.2 points "
               "more hits and 2 % fewer misses; the simplest of those equal to the best is chosen.",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .defaults = &shown_defaults,
};

/* Everything that one call of the command holds. */
struct call {
    struct settings settings;
    struct choice choice;
    struct result_made_by made_by;
    struct warmup warmup;
    char server_folder[RESULT_LINE_BYTES];
    struct service_costs costs;
    struct predictor *predictor; /* NULL until costs are measured */
    struct progress progress;
    uint32_t *service_record_bytes; /* sizes of the service's records for the trace's requests */
    struct error error;
};

/* Options. */

static int slo_parse(struct question *question, const char *text, struct error *error)
{
    char *end;
    if (text == NULL)
        return 0;
    question->slo_percentile = text[0] == 'p' ? strtod(text + 1, &end) : 0;
    if (!(question->slo_percentile > 0 && question->slo_percentile < 100) || *end != '=' ||
        units_parse_duration(end + 1, &question->slo_ns) != 0 || question->slo_ns == 0)
        return error_set(error, "--slo: '%s' is not an objective such as p99=2ms", text);
    return 0;
}

/* A policy that can be chosen; those that demonstrate a mistake cannot. NULL if there is none. */
static const struct policy *policy_named(const char *name)
{
    for (size_t i = 0; i < policies_count; i++)
        if (strcmp(policies[i]->name, name) == 0)
            return policies[i];
    return NULL;
}

static int candidates_parse(struct choice *choice, const char *list, struct error *error)
{
    char name[NAME_BYTES];
    for (size_t i = 0; list == NULL && i < policies_count; i++)
        choice->candidates[choice->count++] = (struct candidate){.policy = policies[i]};
    while (list != NULL && list_next(&list, name, sizeof name)) {
        const struct policy *policy = policy_named(name);
        if (policy == NULL)
            return error_set(error, "--policies: '%s' is not a policy that can be chosen", name);
        if (choice->count == CHOICE_POLICIES_MAX)
            return error_set(error, "--policies: at most %d can be compared", CHOICE_POLICIES_MAX);
        choice->candidates[choice->count++] = (struct candidate){.policy = policy};
    }
    return choice->count > 0 ? 0 : error_set(error, "--policies is empty");
}

/* Zero is never taken for "not given". */
static int settings_check(const struct settings *settings, struct error *error)
{
    if (settings->memory_bytes < 2 || settings->rate_rps == 0)
        return error_set(error, "--capacity and --rate must be more than 0");
    if (settings->max_age_ns == 0)
        return error_set(error, "--max-age must be more than 0");
    if (settings->target_hit_ratio == 0)
        return error_set(error, "--target-hits must be more than 0");
    return 0;
}

static int settings_apply(struct call *call)
{
    const struct settings *settings = &call->settings;
    struct question *question = &call->choice.question;
    *question = (struct question){
        .trace = settings->trace,
        .reading = {.format = settings->format,
                    .limit = settings->limit,
                    .seed = settings->seed,
                    .skip_bad = settings->skip_bad,
                    .ignore_query = settings->ignore_query},
        .memory_bytes = settings->memory_bytes,
        .miss_cost_ns = settings->miss_cost_ns,
        .max_age_ns = settings->max_age_ns == AGE_NOT_GIVEN ? 0 : settings->max_age_ns,
        .target_hit_ratio = settings->target_hit_ratio < 0 ? 0 : settings->target_hit_ratio,
    };
    if (settings_check(settings, &call->error) != 0)
        return -1;
    if (objective_parse(settings->optimise, &question->objective) != 0)
        return error_set(&call->error, "--optimise: '%s' is none of requests, bytes and latency",
                         settings->optimise);
    if (warmup_parse(settings->warmup, &call->warmup, &call->error) != 0 ||
        slo_parse(question, settings->slo, &call->error) != 0)
        return -1;
    return candidates_parse(&call->choice, settings->policies, &call->error);
}

/* Loading. */

static void load_step(void *context, uint64_t requests)
{
    const struct call *call = context;
    char text[UNITS_TEXT_BYTES];
    if (!call->progress.shown)
        return;
    fputc('\r', stderr);
    printable_print(stderr, "reading %s: %s requests ", call->settings.trace,
                    units_format_count(text, requests));
}

static int corpus_check(struct call *call)
{
    const struct corpus *corpus = &call->choice.corpus;
    uint64_t warmup = warmup_of(&call->warmup, corpus);
    char words[TRACE_ACCOUNT_BYTES];
    trace_account_words(&corpus->account, words);
    if (corpus->requests < REPLAY_WINDOWS)
        return error_set(&call->error, "%s: has too few requests, fewer than %d%s%s",
                         call->settings.trace, REPLAY_WINDOWS, words[0] != '\0' ? ": " : "", words);
    if (corpus_largest(corpus) > RECORD_BODY_BYTES_MAX)
        return error_set(&call->error, "%s: has objects of 1 GiB or more, too large for a record",
                         call->settings.trace);
    if (warmup >= corpus->requests)
        return error_set(&call->error, "--warmup %s leaves none of the %llu requests to judge",
                         call->settings.warmup, (unsigned long long)corpus->requests);
    call->choice.question.warmup_requests = warmup;
    return 0;
}

/* Given, or by the trace's times, or assumed. Entries age by the rate unless the trace has times
 * and no rate was given. */
static void rate_find(struct call *call)
{
    struct question *question = &call->choice.question;
    double own_rps = corpus_rate(&call->choice.corpus);
    question->rate_from = call->settings.rate_rps > 0 ? RATE_GIVEN
                          : own_rps > 0               ? RATE_OF_TRACE
                                                      : RATE_ASSUMED;
    const double rates[] = {[RATE_GIVEN] = call->settings.rate_rps,
                            [RATE_OF_TRACE] = own_rps,
                            [RATE_ASSUMED] = RATE_DEFAULT};
    question->rate_rps = rates[question->rate_from];
    question->age_rate_rps = question->rate_from == RATE_OF_TRACE ? 0 : question->rate_rps;
}

static int trace_load(struct call *call)
{
    struct corpus *corpus = &call->choice.corpus;
    const struct corpus_setup setup = {.trace = call->choice.question.reading,
                                       .sample = 1,
                                       .with_next = true,
                                       .progress = load_step,
                                       .context = call};
    int status = corpus_load(corpus, call->settings.trace, &setup, &call->error);
    progress_end(&call->progress);
    if (status != 0 || corpus_check(call) != 0)
        return -1;
    rate_find(call);
    call->service_record_bytes = sizes_of_service(corpus);
    call->choice.sized = sizes_complete(corpus, call->service_record_bytes);
    return 0;
}

/* Predicting and serving. */

static void predict_one(const struct call *call, struct candidate *candidate)
{
    struct replay_result steady = replay_steady(&candidate->now);
    candidate->predicted.hit_ratio = hit_ratio(&steady);
    if (call->predictor != NULL)
        candidate->predicted = predict(call->predictor, &candidate->costs, &steady,
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

/* Measures what policies and service cost on this machine. */
static int measure(struct call *call, const struct server_environment *environment)
{
    struct choice *choice = &call->choice;
    int status = 0;
    progress_begin(&call->progress, "measuring what hits and misses cost",
                   choice->count + CALIBRATIONS);
    for (size_t i = 0; i < choice->count && !atomic_load(environment->stop); i++) {
        if (is_eligible(&choice->candidates[i]))
            choice->candidates[i].costs = costs_of_policy(choice->candidates[i].policy);
        progress_step(&call->progress, i + 1);
    }
    for (size_t i = 0; i < CALIBRATIONS && status == 0; i++) {
        status = costs_add(&call->costs, &choice->question, environment, &call->error);
        progress_step(&call->progress, choice->count + i + 1);
    }
    progress_end(&call->progress);
    return status;
}

/* Looks for all servers that may be needed, before work that takes long. */
static int servers_check(struct call *call)
{
    const struct choice *choice = &call->choice;
    plan_server_folder(call->server_folder);
    if (call->settings.server_dir != NULL)
        snprintf(call->server_folder, sizeof call->server_folder, "%s", call->settings.server_dir);
    int status =
        server_check_program(call->server_folder, COSTS_SERVER, SERVERS_ADVICE, &call->error);
    for (size_t i = 0; i < choice->count && status == 0; i++)
        if (is_eligible(&choice->candidates[i]) &&
            can_be_served(&choice->question, choice->candidates[i].policy))
            status = server_check_program(call->server_folder, choice->candidates[i].policy->name,
                                          SERVERS_ADVICE, &call->error);
    return status;
}

static void environment_open(struct call *call, struct server_environment *environment)
{
    cpus_choose(&environment->server_cpu, &environment->generator_cpu);
    call->made_by.server_cpu = environment->server_cpu;
    call->made_by.generator_cpu = environment->generator_cpu;
}

static int serve_all(struct call *call, const atomic_bool *stop)
{
    struct choice *choice = &call->choice;
    struct server_environment environment = {
        .server_dir = call->server_folder, .seconds_ns = CALIBRATION_NS, .stop = stop};
    environment_open(call, &environment);
    int status = measure(call, &environment);
    if (status == 0 && call->settings.serve_ns > 0 && choice->answer.chosen != NULL)
        status = check_serve(choice, &call->costs, &environment, call->settings.serve_ns,
                             &call->progress, &call->error);
    if (status != 0)
        return -1;
    call->predictor =
        predictor_create(&call->costs, choice->baseline != NULL ? &choice->baseline->costs : NULL);
    predict_all(call);
    check_predict(choice, call->predictor, call->service_record_bytes);
    return 0;
}

static int choice_print(struct call *call)
{
    const struct service_costs *costs = call->predictor != NULL ? &call->costs : NULL;
    const char *json = call->settings.json;
    if (json == NULL || strcmp(json, "-") != 0)
        choose_table(&call->choice, costs, stdout);
    return json != NULL
               ? json_write(choose_json(&call->choice, costs, &call->made_by), json, &call->error)
               : 0;
}

/* STATUS_OK, or the exit status after a complaint. */
static int servers_measure(struct call *call)
{
    struct interrupt interrupt;
    if (interrupt_begin(&interrupt, &call->error) != 0)
        return complain("choose", STATUS_UNDECIDED, "%s", call->error.text);
    int status = serve_all(call, &interrupt.raised);
    interrupt_end(&interrupt);
    answer_find(&call->choice); /* again, with times */
    if (atomic_load(&interrupt.raised))
        return complain("choose", STATUS_INTERRUPTED, "interrupted; the servers are stopped");
    return status == 0 ? STATUS_OK : complain("choose", STATUS_UNDECIDED, "%s", call->error.text);
}

static int choose(struct call *call)
{
    unsigned threads = call->settings.threads > 0 ? (unsigned)call->settings.threads : 1;
    candidates_replay(&call->choice, threads, &call->progress);
    candidates_find_memory_for_target(&call->choice, threads, &call->progress);
    predict_all(call);
    answer_find(&call->choice);
    int status = call->settings.no_serve ? STATUS_OK : servers_measure(call);
    if (status != STATUS_OK || choice_print(call) == 0)
        return status;
    return complain("choose", STATUS_UNDECIDED, "%s", call->error.text);
}

static int call_run(struct call *call, int argc, char **argv)
{
    char *details = trace_help(examples);
    struct option_table table = option_table;
    table.details = details;
    made_by_fill(&call->made_by, argc, argv);
    int positional,
        status = options_take(&table, "tidemark choose", argc, argv, &call->settings, &positional);
    free(details);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional + (call->settings.trace != NULL) != 1)
        return complain("choose", STATUS_USAGE, "name one trace: --trace TRACE");
    if (positional == 1)
        call->settings.trace = argv[1];
    call->made_by.seed = call->settings.seed;
    if (settings_apply(call) != 0)
        return complain("choose", STATUS_USAGE, "%s", call->error.text);
    candidates_rule_out(&call->choice);
    if (file_check_writable(call->settings.json, &call->error) != 0 ||
        (!call->settings.no_serve && servers_check(call) != 0))
        return complain("choose", STATUS_UNDECIDED, "%s", call->error.text);
    if (trace_load(call) != 0)
        return complain("choose", STATUS_USAGE, "%s", call->error.text);
    return choose(call);
}

int choose_command(int argc, char **argv)
{
    struct call *call = xcalloc(1, sizeof *call);
    call->settings = (struct settings){DEFAULTS, .rate_rps = -1, .max_age_ns = AGE_NOT_GIVEN,
                                       .target_hit_ratio = -1,
                                       .threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)};
    call->progress.shown = isatty(STDERR_FILENO);
    int status = call_run(call, argc, argv);
    predictor_destroy(call->predictor);
    costs_free(&call->costs);
    corpus_free(&call->choice.corpus);
    free(call->service_record_bytes);
    free(call);
    return status;
}
