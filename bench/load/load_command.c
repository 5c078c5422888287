/* load_command.c - tidemark load: reads the options, runs the load, prints the result. */
#include "load_command.h"

#include "command.h"
#include "files.h"
#include "find_capacity.h"
#include "load.h"
#include "load_output.h"
#include "load_progress.h"
#include "options.h"
#include "request.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_DEFAULT_NS (10 * NS_PER_SECOND)
#define WORKLOAD_DEFAULT    "zipf:0.99:1M"
#define STREAMS_DEFAULT     100
#define CPU_NONE            UINT64_MAX

struct load_options {
    uint64_t connections, streams, requests, duration_ns, warmup_ns, timeout_ns, seed, cpu;
    double rate_rps;
    const char *speed;
    const char *workload, *format, *hdr, *slo, *json, *expect;
    struct option_texts headers;
    bool http2, poisson, check_id, find_capacity, skip_bad, ignore_query;
};

static const struct load_options option_defaults = {
    .connections = 100, .timeout_ns = LOAD_TIMEOUT_NS, .seed = 1, .expect = "2xx"};

#define FIELD(name) offsetof(struct load_options, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "What to request"},
    {"workload", OPTION_TEXT, FIELD(workload), "NAME",
     "take the ids from this generator or trace (default " WORKLOAD_DEFAULT ")"},
    {"format", OPTION_TEXT, FIELD(format), "NAME", "format of the trace, if it cannot be detected"},
    {"skip-bad", OPTION_FLAG, FIELD(skip_bad), NULL,
     "skip lines that are not understood, even if they are more than 1 % of all"},
    {"ignore-query", OPTION_FLAG, FIELD(ignore_query), NULL,
     "in access logs, leave the query string out of the id"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "seed of the generator and of --poisson"},
    {"header", OPTION_TEXTS, FIELD(headers), "LINE",
     "send this header with each request, as 'Accept: text/html'; may be given several times, and "
     "as -H LINE"},
    {"requests", OPTION_COUNT, FIELD(requests), "N", "stop after this number of requests"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME",
     "stop after this time (default 10s, or the end of --requests or --speed)"},
    {"warmup", OPTION_DURATION, FIELD(warmup_ns), "TIME",
     "send requests for this time before measuring"},
    {NULL, OPTION_HEADING, 0, NULL, "Load"},
    {"connections", OPTION_COUNT, FIELD(connections), "N", "number of connections"},
    {"http2", OPTION_FLAG, FIELD(http2), NULL,
     "use HTTP/2: over http:// in clear text, with prior knowledge; over https:// by ALPN"},
    {"streams", OPTION_COUNT, FIELD(streams), "N",
     "HTTP/2: requests in flight on each connection (default 100)"},
    {"rate", OPTION_REAL, FIELD(rate_rps), "N",
     "open loop: send this number of requests per second, whatever the server does"},
    {"poisson", OPTION_FLAG, FIELD(poisson), NULL,
     "with --rate: at random times, at that rate on average"},
    {"speed", OPTION_TEXT, FIELD(speed), "FACTOR",
     "open loop: send the requests at the trace's own times, 1x or 10x as fast; requests whose "
     "times are whole seconds are spread over the second"},
    {"timeout", OPTION_DURATION, FIELD(timeout_ns), "TIME",
     "count a request as failed after this time"},
    {"expect", OPTION_TEXT, FIELD(expect), "LIST",
     "which complete responses are good: those with a status of this list, such as 2xx or "
     "200,304,4xx, or any"},
    {"check-id", OPTION_FLAG, FIELD(check_id), NULL,
     "check that each body is our servers' response for the requested id"},
    {"cpu", OPTION_COUNT, FIELD(cpu), "N", "run the generator on this core"},
    {NULL, OPTION_HEADING, 0, NULL, "Capacity"},
    {"find-capacity", OPTION_FLAG, FIELD(find_capacity), NULL,
     "search the highest rate that meets --slo, by trials of --seconds (default 2s) each"},
    {"slo", OPTION_TEXT, FIELD(slo), "LIMITS",
     "limits on latency, such as p99=2ms or p50=300us,max=50ms, on p50, p90, p99, p99.9, p99.99 "
     "and max; errors and requests not sent in time miss them, too"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"hdr", OPTION_TEXT, FIELD(hdr), "FILE",
     "write the latencies of each second to an HdrHistogram log, with hits and misses tagged"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark load [OPTIONS] URL",
    .summary =
        "Sends HTTP requests to a server and prints throughput, hits, errors and latencies. {id} "
        "in the URL is replaced by an id of the workload, as 16 hexadecimal digits. Certificates "
        "of https:// are not checked.\n"
        "\n"
        "Closed loop (without --rate and --speed): each connection sends its next request as soon "
        "as it has the response to the last one. This measures the throughput that the server can "
        "reach. Open loop (with one of them): requests are due on a schedule, whatever the server "
        "does. This measures the latency that users see: it counts from when a request was due; "
        "`as sent` stands beside it. A response that is incomplete or wrong in any way is an "
        "error. Exits with 1 if there were errors, or if no rate meets --slo.",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .defaults = &option_defaults,
};

