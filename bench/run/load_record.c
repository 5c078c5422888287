/* load_record.c - copies a load's result into a run. */
#include "load_record.h"

#include "stats.h"
#include "units.h"

#include <stdio.h>

static void latency_fill(struct result_latency *latency, const struct histogram *histogram)
{
    *latency = (struct result_latency){
        .count = histogram_count(histogram),
        .mean_ns = histogram_mean(histogram),
        .p50_ns = histogram_percentile(histogram, 50),
        .p90_ns = histogram_percentile(histogram, 90),
        .p99_ns = histogram_percentile(histogram, 99),
        .p999_ns = histogram_percentile(histogram, 99.9),
        .p9999_ns = histogram_percentile(histogram, 99.99),
        .max_ns = histogram_max(histogram),
    };
}

static struct result_errors errors_of(const uint64_t failures[LOAD_FAILURES])
{
    return (struct result_errors){
        .refused = failures[LOAD_REFUSED],
        .reset = failures[LOAD_RESET],
        .timeout = failures[LOAD_TIMEOUT],
        .status = failures[LOAD_STATUS],
        .truncated = failures[LOAD_TRUNCATED],
        .garbage = failures[LOAD_GARBAGE],
        .length = failures[LOAD_LENGTH],
        .wrong = failures[LOAD_WRONG],
    };
}

static struct result_statuses statuses_of(const uint64_t statuses[LOAD_STATUSES])
{
    return (struct result_statuses){
        .s2xx = statuses[LOAD_2XX],
        .s3xx = statuses[LOAD_3XX],
        .s4xx = statuses[LOAD_4XX],
        .s5xx = statuses[LOAD_5XX],
        .other = statuses[LOAD_OTHER],
    };
}

static void load_fill(struct result_load *load, const struct load_result *from)
{
    *load = (struct result_load){
        .requests = from->requests,
        .hits = from->hits,
        .misses = from->misses,
        .errors = from->errors,
        .errors_by_kind = errors_of(from->failures),
        .statuses = statuses_of(from->statuses),
        .wall_ns = from->wall_ns,
        .generator_cpu_ns = from->cpu_ns,
        .requests_per_second =
            stats_ratio((double)from->requests, (double)from->wall_ns / (double)NS_PER_SECOND),
        .hit_ratio = stats_ratio((double)from->hits, (double)(from->hits + from->misses)),
        .generator_busy = from->busy,
        .bottleneck = from->bottleneck,
        .unsent = from->unsent,
        .late_ns = from->late_ns,
    };
    snprintf(load->bottleneck_reason, sizeof load->bottleneck_reason, "%.*s",
             RESULT_WORDS_BYTES - 1, from->bottleneck_reason.text);
    latency_fill(&load->all, from->all);
    latency_fill(&load->hit, from->hit);
    latency_fill(&load->miss, from->miss);
    latency_fill(&load->as_sent, from->all_sent);
}

static void series_fill(struct result *result, struct result_run *run,
                        const struct load_result *from, uint64_t delay_ns)
{
    struct result_interval *series = result_series_add(result, run, from->interval_count);
    for (size_t i = 0; i < from->interval_count; i++) {
        const struct load_interval *interval = &from->intervals[i];
        series[i] = (struct result_interval){
            .start_ns = interval->start_ns + delay_ns,
            .span_ns = interval->span_ns,
            .requests = interval->requests,
            .hits = interval->hits,
            .misses = interval->misses,
            .errors = interval->errors,
            .p50_ns = interval->p50_ns,
            .p99_ns = interval->p99_ns,
            .max_ns = interval->max_ns,
        };
    }
}

void load_record(struct result *result, struct result_run *run, const struct load_result *load,
                 uint64_t delay_ns)
{
    load_fill(&run->load, load);
    run->counts.hits = load->hits;
    run->counts.misses = load->misses;
    series_fill(result, run, load, delay_ns);
}

void load_errors_explain(const struct load_result *load, struct error *error)
{
    const char *separator = ":";
    error_set(error, "%llu of %llu requests failed", (unsigned long long)load->errors,
              (unsigned long long)load->requests);
    for (enum load_failure kind = 0; kind < LOAD_FAILURES; kind++) {
        if (load->failures[kind] == 0)
            continue;
        error_add(error, "%s %llu %s", separator, (unsigned long long)load->failures[kind],
                  load_failure_name(kind));
        separator = ",";
    }
}
