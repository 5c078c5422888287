/* replay_report.c - prints the results of a sweep as a table or as JSON lines. */
#include "replay_report.h"

#include "belady.h"
#include "corpus_notes.h"
#include "printable.h"
#include "table.h"
#include "turnover.h"
#include "units.h"
#include "xmalloc.h"

#include <jansson.h>
#include <string.h>

/* The ratios of one replay. Those of a sample count the requests that it has fewer than expected as
 * hits (SHARDS_adj): they are mostly for the most popular keys, which are cached. */
struct ratios {
    double hits, bytes, error;
    double steady; /* of the requests after the warm-up */
    double regret; /* hit ratio of the optimum minus this one, in percentage points */
};

#define REGRET_UNKNOWN (-1000.0)
#define BYTES_UNKNOWN  (-1.0) /* of a sample, in which a few large objects would decide */
#define STEADY_UNKNOWN (-1.0) /* the warm-up is the whole trace */

static double expected_requests(const struct replay_report *report)
{
    return (double)report->corpus->read * report->sample;
}

static double ratio_of(double misses, double expected)
{
    double ratio = 1 - misses / expected;
    return ratio < 0 ? 0 : ratio;
}

static double hit_ratio(const struct replay_report *report, const struct replay_result *result)
{
    return ratio_of((double)result->misses, expected_requests(report));
}

static double steady_expected(const struct replay_report *report,
                              const struct replay_result *result)
{
    return expected_requests(report) * (double)result->steady_requests / (double)result->requests;
}

static double steady_ratio(const struct replay_report *report, const struct replay_result *result)
{
    return ratio_of((double)(result->steady_requests - result->steady_hits),
                    steady_expected(report, result));
}

/* The result of belady at the same capacity. NULL: it was not replayed, or the capacity is in
 * bytes, where it is not optimal. */
static const struct replay_result *optimum_of(const struct replay_report *report, size_t capacity)
{
    for (size_t policy = 0; policy < report->policies; policy++) {
        const struct sweep_job *job = &report->jobs[capacity * report->policies + policy];
        if (job->setup.policy == &belady_policy && job->setup.capacity_bytes == 0)
            return &job->result;
    }
    return NULL;
}

static struct ratios ratios_of(const struct replay_report *report, size_t at)
{
    const struct replay_result *result = &report->jobs[at].result;
    const struct replay_result *optimum = optimum_of(report, at / report->policies);
    struct ratios ratios = {.hits = hit_ratio(report, result),
                            .steady = result->steady_requests > 0 ? steady_ratio(report, result)
                                                                  : STEADY_UNKNOWN,
                            .bytes = BYTES_UNKNOWN,
                            .regret = REGRET_UNKNOWN};
    if (report->corpus->bytes == NULL)
        ratios.bytes = ratios.hits;
    if (report->sample < 1)
        ratios.error = replay_error(result, expected_requests(report));
    else if (result->bytes_requested > 0)
        ratios.bytes = (double)result->bytes_hit / (double)result->bytes_requested;
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

static void ratio_cell(struct table *table, double ratio, bool known)
{
    if (known)
        table_cell(table, TABLE_PLAIN, "%.2f %%", 100 * ratio);
    else
        table_cell(table, TABLE_FAINT, "-");
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
        table_cell(table, TABLE_PLAIN, "%.2f %% +- %.2f", 100 * ratios.hits, 100 * ratios.error);
    else
        table_cell(table, TABLE_PLAIN, "%.2f %%", 100 * ratios.hits);
    ratio_cell(table, ratios.steady, ratios.steady != STEADY_UNKNOWN);
    ratio_cell(table, ratios.bytes, report->corpus->bytes != NULL && ratios.bytes != BYTES_UNKNOWN);
    if (ratios.regret == REGRET_UNKNOWN)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, TABLE_PLAIN, "%.2f", ratios.regret);
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, result->misses));
    table_cell(table, TABLE_PLAIN, "%s",
               units_format_count(text, result->misses - result->compulsory));
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, (double)result->peak_bytes));
    table_cell(table, TABLE_PLAIN, "%.1f", bytes_per_entry(result));
    table_cell(table, TABLE_PLAIN, "%.1f", requests_per_second(result) / 1e6);
}

