/* load_command.c - tidemark load: options, signals and the progress line around a run. */
#include "load_command.h"

#include "find_capacity.h"
#include "load.h"
#include "load_output.h"
#include "load_progress.h"
#include "options.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_DEFAULT 100
#define STREAMS_DEFAULT     100
#define DURATION_DEFAULT_NS (10 * NS_PER_SECOND)
#define WORKLOAD_DEFAULT    "zipf:0.99:1M"

struct load_options {
    uint64_t connections, streams, requests, duration_ns, warmup_ns, timeout_ns, seed, cpu;
    double rate_rps;
    const char *speed;
    const char *workload, *format, *hdr, *slo;
    bool http2, poisson, check_id, find_capacity, json;
};

#define FIELD(name) offsetof(struct load_options, name)
static const struct option option_rows[] = {
    {"connections", OPTION_COUNT, FIELD(connections), "N", "at a time (100)"},
    {"http2", OPTION_FLAG, FIELD(http2), NULL,
     "speaks HTTP/2, in clear text and without asking first"},
    {"streams", OPTION_COUNT, FIELD(streams), "N",
     "of HTTP/2: requests at a time on each connection (100)"},
    {"requests", OPTION_COUNT, FIELD(requests), "N", "ends after so many, as 10k"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME", "ends after so long, as 5 (10)"},
    {"warmup", OPTION_DURATION, FIELD(warmup_ns), "TIME", "loads before it measures (0)"},
    {"workload", OPTION_TEXT, FIELD(workload), "NAME",
     "which ids to ask for: a generator or a trace (" WORKLOAD_DEFAULT ")"},
    {"format", OPTION_TEXT, FIELD(format), "NAME", "of a trace, where it cannot be detected"},
    {"rate", OPTION_REAL, FIELD(rate_rps), "N",
     "requests due per second, whatever the server does; latency counts from then"},
    {"speed", OPTION_TEXT, FIELD(speed), "FACTOR",
     "requests due when the trace has them, as 1x or 10x as fast, to its end; where it has whole "
     "seconds, spread over them"},
    {"poisson", OPTION_FLAG, FIELD(poisson), NULL, "due at random times, at that rate on average"},
    {"timeout", OPTION_DURATION, FIELD(timeout_ns), "TIME", "longest wait for an answer (10s)"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "of all that is random (1)"},
    {"cpu", OPTION_COUNT, FIELD(cpu), "N", "pins the generator to a core"},
    {"check-id", OPTION_FLAG, FIELD(check_id), NULL,
     "answers must be those of our servers for the id asked for"},
    {"hdr", OPTION_TEXT, FIELD(hdr), "FILE",
     "writes latencies as an HdrHistogram log: a line a second, hits and misses tagged"},
    {"find-capacity", OPTION_FLAG, FIELD(find_capacity), NULL,
     "searches the highest rate that keeps --slo, in trials of --seconds (2) each"},
    {"slo", OPTION_TEXT, FIELD(slo), "LIMITS",
     "as p99=2ms or p50=300us,max=50ms: p50, p90, p99, p99.9, p99.99, max"},
    {"json", OPTION_FLAG, FIELD(json), NULL, "prints one JSON object"},
};

static const struct option_table option_table = {
    .usage = "tidemark load [OPTIONS] URL",
    .summary = "Puts a server under load and says how it fared.\n"
               "In the URL, {id} stands for the id that is asked for.",
    .details =
        "Without --rate or --speed each connection asks again when it was answered (closed loop):\n"
        "what can the server do? With one of them, requests are due whatever it does (open loop):\n"
        "how do users fare? Latency then counts from when a request was due; \"as sent\" stands\n"
        "beside it. Nothing but a whole, right answer counts as one; the rest are errors, by "
        "kind.\n"
        "Exits 0; 1 if there were errors; 2 if it was asked wrongly.\n"
        "\n"
        "examples:\n"
        "  tidemark load http://127.0.0.1:8000/users/random --requests 10k\n"
        "  tidemark load 'http://127.0.0.1:8000/users/{id}' --workload zipf:0.99:1M --rate 20000\n"
        "  tidemark load 'http://127.0.0.1:8000/users/{id}' --workload day.csv --speed 10x\n"
        "  tidemark load 'http://127.0.0.1:8000/users/{id}' --rate 5000 --hdr latency.hlog\n"
        "  tidemark load 'http://127.0.0.1:8000/users/{id}' --http2 --connections 10\n"
        "  tidemark load 'http://127.0.0.1:8000/users/{id}' --find-capacity --slo p99=2ms\n"
        "  tidemark load 'http://unix:/run/serve.sock:/users/{id}' --seconds 5",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int complain(const char *reason)
{
    fprintf(stderr, "tidemark load: %s\n", reason);
    return 2;
}

/* "10x", "0.5x", "10" */
static int speed_parse(const char *text, double *speed)
{
    char *end;

    *speed = strtod(text, &end);
    return end != text && (end[*end == 'x'] == '\0') && *speed > 0 && isfinite(*speed) ? 0 : -1;
}

/* What goes together, and what does not. */
static const char *options_flaw(const struct load_options *options)
{
    if (options->poisson && options->rate_rps <= 0)
        return "--poisson needs a --rate";
    if (options->speed && options->rate_rps > 0)
        return "--speed takes its times from the trace: no --rate beside it";
    if (options->speed && options->workload == NULL)
        return "--speed needs a --workload that is a trace with times";
    if (options->find_capacity != (options->slo != NULL))
        return "--find-capacity and --slo, such as p99=2ms, need each other";
    if (options->find_capacity && (options->speed || options->hdr || options->requests))
        return "--find-capacity sets its own rates and lengths: no --speed, --requests or --hdr";
    if (options->find_capacity && options->workload && strcmp(options->workload, "-") == 0)
        return "--find-capacity reads its workload again and again: standard input cannot be";
    return NULL;
}

/* Too many for an unsigned are refused later on, as too many. */
static unsigned setup_streams(const struct load_options *options)
{
    if (options->http2 && options->streams == 0)
        return STREAMS_DEFAULT;
    return (unsigned)(options->streams < UINT32_MAX ? options->streams : UINT32_MAX);
}

/* The workload, where the path takes an id. */
static int ids_open(struct load_setup *setup, struct load_options *options, struct error *error)
{
    const struct trace_setup stream = {.format = options->format, .seed = options->seed};

    if (!load_target_takes_id(&setup->target)) {
        error_set(error, "a workload needs an {id} in the URL's path");
        return options->workload ? -1 : 0;
    }
    if (options->workload == NULL)
        options->workload = WORKLOAD_DEFAULT;
    setup->ids = trace_open(options->workload, &stream, error);
    return setup->ids ? 0 : -1;
}

static int setup_fill(struct load_setup *setup, struct load_options *options, const char *url,
                      struct error *error)
{
    if (load_target_parse(&setup->target, url, error) < 0)
        return -1;
    if (options_flaw(options)) {
        return error_set(error, "%s", options_flaw(options));
    }
    if (options->speed && speed_parse(options->speed, &setup->speed) < 0) {
        return error_set(error, "--speed: '%.100s' is no factor, such as 1x, 10x or 0.5x",
                         options->speed);
    }
    if (ids_open(setup, options, error) < 0)
        return -1;
    setup->connections = (unsigned)(options->connections < UINT32_MAX ? options->connections : 0);
    setup->http2 = options->http2;
    setup->streams = setup_streams(options);
    setup->requests = options->requests;
    setup->duration_ns = options->duration_ns;
    if (!options->requests && !options->duration_ns && !options->speed)
        setup->duration_ns = DURATION_DEFAULT_NS;
    setup->warmup_ns = options->warmup_ns;
    setup->timeout_ns = options->timeout_ns;
    setup->rate_rps = options->rate_rps;
    setup->arrivals = options->poisson ? LOAD_POISSON : LOAD_CONSTANT;
    setup->seed = options->seed;
    setup->cpu = options->cpu < INT32_MAX ? (int)options->cpu : LOAD_CPU_ANY;
    setup->check_id = options->check_id;
    return 0;
}

/* What the exit status says: did everything go as it was asked? */
static int result_status(const struct load_setup *setup, const struct load_result *result)
{
    const char *wrong = setup->ids ? trace_error(setup->ids) : NULL;

    if (wrong) {
        fprintf(stderr, "tidemark load: %s\n", wrong);
        return 1;
    }
    return result->errors || result->gave_up || result->stopped;
}

/* 0, or 1: the log could not be written, and standard error says why. */
static int hdr_write(const struct hdr_log *log, const char *path)
{
    struct error error;

    if (path == NULL || hdr_log_write(log, path, &error) == 0)
        return 0;
    fprintf(stderr, "tidemark load: %s\n", error.text);
    return 1;
}

static int load_and_show(struct load_setup *setup, const struct load_options *options,
                         const char *url)
{
    struct error error;
    struct load_result result;
    int status;

    if (options->hdr && (setup->hdr = hdr_log_create()) == NULL)
        return complain("out of memory");
    if (load_watched(setup, NULL, &result, &error) < 0) {
        hdr_log_destroy(setup->hdr);
        return complain(error.text);
    }
    struct load_shown shown = {url, options->workload, setup, &result};
    (options->json ? load_show_json : load_show_table)(&shown, stdout);
    status = result_status(setup, &result) | hdr_write(setup->hdr, options->hdr);
    hdr_log_destroy(setup->hdr);
    load_result_free(&result);
    return status;
}

static int capacity_find(const struct load_setup *setup, const struct load_options *options,
                         const char *url)
{
    const struct capacity_search_asked asked = {url, options->workload, options->format,
                                                options->slo, options->json};
    struct load_setup trial = *setup;

    trial.ids = NULL;
    if (options->duration_ns == 0)
        trial.duration_ns = CAPACITY_DURATION_NS;
    if (options->warmup_ns == 0)
        trial.warmup_ns = CAPACITY_WARMUP_NS;
    return capacity_search_command(&trial, &asked);
}

int load_command(int argc, char **argv)
{
    struct load_options options = {
        .connections = CONNECTIONS_DEFAULT, .seed = 1, .cpu = UINT64_MAX};
    struct load_setup setup = {0};
    struct error error;
    int positional, status;

    switch (options_parse(&option_table, argc, argv, &options, &positional, &error)) {
    case OPTIONS_OK:
        break;
    case OPTIONS_WRONG:
        return complain(error.text);
    case OPTIONS_HELP:
        options_help(&option_table, stdout);
        fputc('\n', stdout);
        trace_describe(stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    }
    if (positional != 1)
        return complain("give one URL, such as http://127.0.0.1:8000/users/random");
    if (setup_fill(&setup, &options, argv[1], &error) < 0)
        status = complain(error.text);
    else if (options.find_capacity)
        status = capacity_find(&setup, &options, argv[1]);
    else
        status = load_and_show(&setup, &options, argv[1]);
    trace_close(setup.ids);
    return status;
}
