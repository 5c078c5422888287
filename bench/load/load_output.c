/* load_output.c - prints what a load run found. */
#include "load_output.h"

#include "units.h"

#include <jansson.h>

#define JSON_DIGITS 9

static const struct percentile {
    const char *key, *words;
    double percentile;
} percentiles[] = {
    {"p50_ns", "p50", 50},      {"p90_ns", "p90", 90},         {"p99_ns", "p99", 99},
    {"p999_ns", "p99.9", 99.9}, {"p9999_ns", "p99.99", 99.99},
};

#define PERCENTILES (sizeof percentiles / sizeof percentiles[0])

static double per_second(const struct load_result *result, uint64_t count)
{
    if (result->wall_ns == 0)
        return 0;
    return (double)count * (double)NS_PER_SECOND / (double)result->wall_ns;
}

static uint64_t good_answers(const struct load_result *result)
{
    return result->requests - result->errors;
}

static double hit_ratio(const struct load_result *result)
{
    uint64_t told = result->hits + result->misses;
    return told ? (double)result->hits / (double)told : 0;
}

/* For people. */

static void latency_line(FILE *out, const char *name, const struct histogram *latency)
{
    char text[UNITS_TEXT_BYTES];

    if (histogram_count(latency) == 0)
        return;
    fprintf(out, "%-14s", name);
    fprintf(out, "%10s", units_format_duration(text, histogram_mean(latency)));
    for (size_t i = 0; i < PERCENTILES; i++) {
        uint64_t value = histogram_percentile(latency, percentiles[i].percentile);
        fprintf(out, "%10s", units_format_duration(text, (double)value));
    }
    fprintf(out, "%10s\n", units_format_duration(text, (double)histogram_max(latency)));
}

static void latency_table(FILE *out, const struct load_result *result, bool open_loop)
{
    if (good_answers(result) == 0)
        return;
    fprintf(out, "\n%-14s%10s", "latency", "mean");
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, "%10s", percentiles[i].words);
    fprintf(out, "%10s\n", "max");
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
}

static void resent_line(FILE *out, const struct load_result *result)
{
    if (result->resent == 0)
        return;
    count_line(out, "sent again", result->resent);
    fputs("   the server took leave before it took them\n", out);
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
        fprintf(out, "The generator was the bottleneck: %s.\n", result->bottleneck_reason.text);
    if (result->unsent)
        fprintf(out, "Overloaded: %s requests were due but found no free connection.\n",
                units_format_count(text, result->unsent));
    if (result->gave_up)
        fputs("Gave up: the server failed too often in a row.\n", out);
    if (result->requests > 0 && result->failures[LOAD_GARBAGE] == result->requests)
        fprintf(out, "Nothing it said was %s.\n",
                setup->http2 ? "HTTP/2: without --http2 it is asked in HTTP/1.1"
                             : "HTTP/1.1: with --http2 it is asked in HTTP/2");
    if (result->stopped)
        fputs("Stopped before its end.\n", out);
}

void load_show_table(const struct load_shown *shown, FILE *out)
{
    const struct load_result *result = shown->result;
    bool open_loop = load_is_open(shown->setup);
    char text[UNITS_TEXT_BYTES];

    fprintf(out, "%s, %u connections", shown->url, shown->setup->connections);
    if (shown->setup->http2)
        fprintf(out, " of %u HTTP/2 streams", shown->setup->streams);
    if (shown->workload)
        fprintf(out, ", %s", shown->workload);
    if (shown->setup->rate_rps > 0)
        fprintf(out, ", %g requests/s due", shown->setup->rate_rps);
    if (shown->setup->speed > 0)
        fprintf(out, ", due at its own times, %g times as fast", shown->setup->speed);
    fputs("\n\n", out);
    count_line(out, "requests", result->requests);
    fprintf(out, "   in %s\n", units_format_duration(text, (double)result->wall_ns));
    count_line(out, "requests/s", (uint64_t)(per_second(result, good_answers(result)) + 0.5));
    fputc('\n', out);
    hit_lines(out, result);
    error_lines(out, result);
    resent_line(out, result);
    cost_lines(out, result);
    if (open_loop)
        fprintf(out, "%-14s%14s   at most, by the generator itself\n", "sent late",
                units_format_duration(text, (double)result->late_ns));
    latency_table(out, result, open_loop);
    warning_lines(out, shown->setup, result);
}

/* For programs. */

