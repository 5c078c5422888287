/* choose_table.c - prints the answer, the ranking, and the check by servers. */
#include "choose_output.h"
#include "corpus_notes.h"
#include "count_of.h"
#include "printable.h"
#include "recommendation.h"
#include "table.h"
#include "units.h"

#include <string.h>

#define INDENT "  "
#define BUSY   "The machine was busy with other programs: "

static double percent(double ratio)
{
    return 100 * ratio;
}

static void duration_cell(struct table *table, double ns)
{
    char text[UNITS_TEXT_BYTES];
    if (ns > 0)
        table_cell(table, TABLE_PLAIN, "%s", units_format_duration(text, ns));
    else
        table_cell(table, TABLE_FAINT, "-");
}

static void bytes_cell(struct table *table, uint64_t bytes)
{
    char text[UNITS_TEXT_BYTES];
    if (bytes > 0)
        table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, (double)bytes));
    else
        table_cell(table, TABLE_FAINT, "-");
}

static void real_cell(struct table *table, double value)
{
    if (value > 0)
        table_cell(table, TABLE_PLAIN, "%.1f", value);
    else
        table_cell(table, TABLE_FAINT, "-");
}

/* What is optimised, if it is not the hits. */
static void score_cell(struct table *table, const struct choice *choice,
                       const struct candidate *candidate)
{
    double points = score(choice, candidate);
    if (choice->question.objective == OPTIMISE_BYTES)
        table_cell(table, TABLE_PLAIN, "%.2f %%", percent(points));
    if (choice->question.objective == OPTIMISE_LATENCY)
        duration_cell(table, (1 - points) * (double)choice->question.miss_cost_ns);
}

static void row_add(struct table *table, const struct choice *choice,
                    const struct candidate *candidate)
{
    bool chosen = candidate == choice->answer.chosen;
    table_cell(table, chosen ? TABLE_GOOD : TABLE_PLAIN, "%s", candidate->policy->name);
    table_cell(table, chosen ? TABLE_GOOD : TABLE_PLAIN, "%.2f %%",
               percent(steady_ratio(&candidate->now)));
    table_cell(table, TABLE_FAINT, "%.2f %%", percent(hit_ratio(&candidate->now)));
    score_cell(table, choice, candidate);
    table_cell(table, TABLE_PLAIN, "%.2f", regret_points(choice, candidate));
    table_cell(table, TABLE_PLAIN, "%.1f %%",
               percent(window_hit_ratio(&candidate->now, worst_window(&candidate->now))));
    table_cell(table, TABLE_FAINT, "%.1f %%", percent(steady_ratio(&candidate->half)));
    table_cell(table, TABLE_FAINT, "%.1f %%", percent(steady_ratio(&candidate->twice)));
    bytes_cell(table, candidate->bytes_for_target);
    duration_cell(table, candidate->predicted.mean_ns);
    duration_cell(table, candidate->predicted.p50_ns);
    duration_cell(table, candidate->predicted.p99_ns);
    real_cell(table, candidate->predicted.cpu_us_per_request);
    bytes_cell(table, candidate->predicted.bytes);
}

static void ranking_print(struct choice *choice, bool colours, FILE *out)
{
    static const struct table_column head[] = {
        {"policy", TABLE_LEFT}, {"hits", TABLE_RIGHT}, {"with cold", TABLE_RIGHT}};
    static const struct table_column scores[OBJECTIVES] = {
        [OPTIMISE_BYTES] = {"byte hits", TABLE_RIGHT}, [OPTIMISE_LATENCY] = {"wait", TABLE_RIGHT}};
    static const struct table_column rest[] = {
        {"regret", TABLE_RIGHT},    {"worst", TABLE_RIGHT},      {"at half", TABLE_RIGHT},
        {"at double", TABLE_RIGHT}, {"for target", TABLE_RIGHT}, {"mean", TABLE_RIGHT},
        {"p50", TABLE_RIGHT},       {"p99", TABLE_RIGHT},        {"CPU us", TABLE_RIGHT},
        {"memory", TABLE_RIGHT},
    };
    struct table_column columns[COUNT_OF(head) + 1 + COUNT_OF(rest)];
    bool scored = choice->question.objective != OPTIMISE_REQUESTS;
    memcpy(columns, head, sizeof head);
    columns[COUNT_OF(head)] = scores[choice->question.objective];
    memcpy(columns + COUNT_OF(head) + scored, rest, sizeof rest);
    struct candidate *ranking[CHOICE_POLICIES_MAX];
    size_t count = answer_ranking(choice, ranking);
    struct table *table = table_create(columns, COUNT_OF(head) + scored + COUNT_OF(rest));
    for (size_t i = 0; i < count; i++)
        row_add(table, choice, ranking[i]);
    table_print(table, colours, out);
    table_destroy(table);
    fprintf(
        out,
        "\nhits: after the warm-up; with cold: of the whole trace. regret: points below belady, "
        "which knows\nthe future, within the same limits: %.2f %%. worst: lowest hit ratio in "
        "those "
        "of 20 parts of the\ntrace that follow the warm-up. for target: memory that %.2f %% hits "
        "need. mean to CPU us: predicted\nat %.0f requests/s from hits and misses measured here.\n",
        percent(objective_score(choice->question.objective, &choice->optimum)),
        percent(choice->target_hit_ratio), choice->question.rate_rps);
}

static void ruled_out_print(const struct choice *choice, FILE *out)
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        const struct candidate *candidate = &choice->candidates[i];
        if (!is_eligible(candidate))
            printable_print(out, "%s" INDENT "%s %s\n", count++ == 0 ? "\nRuled out:\n" : "",
                            candidate->policy->name, candidate->ruled_out);
    }
}

