/* replay_command.c - `tidemark replay`: every policy at every capacity over one trace. */
#include "replay_command.h"

#include "belady.h"
#include "clock.h"
#include "command.h"
#include "files.h"
#include "options.h"
#include "policies.h"
#include "printable.h"
#include "replay_report.h"
#include "units.h"
#include "warmup.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICIES_MAX 128

struct settings {
    const char *policies, *capacity, *warmup, *format, *json;
    uint64_t limit, curve, seed, ttl_ns, threads;
    double sample;
    bool payload, skip_bad, ignore_query;
};

#define DEFAULTS                                                                                   \
    .policies = "all", .capacity = "1%,10%", .warmup = WARMUP_DEFAULT, .seed = 1, .sample = 1
#define TTL_NOT_GIVEN UINT64_MAX
static const struct settings shown_defaults = {DEFAULTS};
static const struct settings defaults = {DEFAULTS, .ttl_ns = TTL_NOT_GIVEN};

#define HEADING(title)                                                                             \
    {                                                                                              \
        .kind = OPTION_HEADING, .help = title                                                      \
    }
#define SETTING(name, kind, field, value, help)                                                    \
    {                                                                                              \
        name, kind, offsetof(struct settings, field), value, help                                  \
    }

static const struct option replay_options[] = {
    HEADING("Trace"),
    SETTING("format", OPTION_TEXT, format, "NAME",
            "name the trace's format, if it cannot be detected"),
    SETTING("skip-bad", OPTION_FLAG, skip_bad, NULL,
            "skip lines that are not understood, even if they are more than 1 % of all"),
    SETTING("ignore-query", OPTION_FLAG, ignore_query, NULL,
            "in access logs, leave the query string out of the id"),
    SETTING("limit", OPTION_COUNT, limit, "N", "replay only the first N requests"),
    SETTING("sample", OPTION_SHARE, sample, "SHARE",
            "replay only the requests for this share of the ids, at the same share of the "
            "capacities (SHARDS), and print how accurate that is"),
    SETTING("seed", OPTION_COUNT, seed, "N", "seed generators and policies with N"),
    SETTING("warmup", OPTION_TEXT, warmup, "SHARE|N",
            "let this share or number of the requests warm the caches up: the steady hits are "
            "those of the requests after it"),
    HEADING("Caches"),
    SETTING("policies", OPTION_TEXT, policies, "LIST",
            "replay through these policies, such as lru,sieve; all: every policy with a capacity, "
            "and belady, the optimum"),
    SETTING("capacity", OPTION_TEXT, capacity, "LIST",
            "entries, sizes or shares of the distinct ids, such as 1000,64MiB,1%; a size limits "
            "everything that the cache allocates, records included if the trace has sizes"),
    SETTING("curve", OPTION_COUNT, curve, "N",
            "replay at N capacities instead, from 0.1% to all of the distinct ids"),
    SETTING("payload", OPTION_FLAG, payload, NULL,
            "keep records with bodies of the trace's sizes, as a server does, at every capacity"),
    SETTING("ttl", OPTION_DURATION, ttl_ns, "AGE",
            "take an entry of this age for a miss, with any policy, or at the trace's own time to "
            "live if that is less"),
    HEADING("Output"),
    SETTING(
        "json", OPTION_OUTPUT, json, "FILE",
        "print JSON to stdout instead of the table; with FILE, write it there beside the table"),
    SETTING("threads", OPTION_COUNT, threads, "N",
            "run N replays at once; 1 measures speed best (default all cores)"),
};

static const struct option_table replay_table = {
    .usage = "tidemark replay [OPTIONS] TRACE",
    .summary = "Replays a trace through cache policies in this process, and prints hits, misses, "
               "memory and speed of each. TRACE is a file, - for standard input, or a generator.",
    .options = replay_options,
    .count = sizeof replay_options / sizeof replay_options[0],
    .defaults = &shown_defaults,
};

#define EXAMPLES                                                                                   \
    "Examples:\n"                                                                                  \
    "  tidemark replay access.txt --capacity 1000,10%\n"                                           \
    "  tidemark replay zipf:1.0:1000000:10000000 --policies lru,sieve --curve 20\n"                \
    "  tidemark replay huge.oracleGeneral.zst --sample 1% --json=hits.jsonl\n"

/* The state of one call of the command. */
struct replay_call {
    struct settings settings;
    const char *trace;
    const struct policy *policies[POLICIES_MAX];
    size_t policy_count;
    struct capacity capacities[CAPACITIES_MAX];
    int capacity_count;
    struct warmup warmup;
    struct corpus corpus;
    struct sweep_job *jobs;
    bool progress;
    uint64_t began_ns; /* when the sweep began */
    struct error error;
};

