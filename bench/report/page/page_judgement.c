/* page_judgement.c - has the results of each folder judged, and writes what the page draws. */
#include "page_judgement.h"

#include "command.h"
#include "json_fields.h"
#include "page_words.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define CURVES_LEAST 2

/* The results of a folder, in the order of its bench if that is known. */
struct folder {
    const char *name;
    struct result **results;
    size_t count;
    json_t *bench; /* bench.json; NULL: there is none */
    struct judgement_hits *hits;
    struct result_hits *values; /* of the hits */
    size_t hits_count;
    struct result *control; /* NULL: none */
};

static bool is_of_kind(const struct source *source, const char *kind)
{
    return strcmp(source->kind, kind) == 0;
}

static struct result *source_read(const struct source *source)
{
    struct error error;
    char *path = xasprintf("%s/%s", source->folder, source->name);
    const struct columns_text *brief = &source->columns.brief;
    struct result *result = result_parse(path, brief->text, brief->bytes, &error);
    free(path);
    if (result == NULL)
        complain("report", 0, "not judged: %s", error.text);
    return result;
}

/* Its place among the variants of the bench; behind them if it is not there. */
static size_t place_of(const struct folder *folder, const struct result *result)
{
    const json_t *variants = json_object_get(folder->bench, "variants");
    size_t place = 0;
    while (place < json_array_size(variants)) {
        const char *name = json_string_value(json_array_get(variants, place));
        if (name != NULL && strcmp(name, result->variant) == 0)
            break;
        place++;
    }
    return place;
}

static void result_insert(struct folder *folder, struct result *result)
{
    size_t at = folder->count++, place = place_of(folder, result);
    for (; at > 0 && place_of(folder, folder->results[at - 1]) > place; at--)
        folder->results[at] = folder->results[at - 1];
    folder->results[at] = result;
}

static void hits_fill(struct folder *folder)
{
    const json_t *list = json_object_get(folder->bench, "hits"), *each;
    struct fields_reader reader = {.version = RESULT_VERSION};
    size_t i;
    folder->hits = xcalloc(json_array_size(list) + 1, sizeof *folder->hits);
    folder->values = xcalloc(json_array_size(list) + 1, sizeof *folder->values);
    json_array_foreach ((json_t *)list, i, each) {
        struct judgement_hits *hits = &folder->hits[folder->hits_count];
        struct result_hits *values = &folder->values[folder->hits_count];
        hits->policy = json_string_value(json_object_get(each, "policy"));
        hits->hits = values;
        if (hits->policy != NULL && fields_read(each, hits_fields, values, &reader) == 0 &&
            fields_read(json_object_get(each, "limits"), limits_fields, &hits->limits, &reader) ==
                0)
            folder->hits_count++;
    }
}

static void control_fill(struct folder *folder)
{
    const json_t *control = json_object_get(folder->bench, "control"), *each;
    const json_t *speeds = json_object_get(control, "speeds");
    struct fields_reader reader = {.version = RESULT_VERSION};
    struct result_speed speed;
    size_t i;
    folder->control = result_create("", "");
    json_array_foreach ((json_t *)speeds, i, each)
        if (fields_read(each, speed_fields, &speed, &reader) == 0)
            *result_speed_add(folder->control) = speed;
}

static void folder_fill(struct folder *folder, const struct sources *sources)
{
    folder->results = xcalloc(sources->count + 1, sizeof *folder->results);
    for (size_t i = 0; i < sources->count && folder->bench == NULL; i++) {
        const struct columns_text *rest = &sources->list[i].columns.rest;
        if (is_of_kind(&sources->list[i], "bench") &&
            strcmp(sources->list[i].folder, folder->name) == 0)
            folder->bench = json_loadb(rest->text, rest->bytes, 0, NULL);
    }
    for (size_t i = 0; i < sources->count; i++) {
        if (!is_of_kind(&sources->list[i], "result") ||
            strcmp(sources->list[i].folder, folder->name) != 0)
            continue;
        struct result *result = source_read(&sources->list[i]);
        if (result != NULL)
            result_insert(folder, result);
    }
    hits_fill(folder);
    control_fill(folder);
}

static void folder_release(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        result_destroy(folder->results[i]);
    result_destroy(folder->control);
    json_decref(folder->bench);
    free(folder->results);
    free(folder->hits);
    free(folder->values);
}

static void name_add(json_t *names, const char *name)
{
    const json_t *each;
    size_t i;
    json_array_foreach (names, i, each)
        if (strcmp(json_string_value(each), name) == 0)
            return;
    json_array_append_new(names, json_string(name));
}

static const char *leaking_find(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        for (size_t j = 0; j < judgement->workloads[i].served_count; j++) {
            const struct judged_row *row = &judgement->workloads[i].rows[j];
            if (row->run != NULL && verdict_is_leak(row->run->verdict.class))
                return row->variant;
        }
    return NULL;
}

