/* bench_options.c - the options of tidemark bench: table, defaults and ranges. */
#include "bench_options.h"

#include "count_of.h"
#include "server_under_test.h"
#include "units.h"

#include <string.h>

#define CONNECTIONS_MAX 10000
#define STREAMS_MAX     1000
#define REPEATS_MAX     100
#define ROUNDS_MAX      1000
#define DURATION_MAX_NS (86400 * NS_PER_SECOND)
#define WAIT_MAX_NS     (3600 * NS_PER_SECOND)
#define INTERVAL_MIN_NS NS_PER_MS

#define DEFAULTS                                                                                   \
    .out = "results", .connections = 100, .memory_cap_bytes = UINT64_C(2) << 30, .seed = 1,        \
    .repeats = 1, .start_within_ns = SERVER_START_NS
const struct bench_options bench_options_default = {DEFAULTS,
                                                    .requests = BENCH_AUTO,
                                                    .duration_ns = BENCH_AUTO,
                                                    .speed = BENCH_AUTO,
                                                    .rounds = BENCH_AUTO,
                                                    .slice = BENCH_AUTO};
static const struct bench_options shown_defaults = {DEFAULTS};

#define FIELD(name) offsetof(struct bench_options, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "What to run"},
    {"policies", OPTION_TEXT, FIELD(policies), "LIST",
     "serve these policies, such as lru,ttl, or all of them (default " BENCH_POLICIES ", or none "
     "with --command)"},
    {"workloads", OPTION_TEXT, FIELD(workloads), "LIST",
     "run these workloads: random, zipf, scan, burst, or generators such as zipf:1.0:50k (default "
     "random,zipf,burst, and speed under zipf alone); a burst has no speed"},
    {"against", OPTION_TEXT, FIELD(against), "DIR",
     "also run the servers in DIR, another build, in the same rounds as ours; results go to "
     "OUT/against"},
    {"command", OPTION_TEXTS, FIELD(commands), "COMMAND",
     "also run this program, which must listen on {port}; may be given several times"},
    {"url", OPTION_TEXTS, FIELD(urls), "URL",
     "request this URL of the --command, such as 'http://127.0.0.1:{port}/users/{id}'; give one "
     "for all commands, or one for each"},
    {"name", OPTION_TEXTS, FIELD(names), "NAME",
     "name the --command in results (default its file name)"},
    {"start-within", OPTION_DURATION, FIELD(start_within_ns), "TIME",
     "give up a --command that does not answer within TIME"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "take serve-POLICY from DIR (default where this program is)"},
    {NULL, OPTION_HEADING, 0, NULL, "How long"},
    {"budget", OPTION_DURATION, FIELD(budget_ns), "TIME",
     "repeat the speed part as long as all fits into TIME (default 120s)"},
    {"quick", OPTION_FLAG, FIELD(quick), NULL,
     "use a budget of 40s, smaller caches, runs of 60000 requests, and the workloads random,zipf"},
    {"requests", OPTION_COUNT, FIELD(requests), "N",
     "end a memory run, and a replay, after N requests (default 150000, or more if the cache needs "
     "them to fill "
     "and turn over; a foreign program's run also ends after 30s)"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME",
     "end a memory run after TIME, or after --requests if that is sooner: for slow programs"},
    {"repeats", OPTION_COUNT, FIELD(repeats), "N", "repeat each memory run N times"},
    {"speed", OPTION_COUNT, FIELD(speed), "N",
     "measure speed with N sets of fresh servers; 0: not at all (default 4 to 8 as the budget "
     "allows, 3 with --quick)"},
    {"rounds", OPTION_COUNT, FIELD(rounds), "N",
     "give each server of a set N slices, in turns (default 15)"},
    {"slice", OPTION_COUNT, FIELD(slice), "N",
     "send N requests in a slice (default as many as take 30ms)"},
    {"precision", OPTION_SHARE, FIELD(precision), "SHARE",
     "repeat the speed part until the CPU time relative to the reference is known to SHARE, such "
     "as 2%, or the budget is spent"},
    {NULL, OPTION_HEADING, 0, NULL, "Load"},
    {"connections", OPTION_COUNT, FIELD(connections), "N", "open N connections"},
    {"http2", OPTION_FLAG, FIELD(http2), NULL, "use cleartext HTTP/2 instead of HTTP/1.1"},
    {"streams", OPTION_COUNT, FIELD(streams), "N",
     "keep N HTTP/2 streams open on a connection (default 10)"},
    {"rate", OPTION_REAL, FIELD(rate_rps), "N",
     "send N requests per second at random times, whether or not the server keeps up (default: "
     "the next request after each response)"},
    {"expect", OPTION_TEXT, FIELD(expect), "2xx|any",
     "accept only responses with a status of 2xx, or of any status (default 2xx; for a --command "
     "any, if some are 2xx)"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "seed the workloads and the order of slices"},
    {NULL, OPTION_HEADING, 0, NULL, "Servers"},
    {"capacity", OPTION_CAPACITY, FIELD(capacity), "N|SIZE",
     "limit caches to N entries or SIZE bytes (default 10000 entries, 2000 with --quick; none for "
     "policies with a time to live)"},
    {"ttl", OPTION_DURATION, FIELD(ttl_ns), "TIME",
     "expire entries after TIME, for policies that do; their runs last six times as long (default "
     "250ms, or a sixth of --seconds)"},
    {"memory-cap", OPTION_SIZE, FIELD(memory_cap_bytes), "SIZE",
     "stop a server whose RSS exceeds SIZE; 0B for no cap"},
    {"dirty-decay", OPTION_TEXT, FIELD(dirty_decay), "LIST",
     "run burst workloads once for each time in LIST, such as 10s,1s,0, for which the allocator "
     "keeps unused pages"},
    {NULL, OPTION_HEADING, 0, NULL, "Sampling"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME",
     "sample memory every TIME (default 64 times in a run by requests, 30 times in one by time, "
     "and every 100ms)"},
    {"burst-watch", OPTION_DURATION, FIELD(burst_watch_ns), "TIME",
     "go on sampling for TIME after a burst, even without load"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"out", OPTION_TEXT, FIELD(out), "DIR", "write one result file per server, DIR/NAME.json"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
    {"fail-on", OPTION_TEXT, FIELD(fail_on), "leak",
     "exit with 1 if a run leaks, with 3 if one is undecided or had no activity"},
};

