/* choose_json.c - a choice for programs. */
#include "choose_output.h"

#include "json_fields.h"

#include <string.h>

#define SCHEMA "tidemark/choose/1"
#define DIGITS 9

static json_t *count_json(uint64_t count)
{
    return json_integer((json_int_t)count);
}

/* null stands for what is not known. */
static json_t *known_count(uint64_t count)
{
    return count > 0 ? count_json(count) : json_null();
}

static json_t *known_real(double value)
{
    return value > 0 ? json_real(value) : json_null();
}

static json_t *outlook_json(const struct outlook *outlook)
{
    json_t *object = json_object();
    json_object_set_new(object, "hit_ratio", json_real(outlook->hit_ratio));
    json_object_set_new(object, "mean_ns", known_real(outlook->mean_ns));
    json_object_set_new(object, "p50_ns", known_real(outlook->p50_ns));
    json_object_set_new(object, "p99_ns", known_real(outlook->p99_ns));
    json_object_set_new(object, "slo_ns", known_real(outlook->slo_ns));
    json_object_set_new(object, "cpu_us_per_request", known_real(outlook->cpu_us_per_request));
    json_object_set_new(object, "bytes", count_json(outlook->bytes));
    return object;
}

static json_t *window_json(const struct replay_result *result)
{
    size_t worst = worst_window(result);
    uint64_t first = replay_window(result->requests, worst);
    json_t *object = json_object();
    json_object_set_new(object, "hit_ratio", json_real(window_hit_ratio(result, worst)));
    json_object_set_new(object, "first_request", count_json(first + 1));
    json_object_set_new(object, "requests",
                        count_json(replay_window(result->requests, worst + 1) - first));
    return object;
}

static json_t *windows_json(const struct replay_result *result)
{
    json_t *array = json_array();
    for (size_t window = 0; window < REPLAY_WINDOWS; window++)
        json_array_append_new(array, json_real(window_hit_ratio(result, window)));
    return array;
}

static json_t *ratio_json(const struct replay_result *result)
{
    json_t *object = json_object();
    json_object_set_new(object, "hit_ratio", json_real(hit_ratio(result)));
    return object;
}

static void replayed_set(json_t *object, const struct choice *choice,
                         const struct candidate *candidate)
{
    json_object_set_new(object, "predicted", outlook_json(&candidate->predicted));
    json_object_set_new(object, "hits", count_json(candidate->now.hits));
    json_object_set_new(object, "entries", count_json(candidate->now.entries));
    json_object_set_new(object, "worst_window", window_json(&candidate->now));
    json_object_set_new(object, "regret_points", json_real(regret_points(choice, candidate)));
    json_object_set_new(object, "at_half", ratio_json(&candidate->half));
    json_object_set_new(object, "at_double", ratio_json(&candidate->twice));
    json_object_set_new(object, "windows", windows_json(&candidate->now));
}

