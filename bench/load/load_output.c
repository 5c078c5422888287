/* load_output.c - the table and the JSON object of a load run. */
#include "load_output.h"

#include "printable.h"
#include "units.h"
#include "xmalloc.h"

static double per_second(const struct load_result *result, uint64_t count)
{
    if (result->wall_ns == 0)
        return 0;
    return (double)count * (double)NS_PER_SECOND / (double)result->wall_ns;
}

static uint64_t good_responses(const struct load_result *result)
{
    return result->requests - result->errors;
}

static double hit_ratio(const struct load_result *result)
{
    uint64_t known = result->hits + result->misses;
    return known ? (double)result->hits / (double)known : 0;
}

/* The table. */

static void latency_line(FILE *out, const char *name, const struct histogram *latency)
{
    char text[UNITS_TEXT_BYTES];
    if (histogram_count(latency) == 0)
        return;
    fprintf(out, "%-14s", name);
    fprintf(out, "%10s", units_format_duration(text, histogram_mean(latency)));
    for (size_t i = 0; i < PERCENTILES; i++) {
        uint64_t ns = histogram_percentile(latency, percentiles[i].value);
        fprintf(out, "%10s", units_format_duration(text, (double)ns));
    }
    fputc('\n', out);
}

static void latency_table(FILE *out, const struct load_result *result, bool open_loop)
{
    if (good_responses(result) == 0)
        return;
    fprintf(out, "\n%-14s%10s", "latency", "mean");
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, "%10s", percentiles[i].name);
    fputc('\n', out);
    latency_line(out, "  all", result->all);
    latency_line(out, "  hits", result->hit);
    latency_line(out, "  misses", result->miss);
    if (open_loop)
        latency_line(out, "  as sent", result->all_sent);
}

static void count_line(FILE *out, const char *name, uint64_t count)
{
    char text[UNITS_TEXT_BYTES];
    fprintf(out, "%-14s%14s", name, units_format_count(text, count));
}

static void hit_lines(FILE *out, const struct load_result *result)
{
    if (result->hits + result->misses == 0)
        return;
    count_line(out, "hits", result->hits);
    fprintf(out, "   %.2f %%\n", 100 * hit_ratio(result));
    count_line(out, "misses", result->misses);
    fputc('\n', out);
}

/* Only if there are others than 2xx. */
static void status_lines(FILE *out, const struct load_result *result)
{
    char text[UNITS_TEXT_BYTES];
    const char *separator = "";
    uint64_t all = 0;
    for (unsigned i = 0; i < LOAD_STATUSES; i++)
        all += result->statuses[i];
    if (all == result->statuses[LOAD_2XX])
        return;
    fprintf(out, "%-14s%14s   ", "statuses", units_format_count(text, all));
    for (unsigned i = 0; i < LOAD_STATUSES; i++)
        if (result->statuses[i]) {
            fprintf(out, "%s%llu %s", separator, (unsigned long long)result->statuses[i],
                    load_status_name(i));
            separator = ", ";
        }
    fputc('\n', out);
}

static void error_lines(FILE *out, const struct load_result *result)
{
    const char *separator = "   ";
    count_line(out, "errors", result->errors);
    for (unsigned i = 0; i < LOAD_FAILURES; i++)
        if (result->failures[i]) {
            fprintf(out, "%s%llu %s", separator, (unsigned long long)result->failures[i],
                    load_failure_name(i));
            separator = ", ";
        }
    fputc('\n', out);
    if (result->resent) {
        count_line(out, "sent again", result->resent);
        fputs("   left unprocessed by a GOAWAY\n", out);
    }
}

static void cost_lines(FILE *out, const struct load_result *result)
{
    char text[UNITS_TEXT_BYTES];
    double each = result->requests ? (double)result->cpu_ns / (double)result->requests : 0;
    fprintf(out, "%-14s%14s", "received", units_format_size(text, (double)result->bytes));
    fprintf(out, "   %s/s\n", units_format_size(text, per_second(result, result->bytes)));
    fprintf(out, "%-14s%13.0f%%   busy", "generator", 100 * result->busy);
    fprintf(out, ", %s of CPU per request\n", units_format_duration(text, each));
}

static void warning_lines(FILE *out, const struct load_setup *setup,
                          const struct load_result *result)
{
    char text[UNITS_TEXT_BYTES];
    if (setup->http2 && result->streams < setup->streams)
        fprintf(out, "The server allows %u streams on a connection, not %u.\n", result->streams,
                setup->streams);
    if (result->bottleneck)
        printable_print(out, "The generator was the bottleneck: %s.\n",
                        result->bottleneck_reason.text);
    if (result->unsent)
        fprintf(out, "Overloaded: %s requests were due, but no connection was free to send them.\n",
                units_format_count(text, result->unsent));
    if (result->gave_up)
        fputs("Gave up: too many requests failed in a row.\n", out);
    if (result->requests > 0 && result->failures[LOAD_GARBAGE] == result->requests)
        printable_print(out, "No response was valid %s.\n",
                        setup->http2 ? "HTTP/2; without --http2, requests use HTTP/1.1"
                                     : "HTTP/1.1; with --http2, requests use HTTP/2");
    if (result->stopped)
        fputs("Interrupted before the end.\n", out);
}

/* What was skipped of the trace, as far as it was read. */
static void account_line(const struct trace *ids, FILE *out)
{
    char words[TRACE_ACCOUNT_BYTES] = "";
    if (ids != NULL)
        trace_account_words(trace_account(ids), words);
    if (words[0] != '\0')
        printable_print(out, "%s.\n", words);
}

