/* replay_command.c - `tidemark replay`: every policy, every capacity, one trace. */
#include "replay_command.h"

#include "belady.h"
#include "options.h"
#include "policies.h"
#include "replay_report.h"
#include "units.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLICIES_MAX 128

struct settings {
    const char *policies, *capacity, *format, *sample;
    uint64_t limit, curve, seed, ttl_ns, threads;
    bool payload, json;
};

#define SETTING(name, kind, field, value, help)                                                    \
    {                                                                                              \
        name, kind, offsetof(struct settings, field), value, help                                  \
    }

static const struct option replay_options[] = {
    SETTING("policies", OPTION_TEXT, policies, "LIST", "lru,sieve,... (default: all, and belady)"),
    SETTING("capacity", OPTION_TEXT, capacity, "LIST",
            "entries, sizes or shares of the distinct ids: 1000,64MiB,1% (default: 1%,10%)"),
    SETTING("curve", OPTION_COUNT, curve, "N",
            "a miss-ratio curve instead: N capacities up to all distinct ids"),
    SETTING("sample", OPTION_TEXT, sample, "SHARE",
            "replay the requests for this share of the ids: 1% (SHARDS)"),
    SETTING("payload", OPTION_FLAG, payload, NULL,
            "keep records with bodies of the trace's sizes, as a server would"),
    SETTING("ttl", OPTION_DURATION, ttl_ns, "AGE",
            "time to live, for policies that keep one and traces that name none"),
    SETTING("format", OPTION_TEXT, format, "NAME", "of the trace, where it cannot be detected"),
    SETTING("limit", OPTION_COUNT, limit, "N", "replay the first N requests only"),
    SETTING("seed", OPTION_COUNT, seed, "N", "of generators and policies (default: 1)"),
    SETTING("threads", OPTION_COUNT, threads, "N",
            "replays at once; 1 for steady speeds (default: all cores)"),
    SETTING("json", OPTION_FLAG, json, NULL, "one object a line, as in results/replay.schema.json"),
};

static const struct option_table replay_table = {
    .usage = "tidemark replay [OPTIONS] TRACE",
    .summary = "Replays a trace through policies, in this process: hits, misses and real memory.\n"
               "TRACE is a file (also .gz, .xz, .zst), - for standard input, or a generator.",
    .details = "Examples:\n"
               "  tidemark replay access.txt --capacity 1000,10%\n"
               "  tidemark replay zipf:1.0:1000000:10000000 --policies lru,sieve --curve 20\n"
               "  tidemark replay huge.oracleGeneral.zst --sample 1% --json > hits.jsonl\n",
    .options = replay_options,
    .count = sizeof replay_options / sizeof replay_options[0],
};

/* Everything that one call of the command holds. */
struct replay_call {
    struct settings settings;
    const char *trace;
    const struct policy *policies[POLICIES_MAX];
    size_t policy_count;
    struct capacity capacities[CAPACITIES_MAX];
    int capacity_count;
    double sample;
    struct corpus corpus;
    struct sweep_job *jobs;
    bool progress;
    time_t began; /* the sweep */
    struct error error;
};

static const struct policy *call_policy(const char *name)
{
    return strcmp(name, belady_policy.name) == 0 ? &belady_policy : policy_find(name);
}

/* All that keep a capacity, and the optimum. */
static void call_take_all(struct replay_call *call)
{
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & KEEPS_CAPACITY)
            call->policies[call->policy_count++] = policies[i];
    call->policies[call->policy_count++] = &belady_policy;
}

static void call_refuse_policy(struct replay_call *call, const char *name, bool weak)
{
    error_set(&call->error, "--policies: '%s' %s", name,
              weak ? "keeps what connections own: there is nothing to replay"
                   : "is no policy; there are belady");
    for (size_t i = 0; !weak && i < policies_count; i++)
        if (policies[i]->limits & KEEPS_CAPACITY)
            error_add(&call->error, ", %s", policies[i]->name);
}

static int call_take_policies(struct replay_call *call)
{
    char name[64];
    if (strcmp(call->settings.policies, "all") == 0) {
        call_take_all(call);
        return 0;
    }
    for (const char *at = call->settings.policies;; at++) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        const struct policy *policy = call_policy(name);
        if (policy == NULL || policy->weak || call->policy_count == POLICIES_MAX) {
            call_refuse_policy(call, name, policy != NULL && policy->weak);
            return -1;
        }
        call->policies[call->policy_count++] = policy;
        at += length;
        if (*at == '\0')
            return 0;
    }
}

static int call_take_sample(struct replay_call *call)
{
    struct capacity share[CAPACITIES_MAX];
    call->sample = 1;
    if (call->settings.sample == NULL)
        return 0;
    if (capacity_parse(call->settings.sample, share, &call->error) != 1 || share[0].share == 0) {
        error_set(&call->error, "--sample: '%s' is no share like 1%%", call->settings.sample);
        return -1;
    }
    call->sample = share[0].share;
    return 0;
}

static int call_check(struct replay_call *call)
{
    if (call_take_policies(call) < 0 || call_take_sample(call) < 0)
        return -1;
    if (call->settings.threads == 0)
        call->settings.threads = 1;
    if (call->settings.curve > CAPACITIES_MAX) {
        error_set(&call->error, "--curve: at most %d capacities", CAPACITIES_MAX);
        return -1;
    }
    call->capacity_count = capacity_parse(call->settings.capacity, call->capacities, &call->error);
    return call->capacity_count < 0 ? -1 : 0;
}