static const char examples[] =
    "Examples:\n"
    "  tidemark load http://127.0.0.1:8000/users/random --requests 10k\n"
    "  tidemark load 'http://127.0.0.1:8000/users/{id}' --workload zipf:0.99:1M --rate 20000\n"
    "  tidemark load 'http://127.0.0.1:8000/users/{id}' --workload day.csv --speed 10x\n"
    "  tidemark load 'http://127.0.0.1:8000/users/{id}' --rate 5000 --hdr latency.hlog\n"
    "  tidemark load 'http://127.0.0.1:8000/users/{id}' --http2 --connections 10\n"
    "  tidemark load 'http://127.0.0.1:8000/users/{id}' --find-capacity --slo p99=2ms\n"
    "  tidemark load 'http://unix:/run/serve.sock:/users/{id}' --seconds 5\n";

/* "10x", "0.5x", "10" */
static int speed_parse(const char *text, double *speed)
{
    char *end;
    *speed = strtod(text, &end);
    return end != text && (end[*end == 'x'] == '\0') && *speed > 0 && isfinite(*speed) ? 0 : -1;
}

/* Options that exclude or need each other. */
static const char *options_flaw(const struct load_options *options)
{
    if (options->poisson && options->rate_rps <= 0)
        return "--poisson needs --rate";
    if (options->speed && options->rate_rps > 0)
        return "--speed takes the times from the trace: remove --rate";
    if (options->speed && options->workload == NULL)
        return "--speed needs --workload with a trace that has times";
    if (options->find_capacity != (options->slo != NULL))
        return "--find-capacity and --slo, such as p99=2ms, need each other";
    if (options->find_capacity && (options->speed || options->hdr || options->requests))
        return "--find-capacity sets rates and lengths itself: remove --speed, --requests or --hdr";
    if (options->find_capacity && options->workload && strcmp(options->workload, "-") == 0)
        return "--find-capacity reads the workload several times: it cannot be standard input";
    return NULL;
}

static struct trace_setup stream_of(const struct load_options *options)
{
    return (struct trace_setup){.format = options->format,
                                .seed = options->seed,
                                .skip_bad = options->skip_bad,
                                .ignore_query = options->ignore_query};
}

/* Opens the workload if the path takes an id. */
static int ids_open(struct load_setup *setup, struct load_options *options, struct error *error)
{
    const struct trace_setup stream = stream_of(options);
    if (!load_target_takes_id(&setup->target)) {
        error_set(error, "--workload needs an {id} in the URL's path");
        return options->workload ? -1 : 0;
    }
    if (options->workload == NULL)
        options->workload = WORKLOAD_DEFAULT;
    setup->ids = trace_open(options->workload, &stream, error);
    return setup->ids ? 0 : -1;
}

/* Counts too large for the setup become values that load_setup_check refuses. */
static unsigned count_narrow(uint64_t count)
{
    return (unsigned)(count < UINT32_MAX ? count : UINT32_MAX);
}

/* Checks them on a head that is not sent. */
static int headers_fill(struct load_setup *setup, const struct option_texts *lines,
                        struct error *error)
{
    struct request_head head;
    struct error reason;
    request_head_render(&head, &setup->target);
    for (size_t i = 0; i < lines->count; i++) {
        if (request_head_add(&head, lines->texts[i], &reason) != 0)
            return error_set(error, "--header: %s", reason.text);
        setup->headers.lines[setup->headers.count++] = lines->texts[i];
    }
    return 0;
}