/* All policies with a capacity, and the optimum. */
static void call_take_all(struct replay_call *call)
{
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & KEEPS_CAPACITY)
            call->policies[call->policy_count++] = policies[i];
    call->policies[call->policy_count++] = &belady_policy;
}

static int call_refuse_policy(struct replay_call *call, const char *name)
{
    error_set(&call->error, "--policies: there is no policy '%s'; there are belady", name);
    for (size_t i = 0; i < policies_count; i++)
        if (!policies[i]->weak)
            error_add(&call->error, ", %s", policies[i]->name);
    return -1;
}

static int call_take_policy(struct replay_call *call, const char *name)
{
    const struct policy *policy =
        strcmp(name, belady_policy.name) == 0 ? &belady_policy : policy_find(name);
    if (policy == NULL)
        return call_refuse_policy(call, name);
    if (policy->weak)
        return error_set(&call->error,
                         "--policies: '%s' keeps an entry while a connection uses its record; a "
                         "replay has no connections",
                         name);
    if (call->policy_count == POLICIES_MAX)
        return error_set(&call->error, "--policies: more than %d policies", POLICIES_MAX);
    call->policies[call->policy_count++] = policy;
    return 0;
}

static int call_take_policies(struct replay_call *call)
{
    int status = 0;
    if (strcmp(call->settings.policies, "all") == 0) {
        call_take_all(call);
        return 0;
    }
    char *list = xstrdup(call->settings.policies), *rest = list, *name;
    while (status == 0 && (name = strsep(&rest, ",")) != NULL)
        status = call_take_policy(call, name);
    free(list);
    return status;
}

static int call_check(struct replay_call *call)
{
    struct settings *settings = &call->settings;
    if (settings->threads == 0)
        settings->threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (settings->ttl_ns == 0)
        return error_set(&call->error, "--ttl must be more than 0");
    settings->ttl_ns = settings->ttl_ns == TTL_NOT_GIVEN ? 0 : settings->ttl_ns;
    if (settings->sample <= 0)
        return error_set(&call->error, "--sample: expected a share above 0, such as 1%%");
    if (settings->curve > CAPACITIES_MAX)
        return error_set(&call->error, "--curve: at most %d capacities", CAPACITIES_MAX);
    if (warmup_parse(settings->warmup, &call->warmup, &call->error) < 0)
        return -1;
    call->capacity_count = capacity_parse(settings->capacity, call->capacities, &call->error);
    return call->capacity_count < 0 ? -1 : call_take_policies(call);
}

static void progress_read(void *context, uint64_t requests)
{
    const struct replay_call *call = context;
    char text[UNITS_TEXT_BYTES];
    if (!call->progress)
        return;
    fputc('\r', stderr);
    printable_print(stderr, "reading %s: %s requests ", call->trace,
                    units_format_count(text, requests));
}

/* Estimates the time left from the replays done: all take about the same time. */
static void progress_replayed(void *context, size_t finished)
{
    const struct replay_call *call = context;
    size_t all = call->policy_count * (size_t)call->capacity_count;
    double passed_s = (double)(clock_ns() - call->began_ns) / (double)NS_PER_SECOND;
    double left_s = passed_s * (double)(all - finished) / (double)finished;
    if (call->progress)
        fprintf(stderr, "\rreplayed %zu of %zu, %.0f s left \033[K", finished, all, left_s);
}

static void progress_end(const struct replay_call *call)
{
    if (call->progress)
        fprintf(stderr, "\r\033[K");
}

/* Says that there are no requests, and what there is instead. Always -1. */
static int refuse_empty(struct replay_call *call)
{
    char words[TRACE_ACCOUNT_BYTES];
    trace_account_words(&call->corpus.account, words);
    return error_set(&call->error, "%s: there are no requests in it%s%s%s", call->trace,
                     words[0] != '\0' ? ": " : "", words,
                     call->settings.sample < 1 ? "; try a larger --sample" : "");
}

static int corpus_check(struct replay_call *call)
{
    if (call->corpus.requests == 0)
        return refuse_empty(call);
    bool records = call->settings.payload;
    for (int i = 0; i < call->capacity_count; i++)
        records |= call->capacities[i].bytes > 0 && call->corpus.bytes != NULL;
    if (records && corpus_largest(&call->corpus) > RECORD_BODY_BYTES_MAX)
        return error_set(&call->error,
                         "%s: it has objects of 1 GiB or more, which no record can hold; use "
                         "capacities in entries, and leave out --payload",
                         call->trace);
    return 0;
}

/* The optimum needs the next requests, and so does an age limit of policies that keep none. */
static bool needs_next(const struct replay_call *call)
{
    bool needed = false;
    for (size_t i = 0; i < call->policy_count; i++)
        needed |= call->policies[i] == &belady_policy ||
                  (call->settings.ttl_ns > 0 && !(call->policies[i]->limits & KEEPS_AGE));
    return needed;
}