static json_t *count_json(uint64_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *latency_json(const struct histogram *latency)
{
    json_t *object = json_object();

    json_object_set_new(object, "count", count_json(histogram_count(latency)));
    json_object_set_new(object, "min_ns", count_json(histogram_min(latency)));
    json_object_set_new(object, "mean_ns", json_real(histogram_mean(latency)));
    for (size_t i = 0; i < PERCENTILES; i++)
        json_object_set_new(object, percentiles[i].key,
                            count_json(histogram_percentile(latency, percentiles[i].percentile)));
    json_object_set_new(object, "max_ns", count_json(histogram_max(latency)));
    return object;
}

static json_t *failures_json(const struct load_result *result)
{
    json_t *object = json_object();

    for (unsigned i = 0; i < LOAD_FAILURES; i++)
        json_object_set_new(object, load_failure_name(i), count_json(result->failures[i]));
    return object;
}

static void setup_json(json_t *object, const struct load_shown *shown)
{
    const struct load_setup *setup = shown->setup;

    json_object_set_new(object, "url", json_string(shown->url));
    json_object_set_new(object, "workload",
                        shown->workload ? json_string(shown->workload) : json_null());
    json_object_set_new(object, "connections", count_json(setup->connections));
    json_object_set_new(object, "http2", json_boolean(setup->http2));
    json_object_set_new(object, "streams", count_json(setup->streams ? setup->streams : 1));
    json_object_set_new(object, "rate_rps", json_real(setup->rate_rps));
    json_object_set_new(object, "speed", json_real(setup->speed));
    json_object_set_new(object, "poisson", json_boolean(setup->arrivals == LOAD_POISSON));
    json_object_set_new(object, "seed", count_json(setup->seed));
}

static void counts_json(json_t *object, const struct load_result *result)
{
    json_object_set_new(object, "requests", count_json(result->requests));
    json_object_set_new(object, "hits", count_json(result->hits));
    json_object_set_new(object, "misses", count_json(result->misses));
    json_object_set_new(object, "plain", count_json(result->plain));
    json_object_set_new(object, "hit_ratio", json_real(hit_ratio(result)));
    json_object_set_new(object, "errors", count_json(result->errors));
    json_object_set_new(object, "errors_by_kind", failures_json(result));
    json_object_set_new(object, "unsent", count_json(result->unsent));
    json_object_set_new(object, "connects", count_json(result->connects));
    json_object_set_new(object, "resent", count_json(result->resent));
    json_object_set_new(object, "streams_allowed", count_json(result->streams));
    json_object_set_new(object, "bytes", count_json(result->bytes));
    json_object_set_new(object, "body_bytes", count_json(result->body_bytes));
}

static void cost_json(json_t *object, const struct load_result *result)
{
    json_object_set_new(object, "wall_ns", count_json(result->wall_ns));
    json_object_set_new(object, "requests_per_second",
                        json_real(per_second(result, good_answers(result))));
    json_object_set_new(object, "generator_cpu_ns", count_json(result->cpu_ns));
    json_object_set_new(object, "generator_busy", json_real(result->busy));
    json_object_set_new(object, "bottleneck", json_boolean(result->bottleneck));
    json_object_set_new(object, "bottleneck_reason",
                        result->bottleneck ? json_string(result->bottleneck_reason.text)
                                           : json_null());
    json_object_set_new(object, "gave_up", json_boolean(result->gave_up));
    json_object_set_new(object, "stopped", json_boolean(result->stopped));
    json_object_set_new(object, "late", count_json(result->late));
    json_object_set_new(object, "late_ns", count_json(result->late_ns));
}

static json_t *intervals_json(const struct load_result *result)
{
    json_t *array = json_array();

    for (size_t i = 0; i < result->interval_count; i++) {
        const struct load_interval *interval = &result->intervals[i];
        json_t *object = json_object();
        json_object_set_new(object, "start_ns", count_json(interval->start_ns));
        json_object_set_new(object, "span_ns", count_json(interval->span_ns));
        json_object_set_new(object, "requests", count_json(interval->requests));
        json_object_set_new(object, "hits", count_json(interval->hits));
        json_object_set_new(object, "misses", count_json(interval->misses));
        json_object_set_new(object, "errors", count_json(interval->errors));
        json_object_set_new(object, "p50_ns", count_json(interval->p50_ns));
        json_object_set_new(object, "p99_ns", count_json(interval->p99_ns));
        json_object_set_new(object, "max_ns", count_json(interval->max_ns));
        json_array_append_new(array, object);
    }
    return array;
}

void load_show_json(const struct load_shown *shown, FILE *out)
{
    const struct load_result *result = shown->result;
    json_t *object = json_object();
    json_t *latency = json_object();

    setup_json(object, shown);
    counts_json(object, result);
    cost_json(object, result);
    json_object_set_new(latency, "all", latency_json(result->all));
    json_object_set_new(latency, "hit", latency_json(result->hit));
    json_object_set_new(latency, "miss", latency_json(result->miss));
    json_object_set_new(latency, "all_sent", latency_json(result->all_sent));
    json_object_set_new(object, "latency", latency);
    json_object_set_new(object, "began_ns", count_json(result->began_ns));
    json_object_set_new(object, "intervals", intervals_json(result));
    json_dumpf(object, out, JSON_REAL_PRECISION(JSON_DIGITS));
    fputc('\n', out);
    json_decref(object);
}
