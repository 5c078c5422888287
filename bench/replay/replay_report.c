/* replay_report.c - turns counts into ratios once, for people and for programs. */
#include "replay_report.h"

#include "table.h"
#include "units.h"

#include <jansson.h>
#include <string.h>

/* Ratios of one replay. With a sample, what the sample has too few or too many requests of is
 * counted as hits (SHARDS_adj: it errs at the keys asked for most, which are cached). */
struct ratios {
    double hits, bytes, error;
    double regret; /* points of hit ratio below the optimum */
};

#define REGRET_UNKNOWN (-1000.0)
#define BYTES_UNKNOWN  (-1.0) /* of a sample: a few large objects would say anything */

static double expected_requests(const struct replay_report *report)
{
    return (double)report->corpus->read * report->sample;
}

static double hit_ratio(const struct replay_report *report, const struct replay_result *result)
{
    double ratio = 1 - (double)result->misses / expected_requests(report);
    return ratio < 0 ? 0 : ratio;
}

/* The optimum's row at the same capacity, if it was replayed and is the optimum there. */
static const struct replay_result *optimum_of(const struct replay_report *report, size_t capacity)
{
    for (size_t policy = 0; policy < report->policies; policy++) {
        const struct sweep_job *job = &report->jobs[capacity * report->policies + policy];
        if (strcmp(job->setup.policy->name, "belady") == 0 && job->setup.capacity_bytes == 0)
            return &job->result;
    }
    return NULL;
}

static struct ratios ratios_of(const struct replay_report *report, size_t at)
{
    const struct replay_result *result = &report->jobs[at].result;
    const struct replay_result *optimum = optimum_of(report, at / report->policies);
    struct ratios ratios = {
        .hits = hit_ratio(report, result), .bytes = BYTES_UNKNOWN, .regret = REGRET_UNKNOWN};
    if (report->corpus->bytes == NULL)
        ratios.bytes = ratios.hits;
    if (report->sample < 1)
        ratios.error = replay_error(result, expected_requests(report));
    else if (result->bytes_asked > 0)
        ratios.bytes = (double)result->bytes_hit / (double)result->bytes_asked;
    if (optimum != NULL)
        ratios.regret = 100 * (hit_ratio(report, optimum) - ratios.hits);
    return ratios;
}

static double bytes_per_entry(const struct replay_result *result)
{
    return result->entries > 0 ? (double)result->end_bytes / (double)result->entries : 0;
}

static double requests_per_second(const struct replay_result *result)
{
    return result->seconds > 0 ? (double)result->requests / result->seconds : 0;
}

static void capacity_text(const struct capacity *capacity, char text[UNITS_TEXT_BYTES])
{
    if (capacity->bytes > 0)
        units_format_size(text, (double)capacity->bytes);
    else
        units_format_count(text, capacity->entries);
}

static void row_add(struct table *table, const struct replay_report *report, size_t at)
{
    const struct replay_result *result = &report->jobs[at].result;
    struct ratios ratios = ratios_of(report, at);
    char text[UNITS_TEXT_BYTES];
    capacity_text(&report->sizes[at / report->policies], text);
    table_cell(table, TABLE_FAINT, "%s", text);
    table_cell(table, TABLE_PLAIN, "%s", report->jobs[at].setup.policy->name);
    if (report->sample < 1)
        table_cell(table, TABLE_PLAIN, "%.2f %% ± %.2f", 100 * ratios.hits, 100 * ratios.error);
    else
        table_cell(table, TABLE_PLAIN, "%.2f %%", 100 * ratios.hits);
    if (report->corpus->bytes == NULL || ratios.bytes == BYTES_UNKNOWN)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, TABLE_PLAIN, "%.2f %%", 100 * ratios.bytes);
    if (ratios.regret == REGRET_UNKNOWN)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, TABLE_PLAIN, "%.2f", ratios.regret);
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, result->misses));
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, result->evictions));
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, (double)result->peak_bytes));
    table_cell(table, TABLE_PLAIN, "%.1f", bytes_per_entry(result));
    table_cell(table, TABLE_PLAIN, "%.1f", requests_per_second(result) / 1e6);
}

