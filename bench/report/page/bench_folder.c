/* bench_folder.c - reads the results of a folder and its bench.json, and has them judged. */
#include "bench_folder.h"

#include "command.h"
#include "control.h"
#include "json_fields.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

static bool is_in(const struct source *source, const char *folder, const char *kind)
{
    return source_is(source, kind) && strcmp(source->folder, folder) == 0;
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
static size_t place_of(const struct bench_folder *folder, const struct result *result)
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

static void result_insert(struct bench_folder *folder, struct result *result)
{
    size_t at = folder->count++, place = place_of(folder, result);
    for (; at > 0 && place_of(folder, folder->results[at - 1]) > place; at--)
        folder->results[at] = folder->results[at - 1];
    folder->results[at] = result;
}

static void hits_fill(struct bench_folder *folder)
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
        hits->seed = folder->control != NULL ? folder->control->made_by.seed : 0;
        if (hits->policy != NULL && fields_read(each, hits_fields, values, &reader) == 0 &&
            fields_read(json_object_get(each, "limits"), limits_fields, &hits->limits, &reader) ==
                0)
            folder->hits_count++;
    }
}

static json_t *bench_read(const struct sources *sources, const char *name)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct columns_text *rest = &sources->list[i].columns.rest;
        if (is_in(&sources->list[i], name, "bench"))
            return json_loadb(rest->text, rest->bytes, 0, NULL);
    }
    return NULL;
}

static void folder_judge(struct bench_folder *folder)
{
    folder->control = control_read(folder->bench);
    hits_fill(folder);
    folder->judgement = judgement_make(&(struct judgement_setup){
        .results = folder->results,
        .count = folder->count,
        .reference = json_string_value(json_object_get(folder->bench, "reference")),
        .control = folder->control,
        .hits = folder->hits,
        .hits_count = folder->hits_count});
}

struct bench_folder *bench_folder_read(const struct sources *sources, const char *name)
{
    struct bench_folder *folder = xcalloc(1, sizeof *folder);
    folder->bench = bench_read(sources, name);
    folder->results = xcalloc(sources->count + 1, sizeof *folder->results);
    for (size_t i = 0; i < sources->count; i++) {
        struct result *result =
            is_in(&sources->list[i], name, "result") ? source_read(&sources->list[i]) : NULL;
        if (result != NULL)
            result_insert(folder, result);
    }
    folder_judge(folder);
    return folder;
}

void bench_folder_destroy(struct bench_folder *folder)
{
    judgement_destroy(folder->judgement);
    for (size_t i = 0; i < folder->count; i++)
        result_destroy(folder->results[i]);
    result_destroy(folder->control);
    json_decref(folder->bench);
    free(folder->results);
    free(folder->hits);
    free(folder->values);
    free(folder);
}

bool bench_folder_is_first(const struct sources *sources, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_in(&sources->list[i], sources->list[at].folder, "result"))
            return false;
    return source_is(&sources->list[at], "result");
}