/* By which times entries age, where that is not what one would expect. */
static void ages_print(const struct replay_report *report, FILE *out)
{
    bool limited = report->jobs[0].setup.ttl_ns > 0, all_keep = true;
    for (size_t i = 0; i < report->policies; i++)
        all_keep &= (report->jobs[i].setup.policy->limits & KEEPS_AGE) != 0;
    if (limited && report->corpus->times_ns == NULL)
        fprintf(out, "The trace has no times: for --ttl, a request comes every %g ms.\n",
                REPLAY_NS_PER_REQUEST / (double)NS_PER_MS);
    if (!limited && report->corpus->ttls_s != NULL && !all_keep)
        fprintf(out, "The trace's times to live count for ttl only; with --ttl AGE, all policies "
                     "obey them.\n");
}

/* What the trace is, and how many of its requests no cache can answer. */
static void head_print(const struct replay_report *report, FILE *out)
{
    const struct replay_result *result = &report->jobs[0].result;
    const struct corpus *corpus = report->corpus;
    char requests[UNITS_TEXT_BYTES], distinct[UNITS_TEXT_BYTES], span[UNITS_TEXT_BYTES];
    printable_print(
        out, "%s: %s request%s for %s id%s", report->trace,
        units_format_count(requests, corpus->requests), corpus->requests == 1 ? "" : "s",
        units_format_count(distinct, corpus->distinct), corpus->distinct == 1 ? "" : "s");
    if (corpus->times_ns != NULL && corpus->times_ns[corpus->requests - 1] > 0)
        fprintf(out, " in %s",
                units_format_duration(span, (double)corpus->times_ns[corpus->requests - 1]));
    if (report->sample < 1)
        fprintf(out, ", a sample of %g %% of them", 100 * report->sample);
    corpus_notes_print(report->corpus, out);
    ages_print(report, out);
    fprintf(out, "No cache has the first request for an id: %.2f %% of all requests",
            100 * (double)result->compulsory / expected_requests(report));
    if (result->steady_requests > 0)
        fprintf(out, ", %.2f %% after the warm-up",
                100 * (double)result->steady_compulsory / steady_expected(report, result));
    fprintf(out, "\n\n");
}

/* Which memory counts. */
static const char *payload_words(const struct replay_report *report)
{
    size_t count = report->capacities * report->policies, with = 0, limited = 0;
    for (size_t at = 0; at < count; at++) {
        with += report->jobs[at].setup.payload;
        limited += report->jobs[at].setup.capacity_bytes > 0;
    }
    if (with == count)
        return "and of the records";
    if (with > 0)
        return "and of the records where the capacity\nis in bytes (--payload adds them elsewhere)";
    if (limited > 0)
        return "without records, for the trace has\nno sizes: that is what a capacity in bytes "
               "limits";
    return "without records (--payload adds them)";
}

/* Says for which capacity the trace is too short, by the first policy at each. */
static void short_print(const struct replay_report *report, FILE *out)
{
    char words[TURNOVER_TEXT_BYTES], first[TURNOVER_TEXT_BYTES] = "";
    size_t more = 0;
    for (size_t at = 0; at < report->capacities * report->policies; at += report->policies) {
        const struct sweep_job *job = &report->jobs[at];
        turnover_words(&job->setup, &job->result, words);
        if (words[0] != '\0' && first[0] != '\0')
            more++;
        else if (words[0] != '\0')
            memcpy(first, words, sizeof first);
    }
    if (first[0] != '\0')
        printable_print(out, "\nWarning: %s.\n", first);
    if (more > 0)
        fprintf(out, "The same is true of %zu other capacities.\n", more);
}