static int call_load(struct replay_call *call)
{
    const struct settings *settings = &call->settings;
    struct corpus_setup setup = {.trace = {.format = settings->format,
                                           .seed = settings->seed,
                                           .limit = settings->limit,
                                           .skip_bad = settings->skip_bad,
                                           .ignore_query = settings->ignore_query},
                                 .sample = settings->sample,
                                 .with_next = needs_next(call),
                                 .progress = progress_read,
                                 .context = call};
    int status = corpus_load(&call->corpus, call->trace, &setup, &call->error);
    progress_end(call);
    return status == 0 ? corpus_check(call) : -1;
}

/* A capacity of the whole trace as one of the sample; at least 1, but 0 stays 0. */
static uint64_t scaled(const struct replay_call *call, uint64_t capacity)
{
    if (call->settings.sample == 1)
        return capacity;
    uint64_t rounded = (uint64_t)((double)capacity * call->settings.sample + 0.5);
    return capacity > 0 && rounded == 0 ? 1 : rounded;
}

static struct replay_setup call_setup(const struct replay_call *call, size_t at)
{
    const struct capacity *capacity = &call->capacities[at / call->policy_count];
    const struct policy *policy = call->policies[at % call->policy_count];
    bool limited = policy->limits & KEEPS_CAPACITY;
    return (struct replay_setup){
        .policy = policy,
        .capacity_entries = limited ? scaled(call, capacity->entries) : 0,
        .capacity_bytes = limited ? scaled(call, capacity->bytes) : 0,
        .ttl_ns = call->settings.ttl_ns,
        .seed = call->settings.seed,
        .warmup_requests = warmup_of(&call->warmup, &call->corpus),
        .payload = call->settings.payload || (capacity->bytes > 0 && call->corpus.bytes != NULL),
    };
}

/* Resolves the capacities. They are those of the whole trace, whose distinct ids are estimated from
 * the sample's. */
static void call_size(struct replay_call *call)
{
    uint64_t distinct = (uint64_t)((double)call->corpus.distinct / call->settings.sample);
    if (call->settings.curve > 0)
        call->capacity_count =
            capacity_curve(distinct, (int)call->settings.curve, call->capacities);
    for (int i = 0; i < call->capacity_count; i++)
        capacity_resolve(&call->capacities[i], distinct);
}

static int call_print(struct replay_call *call)
{
    const char *path = call->settings.json;
    char *text;
    size_t bytes;
    struct replay_report report = {.trace = call->trace,
                                   .sample = call->settings.sample,
                                   .corpus = &call->corpus,
                                   .jobs = call->jobs,
                                   .capacities = (size_t)call->capacity_count,
                                   .policies = call->policy_count,
                                   .sizes = call->capacities};
    if (path != NULL && strcmp(path, "-") == 0) {
        replay_report_json(&report, stdout);
        return 0;
    }
    replay_report_table(&report, stdout);
    if (path == NULL)
        return 0;
    FILE *out = xmemstream(&text, &bytes);
    replay_report_json(&report, out);
    fclose(out);
    int status = file_write(path, text, bytes, &call->error);
    free(text);
    return status;
}

static void call_replay(struct replay_call *call)
{
    call_size(call);
    size_t count = call->policy_count * (size_t)call->capacity_count;
    call->jobs = xcalloc(count, sizeof *call->jobs);
    for (size_t at = 0; at < count; at++)
        call->jobs[at].setup = call_setup(call, at);
    call->began_ns = clock_ns();
    sweep_run(&call->corpus, call->jobs, count, (unsigned)call->settings.threads, progress_replayed,
              call);
    progress_end(call);
}

static int call_run(struct replay_call *call)
{
    int status = STATUS_OK;
    if (call_check(call) < 0) {
        status = STATUS_USAGE;
    } else if (file_check_writable(call->settings.json, &call->error) < 0) {
        status = STATUS_UNDECIDED;
    } else if (call_load(call) < 0) {
        status = STATUS_USAGE;
    } else {
        call_replay(call);
        if (call_print(call) < 0)
            status = STATUS_UNDECIDED;
    }
    free(call->jobs);
    corpus_free(&call->corpus);
    return status == STATUS_OK ? status : complain("replay", status, "%s", call->error.text);
}

int replay_command(int argc, char **argv)
{
    static struct replay_call call;
    char *help = trace_help(EXAMPLES);
    struct option_table table = replay_table;
    int positional;
    table.details = help;
    call.settings = defaults;
    int status = options_take(&table, "tidemark replay", argc, argv, &call.settings, &positional);
    free(help);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional != 1)
        return complain("replay", STATUS_USAGE, "name one trace; see tidemark replay --help");
    call.trace = argv[1];
    call.progress = isatty(STDERR_FILENO);
    return call_run(&call);
}