static int setup_fill(struct load_setup *setup, struct load_options *options, const char *url,
                      struct error *error)
{
    bool endless = !options->requests && !options->duration_ns && !options->speed;
    if (options_flaw(options))
        return error_set(error, "%s", options_flaw(options));
    *setup = (struct load_setup){
        .connections = count_narrow(options->connections),
        .http2 = options->http2,
        .streams = count_narrow(options->http2 && options->streams == 0 ? STREAMS_DEFAULT
                                                                        : options->streams),
        .requests = options->requests,
        .duration_ns = endless ? DURATION_DEFAULT_NS : options->duration_ns,
        .warmup_ns = options->warmup_ns,
        .timeout_ns = options->timeout_ns,
        .rate_rps = options->rate_rps,
        .arrivals = options->poisson ? LOAD_POISSON : LOAD_CONSTANT,
        .seed = options->seed,
        .cpu = options->cpu < INT32_MAX ? (int)options->cpu : LOAD_CPU_ANY,
        .check_id = options->check_id,
    };
    if (options->speed && speed_parse(options->speed, &setup->speed) < 0)
        return error_set(error, "--speed: '%s' is no factor; write 1x, 10x or 0.5x",
                         options->speed);
    if (load_expect_parse(options->expect, &setup->expect, &setup->expected) < 0)
        return error_set(error,
                         "--expect takes 2xx, any or a list such as 200,304,4xx, not '%.60s'",
                         options->expect);
    if (load_target_parse(&setup->target, url, error) < 0 ||
        headers_fill(setup, &options->headers, error) < 0 || ids_open(setup, options, error) < 0)
        return -1;
    return load_setup_check(setup, error);
}

/* Prints the result, and writes the files that the options name. */
static int result_write(const struct load_output *output, const struct load_options *options)
{
    struct error error;
    if (options->json == NULL || strcmp(options->json, "-") != 0)
        load_output_table(output, stdout);
    if ((options->json && json_write(load_output_json(output), options->json, &error) < 0) ||
        (options->hdr && hdr_log_write(output->setup->hdr, options->hdr, &error) < 0))
        return complain("load", STATUS_UNDECIDED, "%s", error.text);
    return STATUS_OK;
}

static int result_status(const struct load_setup *setup, const struct load_result *result)
{
    if (setup->ids)
        trace_judge(setup->ids);
    const char *unread = setup->ids ? trace_error(setup->ids) : NULL;
    if (unread)
        return complain("load", STATUS_USAGE, "%s", unread);
    if (result->stopped)
        return STATUS_INTERRUPTED;
    return result->errors || result->gave_up ? STATUS_BAD : STATUS_OK;
}

static int load_and_print(struct load_setup *setup, const struct load_options *options,
                          const char *url)
{
    struct load_result result;
    const struct load_output output = {url, options->workload, setup, &result};
    struct error error;
    int status;
    if (options->hdr)
        setup->hdr = hdr_log_create();
    if (load_run_with_progress(setup, NULL, &result, &error) < 0) {
        bool untimed = setup->speed > 0 && !trace_is_timed(setup->ids);
        bool unread = setup->ids && trace_error(setup->ids) != NULL;
        status =
            complain("load", untimed || unread ? STATUS_USAGE : STATUS_UNDECIDED, "%s", error.text);
    } else {
        status = result_write(&output, options);
        if (status == STATUS_OK)
            status = result_status(setup, &result);
        load_result_free(&result);
    }
    hdr_log_destroy(setup->hdr);
    return status;
}

static int capacity_find(const struct load_setup *setup, const struct load_options *options,
                         const char *url)
{
    const struct find_capacity_options find = {url, options->workload, stream_of(options),
                                               options->slo, options->json};
    struct load_setup trial = *setup;
    trial.ids = NULL;
    if (options->duration_ns == 0)
        trial.duration_ns = CAPACITY_DURATION_NS;
    if (options->warmup_ns == 0)
        trial.warmup_ns = CAPACITY_WARMUP_NS;
    return find_capacity_command(&trial, &find);
}

static const char header_option[] = "--header";

static int options_read(int argc, char **argv, struct load_options *options)
{
    char *details = trace_help(examples);
    struct option_table table = option_table;
    int positional, status;
    table.details = details;
    for (int i = 1; i < argc; i++) /* as curl and wrk have it */
        if (strcmp(argv[i], "-H") == 0)
            argv[i] = (char *)header_option;
    status = options_take(&table, "tidemark load", argc, argv, options, &positional);
    free(details);
    if (status == OPTIONS_GO_ON && positional != 1)
        return complain("load", STATUS_USAGE,
                        "give one URL, such as http://127.0.0.1:8000/users/random");
    return status;
}

int load_command(int argc, char **argv)
{
    struct load_options options = option_defaults;
    struct load_setup setup = {0};
    struct error error;
    int status;
    options.cpu = CPU_NONE;
    status = options_read(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (setup_fill(&setup, &options, argv[1], &error) < 0)
        status = complain("load", STATUS_USAGE, "%s", error.text);
    else if (file_check_writable(options.json, &error) < 0 ||
             file_check_writable(options.hdr, &error) < 0)
        status = complain("load", STATUS_UNDECIDED, "%s", error.text);
    else if (options.find_capacity)
        status = capacity_find(&setup, &options, argv[1]);
    else
        status = load_and_print(&setup, &options, argv[1]);
    trace_close(setup.ids);
    return status;
}