static void progress_read(void *context, uint64_t requests)
{
    const struct replay_call *call = context;
    char text[UNITS_TEXT_BYTES];
    if (call->progress)
        fprintf(stderr, "\rreading %s: %s requests ", call->trace,
                units_format_count(text, requests));
}

/* Replays take about as long as each other, so the time left follows from those done. */
static void progress_replayed(void *context, size_t finished)
{
    const struct replay_call *call = context;
    size_t all = call->policy_count * (size_t)call->capacity_count;
    double left = difftime(time(NULL), call->began) * (double)(all - finished) / (double)finished;
    if (call->progress)
        fprintf(stderr, "\rreplayed %zu of %zu, %.0f s left \033[K", finished, all, left);
}

static void progress_end(const struct replay_call *call)
{
    if (call->progress)
        fprintf(stderr, "\r\033[K");
}

static int call_load(struct replay_call *call)
{
    bool with_next = false;
    for (size_t i = 0; i < call->policy_count; i++)
        with_next |= call->policies[i] == &belady_policy;
    struct corpus_setup setup = {.trace = {.format = call->settings.format,
                                           .seed = call->settings.seed,
                                           .limit = call->settings.limit},
                                 .sample = call->sample,
                                 .with_next = with_next,
                                 .progress = progress_read,
                                 .context = call};
    int loaded = corpus_load(&call->corpus, call->trace, &setup, &call->error);
    progress_end(call);
    if (loaded == 0 && call->settings.payload &&
        corpus_largest(&call->corpus) > RECORD_BODY_BYTES_MAX) {
        error_set(&call->error,
                  "%s: it has objects of 1 GiB or more, which no record holds; leave --payload out",
                  call->trace);
        corpus_free(&call->corpus);
        return -1;
    }
    if (loaded == 0 && call->corpus.requests == 0) {
        error_set(&call->error, "%s: there are no requests in it%s", call->trace,
                  call->sample < 1 ? "; try a larger --sample" : "");
        corpus_free(&call->corpus);
        return -1;
    }
    return loaded;
}

static uint64_t sampled(const struct replay_call *call, uint64_t capacity)
{
    uint64_t scaled = (uint64_t)((double)capacity * call->sample + 0.5);
    return capacity > 0 && scaled == 0 ? 1 : scaled;
}

static struct replay_setup call_setup(const struct replay_call *call, size_t at)
{
    const struct capacity *capacity = &call->capacities[at / call->policy_count];
    const struct policy *policy = call->policies[at % call->policy_count];
    bool limited = policy->limits & KEEPS_CAPACITY;
    return (struct replay_setup){
        .policy = policy,
        .capacity_entries = limited ? sampled(call, capacity->entries) : 0,
        .capacity_bytes = limited ? sampled(call, capacity->bytes) : 0,
        .ttl_ns = policy->limits & KEEPS_AGE ? call->settings.ttl_ns : 0,
        .seed = call->settings.seed,
        .payload = call->settings.payload,
    };
}

/* Sizes of the whole trace: a sample has its share of the distinct ids. */
static void call_size(struct replay_call *call)
{
    uint64_t distinct = (uint64_t)((double)call->corpus.distinct / call->sample);
    if (call->settings.curve > 0)
        call->capacity_count =
            capacity_curve(distinct, (int)call->settings.curve, call->capacities);
    for (int i = 0; i < call->capacity_count; i++)
        capacity_resolve(&call->capacities[i], distinct);
}

static void call_replay(struct replay_call *call)
{
    call_size(call);
    size_t count = call->policy_count * (size_t)call->capacity_count;
    call->jobs = calloc(count, sizeof *call->jobs);
    if (call->jobs == NULL)
        abort();
    for (size_t at = 0; at < count; at++)
        call->jobs[at].setup = call_setup(call, at);
    call->began = time(NULL);
    sweep_run(&call->corpus, call->jobs, count, (unsigned)call->settings.threads, progress_replayed,
              call);
    progress_end(call);
    struct replay_report report = {.trace = call->trace,
                                   .sample = call->sample,
                                   .corpus = &call->corpus,
                                   .jobs = call->jobs,
                                   .capacities = (size_t)call->capacity_count,
                                   .policies = call->policy_count,
                                   .sizes = call->capacities};
    (call->settings.json ? replay_report_json : replay_report_table)(&report, stdout);
    free(call->jobs);
    corpus_free(&call->corpus);
}

int replay_command(int argc, char **argv)
{
    static struct replay_call call;
    int positional;
    struct error wrong;
    call.settings = (struct settings){.policies = "all",
                                      .capacity = "1%,10%",
                                      .seed = 1,
                                      .threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)};
    switch (options_parse(&replay_table, argc, argv, &call.settings, &positional, &wrong)) {
    case OPTIONS_HELP:
        options_help(&replay_table, stdout);
        printf("\nTraces:\n");
        trace_describe(stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    case OPTIONS_WRONG:
        fprintf(stderr, "tidemark replay: %s\n", wrong.text);
        return 2;
    case OPTIONS_OK:
        break;
    }
    if (positional != 1) {
        fprintf(stderr, "tidemark replay: name one trace; see tidemark replay --help\n");
        return 2;
    }
    call.trace = argv[1];
    call.progress = isatty(STDERR_FILENO);
    if (call_check(&call) < 0) {
        fprintf(stderr, "tidemark replay: %s\n", call.error.text);
        return 2;
    }
    if (call_load(&call) < 0) {
        fprintf(stderr, "tidemark replay: %s\n", call.error.text);
        return 1;
    }
    call_replay(&call);
    return 0;
}