/* Of a policy that was not even replayed. */
static void replayed_set_null(json_t *object)
{
    static const char *const keys[] = {"predicted",     "hits",    "entries",   "worst_window",
                                       "regret_points", "at_half", "at_double", "windows"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_set_new(object, keys[i], json_null());
}

static json_t *costs_json(const struct policy_costs *costs)
{
    json_t *object = json_object();
    json_object_set_new(object, "hit_ns", json_real(costs->hit_ns));
    json_object_set_new(object, "miss_ns", json_real(costs->miss_ns));
    json_object_set_new(object, "put_ns", json_real(costs->put_ns));
    return object;
}

static json_t *candidate_json(const struct choice *choice, const struct candidate *candidate)
{
    bool out = !is_eligible(candidate);
    json_t *object = json_object();
    json_object_set_new(object, "policy", json_string(candidate->policy->name));
    json_object_set_new(object, "ruled_out", out ? json_string(candidate->ruled_out) : json_null());
    json_object_set_new(object, "words", json_string(candidate->words));
    if (candidate->replayed)
        replayed_set(object, choice, candidate);
    else
        replayed_set_null(object);
    json_object_set_new(object, "costs",
                        candidate->costs.hit_ns > 0 ? costs_json(&candidate->costs) : json_null());
    json_object_set_new(object, "bytes_for_target", known_count(candidate->bytes_for_target));
    json_object_set_new(object, "predicted_as_served",
                        candidate->measured ? outlook_json(&candidate->as_served) : json_null());
    json_object_set_new(object, "measured",
                        candidate->measured ? outlook_json(&candidate->seen) : json_null());
    json_object_set_new(object, "disturbed", json_boolean(candidate->disturbed));
    return object;
}

static json_t *policies_json(const struct choice *choice)
{
    json_t *array = json_array();
    for (size_t i = 0; i < choice->count; i++)
        json_array_append_new(array, candidate_json(choice, &choice->candidates[i]));
    return array;
}

static json_t *answer_json(const struct choice *choice)
{
    const struct answer *answer = &choice->answer;
    json_t *object = json_object(), *reasons = json_array();
    for (size_t i = 0; i < answer->reason_count; i++)
        json_array_append_new(reasons, json_string(answer->reasons[i]));
    json_object_set_new(object, "policy",
                        answer->chosen ? json_string(answer->chosen->policy->name) : json_null());
    json_object_set_new(object, "is_worth", json_boolean(answer->is_worth));
    json_object_set_new(object, "words", json_string(answer->words));
    json_object_set_new(object, "reasons", reasons);
    return object;
}

static json_t *service_json(const struct service_cost *cost)
{
    json_t *object = json_object();
    json_object_set_new(object, "cpu_us_per_request", json_real(cost->cpu_ns / 1e3));
    json_object_set_new(object, "mean_ns", json_real(histogram_mean(cost->latency)));
    json_object_set_new(object, "p50_ns", count_json(histogram_percentile(cost->latency, 50)));
    json_object_set_new(object, "p99_ns", count_json(histogram_percentile(cost->latency, 99)));
    json_object_set_new(object, "disturbed", json_boolean(cost->disturbed));
    return object;
}

static json_t *slo_json(const struct question *question)
{
    if (question->slo_percentile == 0)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "percentile", json_real(question->slo_percentile));
    json_object_set_new(object, "bound_ns", count_json(question->slo_ns));
    return object;
}

static void question_set(json_t *root, const struct choice *choice)
{
    const struct question *question = &choice->question;
    json_object_set_new(root, "trace", json_string(question->trace));
    json_object_set_new(root, "requests", count_json(choice->corpus.requests));
    json_object_set_new(root, "distinct_ids", count_json(choice->corpus.distinct));
    json_object_set_new(root, "sizes_from", json_string(choice->sized ? "trace" : "service"));
    json_object_set_new(root, "memory_bytes", count_json(question->memory_bytes));
    json_object_set_new(root, "miss_cost_ns", count_json(question->miss_cost_ns));
    json_object_set_new(root, "rate_rps", json_real(question->rate_rps));
    json_object_set_new(root, "max_age_ns", known_count(question->max_age_ns));
    json_object_set_new(root, "slo", slo_json(question));
    json_object_set_new(root, "target_hit_ratio", json_real(choice->target_hit_ratio));
}

static void references_set(json_t *root, const struct choice *choice,
                           const struct service_costs *costs)
{
    json_t *everything = ratio_json(&choice->everything), *optimum = ratio_json(&choice->optimum);
    json_object_set_new(everything, "bytes", count_json(choice->everything.peak_bytes));
    json_object_set_new(root, "everything", everything);
    json_object_set_new(optimum, "entries", count_json(choice->optimum_entries));
    json_object_set_new(optimum, "windows", windows_json(&choice->optimum));
    json_object_set_new(root, "optimum", optimum);
    json_t *service = costs != NULL ? json_object() : json_null();
    if (costs != NULL) {
        json_object_set_new(service, "hit", service_json(&costs->hit));
        json_object_set_new(service, "miss", service_json(&costs->miss));
    }
    json_object_set_new(root, "service", service);
}

char *choose_json(const struct choice *choice, const struct service_costs *costs,
                  const struct result_made_by *made_by)
{
    json_t *root = json_object(), *made = json_object();
    json_object_set_new(root, "schema", json_string(SCHEMA));
    question_set(root, choice);
    json_object_set_new(root, "answer", answer_json(choice));
    references_set(root, choice, costs);
    json_object_set_new(root, "policies", policies_json(choice));
    fields_write(made, &made_by_fields, made_by);
    json_object_set_new(root, "made_by", made);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS));
    json_decref(root);
    return text;
}
