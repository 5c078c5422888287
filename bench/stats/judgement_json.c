/* judgement_json.c - writes a judgement as JSON: figures, rules, ranks and sentences. */
#include "judgement.h"

#include "blocks.h"
#include "verdict.h"

#include <math.h>

#define HITS_RULE                                                                                  \
    "exact for this stream; rounded to 0.1 points and then compared; ranked are policies with "    \
    "the "                                                                                         \
    "limit and the requests of the reference that store something"
#define SPEED_RULE                                                                                 \
    "logarithms of CPU per request in randomised complete blocks; 95 % for all pairs together "    \
    "(Tukey); a control that differs widens every interval"

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *rank(uint64_t value)
{
    return value > 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *interval_json(const struct stats_interval *interval)
{
    return json_pack("{s:o, s:o, s:o}", "ratio", real(interval->value), "low", real(interval->low),
                     "high", real(interval->high));
}

/* What its server hit, and what its policy hits with the same requests. */
static json_t *served_json(const struct judged_row *row)
{
    const struct served_hits *served = &row->served;
    char words[RESULT_WORDS_BYTES];
    if (!served->known)
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:b, s:s}", "hit_ratio", served->served, "replayed_hit_ratio",
                     served->replayed, "tolerance", SERVED_HITS_TOLERANCE, "differs",
                     served->differs, "words",
                     served->differs ? served_hits_describe(served, row->result, words) : "");
}

static json_t *hits_row_json(const struct judged_row *row)
{
    char text[JUDGEMENT_TEXT_BYTES], cold[JUDGEMENT_TEXT_BYTES];
    if (isnan(row->hit_ratio))
        return json_null();
    return json_pack("{s:b, s:o, s:o, s:s, s:s, s:o, s:o}", "measured", row->replayed == NULL,
                     "hit_ratio", real(row->hit_ratio), "cold_hit_ratio", real(row->cold_hit_ratio),
                     "text", judged_hits_text(row, row->hit_ratio, text), "cold_text",
                     judged_hits_text(row, row->cold_hit_ratio, cold), "rank", rank(row->hits_rank),
                     "served", served_json(row));
}

/* The names of the rows that cost more, as far as that is established. */
static json_t *cheaper_json(const struct judged_workload *workload, const struct judged_row *row)
{
    json_t *names = json_array();
    for (size_t i = 0; i < workload->served_count && row->cpu_rank > 0; i++)
        if (judged_is_cheaper(&workload->speed, row, &workload->rows[i]))
            json_array_append_new(names, json_string(workload->rows[i].variant));
    return names;
}

static json_t *speed_row_json(const struct judgement *judgement,
                              const struct judged_workload *workload, const struct judged_row *row)
{
    char text[JUDGEMENT_TEXT_BYTES];
    json_t *object = interval_json(&row->cpu_ratio);
    json_object_set_new(object, "text", json_string(judged_cpu_text(judgement, row, text)));
    json_object_set_new(object, "rank", rank(row->cpu_rank));
    json_object_set_new(object, "cheaper_than", cheaper_json(workload, row));
    json_object_set_new(object, "lack", json_string(judged_lacks[row->lack]));
    return object;
}

/* All figures are of one run. */
static json_t *memory_row_json(const struct judged_row *row)
{
    char brief[RESULT_NAME_BYTES];
    if (row->run == NULL)
        return json_null();
    const struct result_verdict *verdict = &row->run->verdict;
    json_t *object = json_pack(
        "{s:I, s:s, s:s, s:s, s:o, s:o, s:o}", "repetition", (json_int_t)row->run->repetition,
        "class", verdict_class_name(verdict->class), "brief", verdict_brief(verdict, brief),
        "words", verdict->words, "bytes_per_request", real(verdict->bytes_per_request), "low",
        real(verdict->low), "high", real(verdict->high));
    static const struct result_sample none;
    const struct result_sample *last =
        row->run->sample_count > 0 ? &row->run->samples[row->run->sample_count - 1] : &none;
    json_object_set_new(object, "payload_bytes", json_integer((json_int_t)last->payload_bytes));
    json_object_set_new(object, "cache_bytes", json_integer((json_int_t)last->cache_bytes));
    json_object_set_new(object, "rss_bytes", json_integer((json_int_t)last->rss_bytes));
    return object;
}

static json_t *speed_json(const struct judged_workload *workload)
{
    const struct judged_speed *speed = &workload->speed;
    if (!speed->known)
        return json_null();
    return json_pack("{s:s, s:f, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "rule",
                     SPEED_RULE, "confidence", BLOCKS_CONFIDENCE, "variants",
                     (json_int_t)speed->variants, "repetitions", (json_int_t)speed->repetitions,
                     "rounds", (json_int_t)speed->rounds, "outliers", (json_int_t)speed->outliers,
                     "degrees_of_freedom", isnan(speed->half) ? json_null() : real(speed->freedom),
                     "deviation", real(speed->deviation), "half_width", real(speed->half), "widest",
                     real(speed->widest), "control",
                     speed->has_control ? interval_json(&speed->control) : json_null(),
                     "control_differs", speed->control_differs, "resolved", speed->resolved);
}

static json_t *row_json(const struct judgement *judgement, const struct judged_workload *workload,
                        const struct judged_row *row)
{
    return json_pack("{s:s, s:b, s:b, s:o, s:o, s:o}", "variant", row->variant, "served",
                     row->result != NULL, "failed", row->summary != NULL && row->run == NULL,
                     "hits", hits_row_json(row), "cpu",
                     row->result != NULL ? speed_row_json(judgement, workload, row) : json_null(),
                     "memory", memory_row_json(row));
}

static json_t *notes_json(const struct judged_workload *workload)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < workload->note_count; i++)
        json_array_append_new(notes, json_string(workload->notes[i]));
    return notes;
}

static json_t *workload_json(const struct judgement *judgement,
                             const struct judged_workload *workload)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < workload->row_count; i++)
        json_array_append_new(rows, row_json(judgement, workload, &workload->rows[i]));
    return json_pack("{s:s, s:{s:s, s:f, s:b, s:b}, s:o, s:o, s:s, s:s, s:o}", "workload",
                     workload->name, "hits", "rule", HITS_RULE, "step", JUDGEMENT_HITS_STEP,
                     "ranked", workload->hits_ranked, "cold_differs", workload->cold_differs,
                     "speed", speed_json(workload), "rows", rows, "hits_words",
                     workload->hits_words, "speed_words", workload->speed_words, "notes",
                     notes_json(workload));
}

json_t *judgement_json(const struct judgement *judgement)
{
    json_t *workloads = json_array();
    for (size_t i = 0; i < judgement->count; i++)
        json_array_append_new(workloads, workload_json(judgement, &judgement->workloads[i]));
    return json_pack("{s:s, s:o, s:s}", "reference", judgement->reference, "workloads", workloads,
                     "memory_words", judgement->memory_words);
}
