/* bench_file.c - bench.json: what belongs to the whole bench, not to one server. */
#include "bench_file.h"

#include "bench_judgement.h"
#include "bench_results.h"
#include "command.h"
#include "files.h"
#include "json_fields.h"

#include <stdio.h>

static json_t *hits_json(const struct bench *bench, const struct bench_hits *hits)
{
    struct result_limits limits = plan_limits(&bench->plan, hits->policy);
    json_t *object = json_pack("{s:s}", "policy", hits->policy->name);
    json_object_set_new(object, "limits", fields_json(limits_fields, &limits));
    fields_write(object, hits_fields, &hits->hits);
    return object;
}

static json_t *judgement_of(const struct bench *bench)
{
    struct judgement *judgement = bench_judge(bench, SIDE_OURS);
    json_t *json = judgement_json(judgement);
    judgement_destroy(judgement);
    return json;
}

static json_t *bench_json(const struct bench *bench)
{
    json_t *hits = json_array(), *speeds = json_array(), *variants = json_array();
    const struct result *control = bench->control;
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        if (!bench->plan.subjects.list[i].other)
            json_array_append_new(variants, json_string(bench->plan.subjects.list[i].name));
    for (size_t i = 0; i < bench->hits_count; i++)
        json_array_append_new(hits, hits_json(bench, &bench->hits[i]));
    for (size_t i = 0; i < control->speed_count; i++)
        json_array_append_new(speeds, fields_json(speed_fields, &control->speeds[i]));
    return json_pack("{s:s, s:b, s:o, s:s, s:o, s:o, s:{s:s, s:o}, s:o}", "schema", BENCH_SCHEMA,
                     "complete", bench_is_complete(bench), "made_by",
                     fields_json(made_by_fields, &bench->results[0]->made_by), "reference",
                     bench->reference->name, "variants", variants, "hits", hits, "control",
                     "variant", bench->reference->name, "speeds", speeds, "judgement",
                     judgement_of(bench));
}

static void path_make(const struct bench *bench, char path[RESULTS_PATH_BYTES])
{
    snprintf(path, RESULTS_PATH_BYTES, "%s/" BENCH_FILE, bench->plan.out);
}

int bench_file_check(const struct bench *bench, struct error *error)
{
    char path[RESULTS_PATH_BYTES];
    path_make(bench, path);
    return file_check_writable(path, error);
}

int bench_file_write(const struct bench *bench, struct error *error)
{
    char path[RESULTS_PATH_BYTES];
    path_make(bench, path);
    return json_write(bench_json(bench), path, error);
}