const struct option_table bench_option_table = {
    .usage = "tidemark bench [OPTIONS]",
    .summary =
        "Counts each policy's hits by an exact replay, judges the memory of each server in a "
        "run of its own, measures what a request costs while all servers take turns, and "
        "compares them in a table.",
    .details = "Examples:\n"
               "  tidemark bench --quick\n"
               "  tidemark bench --policies unbounded,lru --workloads random --speed 0\n"
               "  tidemark bench --command 'python3 service.py {port}' "
               "--url 'http://127.0.0.1:{port}/{id}'\n"
               "  tidemark bench --policies lru --against ../before/bin --precision 2%",
    .options = option_rows,
    .count = COUNT_OF(option_rows),
    .defaults = &shown_defaults,
};

static bool expect_is_wrong(const struct bench_options *options)
{
    const char *expect = options->expect;
    return expect != NULL && strcmp(expect, "2xx") != 0 && strcmp(expect, "any") != 0;
}

int bench_options_check(const struct bench_options *options, struct error *error)
{
    const struct {
        bool wrong;
        const char *rule;
    } rules[] = {
        {options->connections < 1 || options->connections > CONNECTIONS_MAX,
         "--connections must be from 1 to 10000"},
        {options->requests == 0, "--requests must be at least 1"},
        {options->duration_ns == 0 ||
             (options->duration_ns != BENCH_AUTO && options->duration_ns > DURATION_MAX_NS),
         "--seconds must be more than 0 and at most 86400"},
        {options->interval_ns > 0 && options->interval_ns < INTERVAL_MIN_NS,
         "--interval must be at least 1ms"},
        {options->burst_watch_ns > WAIT_MAX_NS, "--burst-watch must be at most 1h"},
        {options->start_within_ns > WAIT_MAX_NS, "--start-within must be at most 1h"},
        {options->streams > STREAMS_MAX, "--streams must be from 1 to 1000"},
        {options->streams > 0 && !options->http2, "--streams needs --http2"},
        {expect_is_wrong(options), "--expect takes 2xx or any"},
        {options->repeats < 1 || options->repeats > REPEATS_MAX, "--repeats must be from 1 to 100"},
        {options->speed != BENCH_AUTO && options->speed > REPEATS_MAX,
         "--speed must be at most 100"},
        {options->rounds == 0 || (options->rounds != BENCH_AUTO && options->rounds > ROUNDS_MAX),
         "--rounds must be from 1 to 1000"},
        {options->slice == 0, "--slice must be at least 1"},
        {options->fail_on != NULL && strcmp(options->fail_on, "leak") != 0,
         "--fail-on takes 'leak'"},
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].wrong)
            return error_set(error, "%s", rules[i].rule);
    return 0;
}
