/* choose_json.c - a choice for programs: results/choose.schema.json. */
#include "choose_output.h"

#include "corpus_notes.h"
#include "json_fields.h"
#include "recommendation.h"
#include "xmalloc.h"

#define SCHEMA "tidemark/choose/1"

/* 0 stands for unknown and becomes null. */
static json_t *known_count(uint64_t count)
{
    return count > 0 ? json_integer((json_int_t)count) : json_null();
}

static json_t *known_real(double value)
{
    return value > 0 ? json_real(value) : json_null();
}

/* null if it is not UTF-8. */
static json_t *text_json(const char *text)
{
    json_t *string = json_string(text);
    return string != NULL ? string : json_null();
}

static json_t *figures_json(const struct policy_figures *figures)
{
    return json_pack("{s:f, s:o, s:o, s:o, s:o, s:o, s:I}", "hit_ratio", figures->hit_ratio,
                     "mean_ns", known_real(figures->mean_ns), "p50_ns", known_real(figures->p50_ns),
                     "p99_ns", known_real(figures->p99_ns), "slo_ns", known_real(figures->slo_ns),
                     "cpu_us_per_request", known_real(figures->cpu_us_per_request), "bytes",
                     (json_int_t)figures->bytes);
}

static json_t *window_json(const struct replay_result *result)
{
    size_t worst = worst_window(result);
    uint64_t first = replay_window(result->requests, worst);
    uint64_t end = replay_window(result->requests, worst + 1);
    return json_pack("{s:f, s:I, s:I}", "hit_ratio", window_hit_ratio(result, worst),
                     "first_request", (json_int_t)(first + 1), "requests",
                     (json_int_t)(end - first));
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
    return json_pack("{s:f}", "hit_ratio", steady_ratio(result));
}

static json_t *replay_json(const struct choice *choice, const struct candidate *candidate)
{
    if (!candidate->replayed)
        return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}",
                         "predicted", "hits", "steady_hits", "whole_hit_ratio", "byte_hit_ratio",
                         "wait_ns", "entries", "worst_window", "regret_points", "at_half",
                         "at_double", "windows");
    const struct replay_result *now = &candidate->now;
    double wait_ns =
        (1 - objective_score(OPTIMISE_LATENCY, now)) * (double)choice->question.miss_cost_ns;
    return json_pack("{s:o, s:I, s:I, s:f, s:f, s:f, s:I, s:o, s:f, s:o, s:o, s:o}", "predicted",
                     figures_json(&candidate->predicted), "hits", (json_int_t)now->hits,
                     "steady_hits", (json_int_t)now->steady_hits, "whole_hit_ratio", hit_ratio(now),
                     "byte_hit_ratio", objective_score(OPTIMISE_BYTES, now), "wait_ns", wait_ns,
                     "entries", (json_int_t)now->entries, "worst_window", window_json(now),
                     "regret_points", regret_points(choice, candidate), "at_half",
                     ratio_json(&candidate->half), "at_double", ratio_json(&candidate->twice),
                     "windows", windows_json(&candidate->now));
}

static json_t *costs_json(const struct policy_costs *costs)
{
    if (costs->hit_ns <= 0)
        return json_null();
    return json_pack("{s:f, s:f, s:f}", "hit_ns", costs->hit_ns, "miss_ns", costs->miss_ns,
                     "put_ns", costs->put_ns);
}

static json_t *candidate_json(const struct choice *choice, const struct candidate *candidate)
{
    bool measured = candidate->measured;
    json_t *replay = replay_json(choice, candidate);
    json_t *object = json_pack(
        "{s:s, s:s?, s:s, s:o, s:o, s:o, s:o, s:b}", "policy", candidate->policy->name, "ruled_out",
        is_eligible(candidate) ? NULL : candidate->ruled_out, "words", candidate->words, "costs",
        costs_json(&candidate->costs), "bytes_for_target", known_count(candidate->bytes_for_target),
        "predicted_as_served", measured ? figures_json(&candidate->predicted_served) : json_null(),
        "measured", measured ? figures_json(&candidate->served) : json_null(), "disturbed",
        candidate->disturbed);
    json_object_update(object, replay);
    json_decref(replay);
    return object;
}

static json_t *policies_json(const struct choice *choice)
{
    json_t *array = json_array();
    for (size_t i = 0; i < choice->count; i++)
        json_array_append_new(array, candidate_json(choice, &choice->candidates[i]));
    return array;
}

/* As the table lists them. */
static json_t *ranking_json(struct choice *choice)
{
    struct candidate *ranking[CHOICE_POLICIES_MAX];
    size_t count = answer_ranking(choice, ranking);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(ranking[i]->policy->name));
    return array;
}

