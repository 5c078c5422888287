/* comparison_json.c - a comparison as JSON; results/README.md describes the keys. */
#include "comparison_report.h"

#include <math.h>

static json_t *text_json(const char *text)
{
    json_t *json = json_string(text);
    return json != NULL ? json : json_string("?"); /* not UTF-8 */
}

static json_t *real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(const char *value_key, const struct stats_interval *interval)
{
    json_t *object = json_object();
    json_object_set_new(object, value_key, real_json(interval->value));
    json_object_set_new(object, "low", real_json(interval->low));
    json_object_set_new(object, "high", real_json(interval->high));
    return object;
}

static json_t *side_json(const struct stats_interval *side, size_t count)
{
    json_t *object = interval_json("median", side);
    json_object_set_new(object, "n", json_integer((json_int_t)count));
    return object;
}

static void test_add(json_t *object, const struct comparison *comparison)
{
    json_object_set_new(object, "p", real_json(comparison->p));
    json_object_set_new(object, "p_corrected", real_json(comparison->p_corrected));
    json_object_set_new(object, "effect", real_json(comparison->effect));
}

static void change_add(json_t *object, const struct comparison *comparison)
{
    json_t *change = interval_json("value", &comparison->change);
    json_object_set_new(change, "kind", text_json(comparison->has_ratio ? "ratio" : "difference"));
    json_object_set_new(change, "sure", json_boolean(comparison->is_sure));
    json_object_set_new(object, "change", change);
    json_object_set_new(object, "floor", real_json(comparison->floor));
    json_object_set_new(object, "floor_known", json_boolean(comparison->floor_is_known));
    if (compare_is_tested(comparison))
        test_add(object, comparison);
}

static json_t *row_json(const struct comparison *comparison)
{
    json_t *object = json_object();
    bool is_class = comparison->figure == NULL;
    json_object_set_new(object, "workload", text_json(comparison->workload));
    json_object_set_new(object, "variant", text_json(comparison->variant));
    json_object_set_new(object, "figure", text_json(comparison_figure_name(comparison)));
    json_object_set_new(object, "method", text_json(compare_method_names[comparison->method]));
    json_object_set_new(object, "verdict", text_json(compare_outcome_names[comparison->outcome]));
    json_object_set_new(object, "reason", text_json(comparison->reason));
    json_object_set_new(object, "repeats_needed",
                        json_integer((json_int_t)comparison->repeats_needed));
    json_object_set_new(object, "left_out", json_integer((json_int_t)comparison->left_out));
    json_object_set_new(object, "old",
                        is_class ? text_json(verdict_class_name(comparison->before_class))
                                 : side_json(&comparison->before, comparison->before_count));
    json_object_set_new(object, "new",
                        is_class ? text_json(verdict_class_name(comparison->after_class))
                                 : side_json(&comparison->after, comparison->after_count));
    if (!is_class && comparison->method != METHOD_NONE)
        change_add(object, comparison);
    return object;
}

static json_t *pair_json(const struct comparison_pair *pair)
{
    json_t *object = json_object();
    json_object_set_new(object, "old", text_json(pair->before->path));
    json_object_set_new(object, "new", text_json(pair->after->path));
    json_object_set_new(object, "variant", text_json(pair->variant));
    json_object_set_new(object, "interleaved", json_boolean(pair->interleaved));
    json_object_set_new(object, "differences",
                        text_json(pair->differences != NULL ? pair->differences : ""));
    json_object_set_new(object, "refused", text_json(pair->refusal.text));
    return object;
}

static json_t *finding_json(const struct gate_finding *finding)
{
    const struct comparison *comparison = finding->comparison;
    json_t *object = json_object();
    json_object_set_new(object, "gate", text_json(finding->gate->text));
    json_object_set_new(object, "outcome", text_json(gate_outcome_names[finding->outcome]));
    json_object_set_new(object, "reason", text_json(finding->reason));
    json_object_set_new(object, "workload", text_json(comparison ? comparison->workload : ""));
    json_object_set_new(object, "variant", text_json(comparison ? comparison->variant : ""));
    return object;
}

json_t *comparison_json(const struct comparison_report *report)
{
    json_t *object = json_object(), *pairs = json_array(), *notes = json_array();
    json_t *comparisons = json_array(), *findings = json_array();
    for (size_t i = 0; i < report->pair_count; i++)
        json_array_append_new(pairs, pair_json(&report->pairs[i]));
    for (size_t i = 0; i < report->note_count; i++)
        json_array_append_new(notes, text_json(report->notes[i]));
    for (size_t i = 0; i < report->comparison_count; i++)
        json_array_append_new(comparisons, row_json(&report->comparisons[i]));
    for (size_t i = 0; i < report->finding_count; i++)
        json_array_append_new(findings, finding_json(&report->findings[i]));
    json_object_set_new(object, "schema", text_json(COMPARISON_SCHEMA));
    json_object_set_new(object, "alpha", json_real(COMPARE_ALPHA));
    json_object_set_new(object, "tests", json_integer((json_int_t)report->tests));
    json_object_set_new(object, "status", json_integer(comparison_status(report)));
    json_object_set_new(object, "pairs", pairs);
    json_object_set_new(object, "notes", notes);
    json_object_set_new(object, "comparisons", comparisons);
    json_object_set_new(object, "gates", findings);
    return object;
}