/* "measured / predicted, difference" */
static void check_duration(struct table *table, double measured, double expected)
{
    char text[UNITS_TEXT_BYTES], other[UNITS_TEXT_BYTES];
    if (expected > 0)
        table_cell(table, TABLE_PLAIN, "%s / %s %+.0f %%", units_format_duration(text, measured),
                   units_format_duration(other, expected), percent(expected / measured - 1));
    else
        table_cell(table, TABLE_PLAIN, "%s / -", units_format_duration(text, measured));
}

static void check_row(struct table *table, const struct candidate *candidate)
{
    const struct policy_figures *measured = &candidate->served,
                                *expected = &candidate->predicted_served;
    char text[UNITS_TEXT_BYTES], other[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s", candidate->policy->name);
    table_cell(table, TABLE_PLAIN, "%.2f / %.2f %+.2f", percent(measured->hit_ratio),
               percent(expected->hit_ratio), percent(expected->hit_ratio - measured->hit_ratio));
    check_duration(table, measured->mean_ns, expected->mean_ns);
    check_duration(table, measured->p50_ns, expected->p50_ns);
    check_duration(table, measured->p99_ns, expected->p99_ns);
    table_cell(table, TABLE_PLAIN, "%.1f / %.1f %+.0f %%", measured->cpu_us_per_request,
               expected->cpu_us_per_request,
               percent(expected->cpu_us_per_request / measured->cpu_us_per_request - 1));
    table_cell(table, TABLE_PLAIN, "%s / %s", units_format_size(text, (double)measured->bytes),
               units_format_size(other, (double)expected->bytes));
}

static void checks_print(const struct choice *choice, bool colours, FILE *out)
{
    static const struct table_column columns[] = {
        {"policy", TABLE_LEFT},  {"hits %", TABLE_RIGHT}, {"mean", TABLE_RIGHT},
        {"p50", TABLE_RIGHT},    {"p99", TABLE_RIGHT},    {"CPU us", TABLE_RIGHT},
        {"memory", TABLE_RIGHT},
    };
    size_t count = 0;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < choice->count; i++)
        if (choice->candidates[i].measured) {
            check_row(table, &choice->candidates[i]);
            count++;
        }
    if (count > 0) {
        fprintf(out, "\nChecked with servers: measured / predicted, and the difference%s\n",
                choice->sized ? " (with the service's own records)" : "");
        table_print(table, colours, out);
    }
    for (size_t i = 0; i < choice->count; i++)
        if (choice->candidates[i].disturbed)
            printable_print(out, BUSY "the measured times of %s are too long.\n",
                            choice->candidates[i].policy->name);
    table_destroy(table);
}

static void answer_print(const struct answer *answer, FILE *out)
{
    printable_print(out, "%s\n", answer->words);
    if (answer->warning[0] != '\0')
        printable_print(out, INDENT "! %s\n", answer->warning);
    for (size_t i = 0; i < answer->reason_count; i++)
        printable_print(out, INDENT "- %s\n", answer->reasons[i]);
}

/* "0.25", "5,000" */
static char *rate_text(char text[UNITS_TEXT_BYTES], double rate_rps)
{
    if (rate_rps < 100)
        snprintf(text, UNITS_TEXT_BYTES, "%.3g", rate_rps);
    else
        units_format_count(text, (uint64_t)(rate_rps + 0.5));
    return text;
}

/* What was replayed, at which rate, and how much of it no cache can have. */
static void trace_print(const struct choice *choice, FILE *out)
{
    static const char *const sources[] = {
        [RATE_GIVEN] = "--rate", [RATE_OF_TRACE] = "the trace's times", [RATE_ASSUMED] = "assumed"};
    const struct question *question = &choice->question;
    const struct replay_result *everything = &choice->everything;
    char requests[UNITS_TEXT_BYTES], ids[UNITS_TEXT_BYTES], warmup[UNITS_TEXT_BYTES],
        rate[UNITS_TEXT_BYTES];
    printable_print(out, "%s: %s requests for %s ids at %s requests/s (%s), sizes of the %s",
                    question->trace, units_format_count(requests, choice->corpus.requests),
                    units_format_count(ids, choice->corpus.distinct),
                    rate_text(rate, question->rate_rps), sources[question->rate_from],
                    choice->sized ? "trace" : "service's records");
    corpus_notes_print(&choice->corpus, out);
    fprintf(
        out,
        "Hits count after the warm-up of %s requests. Of the rest %.1f %% are the first request "
        "for an id,\na miss in any cache (of the whole trace %.1f %%).\n\n",
        units_format_count(warmup, question->warmup_requests),
        percent((double)everything->steady_compulsory / (double)everything->steady_requests),
        percent((double)everything->compulsory / (double)everything->requests));
}

void choose_table(struct choice *choice, const struct service_costs *costs, FILE *out)
{
    bool colours = table_wants_colours(out);
    trace_print(choice, out);
    answer_print(&choice->answer, out);
    if (choice->baseline != NULL) {
        fprintf(out, "\n");
        ranking_print(choice, colours, out);
    }
    if (costs != NULL && (costs->hit.disturbed || costs->miss.disturbed))
        fprintf(out, BUSY "the predicted times are too long.\n");
    ruled_out_print(choice, out);
    checks_print(choice, colours, out);
    if (choice->not_checked[0] != '\0')
        printable_print(out, "\nNot checked with servers: %s.\n", choice->not_checked);
}