/* "URL, 100 connections, zipf:0.99:1M, 20000 requests/s due" */
static void title_line(FILE *out, const struct load_output *output)
{
    const struct load_setup *setup = output->setup;
    printable_print(out, "%s, %u connections", output->url, setup->connections);
    if (setup->http2)
        fprintf(out, " of %u HTTP/2 streams", setup->streams);
    if (output->workload)
        printable_print(out, ", %s", output->workload);
    if (setup->ids && trace_account(setup->ids)->format != NULL)
        fprintf(out, " read as %s", trace_account(setup->ids)->format);
    if (setup->rate_rps > 0)
        fprintf(out, ", %g requests/s due", setup->rate_rps);
    if (setup->speed > 0)
        fprintf(out, ", at %g times the speed of the trace", setup->speed);
    fputc('\n', out);
    account_line(setup->ids, out);
    fputc('\n', out);
}

void load_output_table(const struct load_output *output, FILE *out)
{
    const struct load_result *result = output->result;
    bool open_loop = load_is_open(output->setup);
    char text[UNITS_TEXT_BYTES];
    title_line(out, output);
    count_line(out, "requests", result->requests);
    fprintf(out, "   in %s\n", units_format_duration(text, (double)result->wall_ns));
    count_line(out, "requests/s", (uint64_t)(per_second(result, good_responses(result)) + 0.5));
    fputc('\n', out);
    hit_lines(out, result);
    status_lines(out, result);
    error_lines(out, result);
    cost_lines(out, result);
    if (open_loop)
        fprintf(out, "%-14s%14s   at most, by the generator's own fault\n", "sent late",
                units_format_duration(text, (double)result->late_ns));
    latency_table(out, result, open_loop);
    warning_lines(out, output->setup, result);
}

/* The JSON object. */

static void count_set(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

static json_t *latency_json(const struct histogram *latency)
{
    json_t *object = json_object();
    count_set(object, "count", histogram_count(latency));
    count_set(object, "min_ns", histogram_min(latency));
    json_object_set_new(object, "mean_ns", json_real(histogram_mean(latency)));
    for (size_t i = 0; i < PERCENTILES; i++)
        count_set(object, percentiles[i].key, histogram_percentile(latency, percentiles[i].value));
    return object;
}

static json_t *failures_json(const struct load_result *result)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < LOAD_FAILURES; i++)
        count_set(object, load_failure_name(i), result->failures[i]);
    return object;
}

static json_t *statuses_json(const struct load_result *result)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < LOAD_STATUSES; i++)
        count_set(object, load_status_name(i), result->statuses[i]);
    return object;
}

static json_t *intervals_json(const struct load_result *result)
{
    json_t *array = json_array();
    for (size_t i = 0; i < result->interval_count; i++) {
        const struct load_interval *interval = &result->intervals[i];
        json_array_append_new(
            array, xchecked(json_pack(
                       "{sI sI sI sI sI sI sI sI sI}", "start_ns", interval->start_ns, "span_ns",
                       interval->span_ns, "requests", interval->requests, "hits", interval->hits,
                       "misses", interval->misses, "errors", interval->errors, "p50_ns",
                       interval->p50_ns, "p99_ns", interval->p99_ns, "max_ns", interval->max_ns)));
    }
    return array;
}

static json_t *setup_json(const struct load_output *output)
{
    const struct load_setup *setup = output->setup;
    json_t *input = setup->ids != NULL ? trace_account_json(trace_account(setup->ids)) : NULL;
    return xchecked(json_pack("{ss ss? so? si sb si sf sf sb sI}", "url", output->url, "workload",
                              output->workload, "input", input, "connections", setup->connections,
                              "http2", setup->http2, "streams", setup->streams ? setup->streams : 1,
                              "rate_rps", setup->rate_rps, "speed", setup->speed, "poisson",
                              setup->arrivals == LOAD_POISSON, "seed", setup->seed));
}

static json_t *counts_json(const struct load_result *result)
{
    return xchecked(json_pack(
        "{sI sI sI sI sf sI so so sI sI sI si sI sI}", "requests", result->requests, "hits",
        result->hits, "misses", result->misses, "plain", result->plain, "hit_ratio",
        hit_ratio(result), "errors", result->errors, "errors_by_kind", failures_json(result),
        "statuses", statuses_json(result), "unsent", result->unsent, "connects", result->connects,
        "resent", result->resent, "streams_allowed", result->streams, "bytes", result->bytes,
        "body_bytes", result->body_bytes));
}

static json_t *times_json(const struct load_result *result)
{
    return xchecked(json_pack(
        "{sI sf sI sf sb ss? sb sb sI sI s{so so so so} sI so}", "wall_ns", result->wall_ns,
        "requests_per_second", per_second(result, good_responses(result)), "generator_cpu_ns",
        result->cpu_ns, "generator_busy", result->busy, "bottleneck", result->bottleneck,
        "bottleneck_reason", result->bottleneck ? result->bottleneck_reason.text : NULL, "gave_up",
        result->gave_up, "stopped", result->stopped, "late", result->late, "late_ns",
        result->late_ns, "latency", "all", latency_json(result->all), "hit",
        latency_json(result->hit), "miss", latency_json(result->miss), "all_sent",
        latency_json(result->all_sent), "began_ns", result->began_ns, "intervals",
        intervals_json(result)));
}

json_t *load_output_json(const struct load_output *output)
{
    json_t *object = setup_json(output);
    json_object_update_new(object, counts_json(output->result));
    json_object_update_new(object, times_json(output->result));
    return object;
}