/* Rows are in the order of hits. */
static const char *best_find(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        for (size_t j = 0; j < judgement->workloads[i].served_count; j++)
            if (judgement->workloads[i].hits_ranked &&
                judgement->workloads[i].rows[j].hits_rank > 0)
                return judgement->workloads[i].rows[j].variant;
    return NULL;
}

json_t *page_curves(const struct judgement *judgement)
{
    json_t *names = json_array();
    const char *leaking = leaking_find(judgement), *best = best_find(judgement);
    if (leaking != NULL)
        name_add(names, leaking);
    name_add(names, judgement->reference);
    if (best != NULL)
        name_add(names, best);
    for (size_t i = 0; judgement->count > 0 && i < judgement->workloads[0].served_count; i++)
        if (json_array_size(names) < CURVES_LEAST)
            name_add(names, judgement->workloads[0].rows[i].variant);
    return names;
}

/* Judges the folder of the file, and says in *lead what it is. NULL: none of its results can be
 * read. */
static json_t *folder_json(const struct sources *sources, size_t first, char **lead)
{
    struct folder folder = {.name = sources->list[first].folder};
    json_t *json = NULL;
    folder_fill(&folder, sources);
    if (folder.count > 0) {
        struct judgement *judgement = judgement_make(&(struct judgement_setup){
            .results = folder.results,
            .count = folder.count,
            .reference = json_string_value(json_object_get(folder.bench, "reference")),
            .control = folder.control,
            .hits = folder.hits,
            .hits_count = folder.hits_count});
        json = json_pack("{s:I, s:o, s:o}", "file", (json_int_t)first, "judgement",
                         judgement_json(judgement), "curves", page_curves(judgement));
        free(*lead);
        *lead = words_lead(folder.results, folder.count, judgement->count);
        judgement_destroy(judgement);
    }
    folder_release(&folder);
    return json;
}

static bool was_before(const struct sources *sources, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_of_kind(&sources->list[i], "result") &&
            strcmp(sources->list[i].folder, sources->list[at].folder) == 0)
            return true;
    return false;
}

static json_t *benches_json(const struct sources *sources, char **lead)
{
    json_t *benches = json_array();
    for (size_t i = 0; i < sources->count; i++) {
        if (!is_of_kind(&sources->list[i], "result") || was_before(sources, i))
            continue;
        json_t *bench = folder_json(sources, i, lead);
        if (bench != NULL)
            json_array_append_new(benches, bench);
    }
    return benches;
}

static double predicted_hits(const json_t *policy)
{
    return json_number_value(json_object_get(json_object_get(policy, "predicted"), "hit_ratio"));
}

/* The policies that are not ruled out, by their exact hits. */
static json_t *order_json(const json_t *policies)
{
    json_t *sorted = json_array(), *names = json_array(), *policy;
    size_t i;
    json_array_foreach ((json_t *)policies, i, policy) {
        size_t at = 0;
        if (json_object_get(policy, "policy") == NULL ||
            !json_is_null(json_object_get(policy, "ruled_out")))
            continue;
        while (at < json_array_size(sorted) &&
               predicted_hits(json_array_get(sorted, at)) >= predicted_hits(policy))
            at++;
        json_array_insert(sorted, at, policy);
    }
    json_array_foreach (sorted, i, policy)
        json_array_append(names, json_object_get(policy, "policy"));
    json_decref(sorted);
    return names;
}

static json_t *choices_json(const struct sources *sources)
{
    json_t *choices = json_array();
    for (size_t i = 0; i < sources->count; i++) {
        const struct columns_text *rest = &sources->list[i].columns.rest;
        if (!is_of_kind(&sources->list[i], "choice"))
            continue;
        json_t *choice = json_loadb(rest->text, rest->bytes, 0, NULL);
        char *question = words_question(choice);
        json_array_append_new(choices, json_pack("{s:I, s:s, s:o}", "file", (json_int_t)i,
                                                 "question", question, "order",
                                                 order_json(json_object_get(choice, "policies"))));
        json_decref(choice);
        free(question);
    }
    return choices;
}

static const char *title_of(const struct sources *sources)
{
    static const char *const titles[][2] = {{"result", "Memory, hits and speed of the caches"},
                                            {"choice", "Which policy to run"},
                                            {"replay", "Hits against memory"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        for (size_t j = 0; j < sources->count; j++)
            if (is_of_kind(&sources->list[j], titles[i][0]))
                return titles[i][1];
    return "Tidemark report";
}

json_t *page_judgement(const struct sources *sources)
{
    char *lead = xstrdup("");
    json_t *benches = benches_json(sources, &lead);
    json_t *json = json_pack("{s:s, s:s, s:o, s:o}", "title", title_of(sources), "lead", lead,
                             "benches", benches, "choices", choices_json(sources));
    free(lead);
    return json;
}