void replay_report_table(const struct replay_report *report, FILE *out)
{
    char warmup[UNITS_TEXT_BYTES];
    static const struct table_column columns[] = {
        {"capacity", TABLE_RIGHT}, {"policy", TABLE_LEFT},     {"hits", TABLE_RIGHT},
        {"steady", TABLE_RIGHT},   {"byte hits", TABLE_RIGHT}, {"regret", TABLE_RIGHT},
        {"misses", TABLE_RIGHT},   {"avoidable", TABLE_RIGHT}, {"peak memory", TABLE_RIGHT},
        {"B/entry", TABLE_RIGHT},  {"M req/s", TABLE_RIGHT},
    };
    head_print(report, out);
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t at = 0; at < report->capacities * report->policies; at++)
        row_add(table, report, at);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
    fprintf(
        out,
        "\nSteady hits count only after the warm-up, the first %s requests. Misses are "
        "avoidable if\nthey are not the first request for an id. The regret is the hit ratio of "
        "belady, the optimum\nfor entries of one size, minus that of the policy, in percentage "
        "points. The peak memory is that\nof the index, entries, order and histories, %s.\n",
        units_format_count(warmup, report->jobs[0].setup.warmup_requests), payload_words(report));
    short_print(report, out);
}

/* NULL, which json_pack stores as null: the value is unknown or there is no limit. */
static json_t *limit_json(uint64_t limit)
{
    if (limit > INT64_MAX)
        return json_real((double)limit);
    return limit == 0 ? NULL : json_integer((json_int_t)limit);
}

static json_t *known_json(double value, double unknown)
{
    return value == unknown ? NULL : json_real(value);
}

/* NULL without requests after the warm-up, and of a sample, in which a few large objects would
 * decide. */
static json_t *steady_bytes_json(const struct replay_report *report,
                                 const struct replay_result *result)
{
    if (report->sample < 1 || result->steady_bytes_requested == 0)
        return NULL;
    return json_real((double)result->steady_bytes_hit / (double)result->steady_bytes_requested);
}

static json_t *row_json(const struct replay_report *report, size_t at)
{
    const struct sweep_job *job = &report->jobs[at];
    const struct replay_result *result = &job->result;
    const struct capacity *size = &report->sizes[at / report->policies];
    struct ratios ratios = ratios_of(report, at);
    struct turnover turnover = turnover_of(&job->setup, result);
    /* clang-format off */
    return xchecked(json_pack(
        "{so? ss so? so? sb sf sI sI sI sI sI sf sf so? so? sI sI sI sI so? so? sf so? sI sI sI sI sI sI sf so}",
        "trace", json_string(report->trace), /* NULL: it is not UTF-8 */
        "policy", job->setup.policy->name,
        "capacity_entries", limit_json(size->entries),
        "capacity_bytes", limit_json(size->bytes),
        "payload", job->setup.payload,
        "sample", report->sample,
        "distinct_ids", (json_int_t)report->corpus->distinct,
        "requests", (json_int_t)result->requests,
        "hits", (json_int_t)result->hits,
        "misses", (json_int_t)result->misses,
        "compulsory_misses", (json_int_t)result->compulsory,
        "hit_ratio", ratios.hits,
        "hit_ratio_error", ratios.error,
        "byte_hit_ratio", known_json(ratios.bytes, BYTES_UNKNOWN),
        "regret_points", known_json(ratios.regret, REGRET_UNKNOWN),
        "warmup_requests", (json_int_t)(result->requests - result->steady_requests),
        "steady_requests", (json_int_t)result->steady_requests,
        "steady_hits", (json_int_t)result->steady_hits,
        "steady_compulsory_misses", (json_int_t)result->steady_compulsory,
        "steady_hit_ratio", known_json(ratios.steady, STEADY_UNKNOWN),
        "steady_byte_hit_ratio", steady_bytes_json(report, result),
        "turnovers", turnover.turnovers,
        "requests_needed", limit_json(turnover.requests_needed),
        "evictions", (json_int_t)result->evictions,
        "expirations", (json_int_t)result->expirations,
        "entries", (json_int_t)result->entries,
        "peak_bytes", (json_int_t)result->peak_bytes,
        "end_bytes", (json_int_t)result->end_bytes,
        "end_allocated_bytes", (json_int_t)result->end_allocated_bytes,
        "requests_per_second", requests_per_second(result),
        "input", corpus_notes_json(report->corpus)));
    /* clang-format on */
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