void replay_report_table(const struct replay_report *report, FILE *out)
{
    static const struct table_column columns[] = {
        {"capacity", TABLE_RIGHT},     {"policy", TABLE_LEFT},       {"hits", TABLE_RIGHT},
        {"byte hits", TABLE_RIGHT},    {"regret", TABLE_RIGHT},      {"misses", TABLE_RIGHT},
        {"evictions", TABLE_RIGHT},    {"peak memory", TABLE_RIGHT}, {"B/entry", TABLE_RIGHT},
        {"M requests/s", TABLE_RIGHT},
    };
    char requests[UNITS_TEXT_BYTES], distinct[UNITS_TEXT_BYTES];
    fprintf(out, "%s: %s requests for %s ids", report->trace,
            units_format_count(requests, report->corpus->requests),
            units_format_count(distinct, report->corpus->distinct));
    if (report->sample < 1)
        fprintf(out, ", a sample of %g %% of them", 100 * report->sample);
    fprintf(out, "\n\n");
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t at = 0; at < report->capacities * report->policies; at++)
        row_add(table, report, at);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
    fprintf(out,
            "\nregret: points of hit ratio below belady, the optimum for entries of one size.\n"
            "peak memory: index, entries, order and histories%s.\n",
            report->jobs[0].setup.payload ? ", and the records"
                                          : "; records would come on top (--payload)");
}

static json_t *count_json(uint64_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *limit_json(uint64_t limit)
{
    return limit == 0 ? json_null() : count_json(limit);
}

static json_t *row_json(const struct replay_report *report, size_t at)
{
    const struct sweep_job *job = &report->jobs[at];
    const struct replay_result *result = &job->result;
    struct ratios ratios = ratios_of(report, at);
    json_t *row = json_object();
    json_object_set_new(row, "trace", json_string(report->trace));
    json_object_set_new(row, "policy", json_string(job->setup.policy->name));
    json_object_set_new(row, "capacity_entries",
                        limit_json(report->sizes[at / report->policies].entries));
    json_object_set_new(row, "capacity_bytes",
                        limit_json(report->sizes[at / report->policies].bytes));
    json_object_set_new(row, "payload", json_boolean(job->setup.payload));
    json_object_set_new(row, "sample", json_real(report->sample));
    json_object_set_new(row, "distinct_ids", count_json(report->corpus->distinct));
    json_object_set_new(row, "requests", count_json(result->requests));
    json_object_set_new(row, "hits", count_json(result->hits));
    json_object_set_new(row, "misses", count_json(result->misses));
    json_object_set_new(row, "hit_ratio", json_real(ratios.hits));
    json_object_set_new(row, "hit_ratio_error", json_real(ratios.error));
    json_object_set_new(row, "byte_hit_ratio",
                        ratios.bytes == BYTES_UNKNOWN ? json_null() : json_real(ratios.bytes));
    json_object_set_new(row, "regret_points",
                        ratios.regret == REGRET_UNKNOWN ? json_null() : json_real(ratios.regret));
    json_object_set_new(row, "evictions", count_json(result->evictions));
    json_object_set_new(row, "expirations", count_json(result->expirations));
    json_object_set_new(row, "entries", count_json(result->entries));
    json_object_set_new(row, "peak_bytes", count_json(result->peak_bytes));
    json_object_set_new(row, "end_bytes", count_json(result->end_bytes));
    json_object_set_new(row, "end_allocated_bytes", count_json(result->end_allocated_bytes));
    json_object_set_new(row, "requests_per_second", json_real(requests_per_second(result)));
    return row;
}

void replay_report_json(const struct replay_report *report, FILE *out)
{
    for (size_t at = 0; at < report->capacities * report->policies; at++) {
        json_t *row = row_json(report, at);
        json_dumpf(row, out, JSON_COMPACT | JSON_REAL_PRECISION(10));
        fputc('\n', out);
        json_decref(row);
    }
}