static json_t *answer_json(const struct choice *choice)
{
    const struct answer *answer = &choice->answer;
    json_t *reasons = json_array();
    for (size_t i = 0; i < answer->reason_count; i++)
        json_array_append_new(reasons, json_string(answer->reasons[i]));
    return json_pack("{s:s?, s:b, s:s, s:s?, s:o, s:o}", "policy",
                     answer->chosen != NULL ? answer->chosen->policy->name : NULL, "is_worth",
                     answer->is_worth, "words", answer->words, "warning",
                     answer->warning[0] != '\0' ? answer->warning : NULL, "requests_needed",
                     known_count(answer->requests_needed), "reasons", reasons);
}

static json_t *service_json(const struct service_cost *cost)
{
    return json_pack("{s:f, s:f, s:I, s:I, s:b}", "cpu_us_per_request", cost->cpu_ns / 1e3,
                     "mean_ns", histogram_mean(cost->latency), "p50_ns",
                     (json_int_t)histogram_percentile(cost->latency, 50), "p99_ns",
                     (json_int_t)histogram_percentile(cost->latency, 99), "disturbed",
                     cost->disturbed);
}

static json_t *services_json(const struct service_costs *costs)
{
    if (costs == NULL)
        return json_null();
    return json_pack("{s:o, s:o}", "hit", service_json(&costs->hit), "miss",
                     service_json(&costs->miss));
}

static json_t *slo_json(const struct question *question)
{
    if (question->slo_percentile == 0)
        return json_null();
    return json_pack("{s:f, s:I}", "percentile", question->slo_percentile, "bound_ns",
                     (json_int_t)question->slo_ns);
}

static json_t *question_json(const struct choice *choice)
{
    static const char *const sources[] = {
        [RATE_GIVEN] = "option", [RATE_OF_TRACE] = "trace", [RATE_ASSUMED] = "assumed"};
    const struct question *question = &choice->question;
    return json_pack(
        "{s:s, s:o, s:o, s:I, s:I, s:s, s:I, s:I, s:f, s:o, s:o, s:f, s:s, s:s}", "schema", SCHEMA,
        "trace", text_json(question->trace), "input", corpus_notes_json(&choice->corpus),
        "requests", (json_int_t)choice->corpus.requests, "distinct_ids",
        (json_int_t)choice->corpus.distinct, "sizes_from", choice->sized ? "trace" : "service",
        "memory_bytes", (json_int_t)question->memory_bytes, "miss_cost_ns",
        (json_int_t)question->miss_cost_ns, "rate_rps", question->rate_rps, "max_age_ns",
        known_count(question->max_age_ns), "slo", slo_json(question), "target_hit_ratio",
        choice->target_hit_ratio, "optimise", objective_name(question->objective), "rate_from",
        sources[question->rate_from]);
}

static json_t *reference_json(const struct replay_result *result)
{
    return json_pack("{s:f, s:f}", "hit_ratio", steady_ratio(result), "whole_hit_ratio",
                     hit_ratio(result));
}

/* With `bytes` beside them. */
static json_t *everything_json(const struct choice *choice)
{
    json_t *object = reference_json(&choice->everything);
    json_object_set_new(object, "bytes", json_integer((json_int_t)choice->everything.peak_bytes));
    return object;
}

static json_t *optimum_json(const struct choice *choice)
{
    json_t *object = reference_json(&choice->optimum);
    json_object_set_new(object, "entries", json_integer((json_int_t)choice->optimum.peak_entries));
    json_object_set_new(object, "windows", windows_json(&choice->optimum));
    return object;
}

/* The trace before and after the warm-up. */
static json_t *parts_json(const struct choice *choice)
{
    const struct replay_result *everything = &choice->everything;
    return json_pack("{s:I, s:I, s:I, s:I}", "warmup_requests",
                     (json_int_t)choice->question.warmup_requests, "steady_requests",
                     (json_int_t)everything->steady_requests, "compulsory_misses",
                     (json_int_t)everything->compulsory, "steady_compulsory_misses",
                     (json_int_t)everything->steady_compulsory);
}

json_t *choose_json(struct choice *choice, const struct service_costs *costs,
                    const struct result_made_by *made_by)
{
    json_t *root = question_json(choice);
    json_t *parts = parts_json(choice);
    json_t *rest =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:s?, s:o, s:o}", "answer", answer_json(choice),
                  "ranking", ranking_json(choice), "everything", everything_json(choice), "optimum",
                  optimum_json(choice), "service", services_json(costs), "not_checked",
                  choice->not_checked[0] != '\0' ? choice->not_checked : NULL, "policies",
                  policies_json(choice), "made_by", fields_json(made_by_fields, made_by));
    json_object_update(xchecked(root), xchecked(parts));
    json_decref(parts);
    json_object_update(xchecked(root), xchecked(rest));
    json_decref(rest);
    return root;
}
