/* page_judgement.c - writes what the page draws: judgements, and words on what was measured. */
#include "page_judgement.h"

#include "bench_folder.h"
#include "page_words.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define CURVES_LEAST 2

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

/* Says in *lead what the folder is. NULL: none of its results can be read. */
static json_t *bench_json(const struct bench_folder *folder, size_t first, char **lead)
{
    if (folder->count == 0)
        return NULL;
    free(*lead);
    *lead = words_lead(folder->results, folder->count, folder->judgement->count);
    return json_pack("{s:I, s:o, s:o}", "file", (json_int_t)first, "judgement",
                     judgement_json(folder->judgement), "curves", page_curves(folder->judgement));
}

static json_t *benches_json(const struct sources *sources, char **lead)
{
    json_t *benches = json_array();
    for (size_t i = 0; i < sources->count; i++) {
        if (!bench_folder_is_first(sources, i))
            continue;
        struct bench_folder *folder = bench_folder_read(sources, sources->list[i].folder);
        json_t *bench = bench_json(folder, i, lead);
        if (bench != NULL)
            json_array_append_new(benches, bench);
        bench_folder_destroy(folder);
    }
    return benches;
}

static json_t *choices_json(const struct sources *sources)
{
    json_t *choices = json_array();
    for (size_t i = 0; i < sources->count; i++) {
        const struct columns_text *rest = &sources->list[i].columns.rest;
        if (!source_is(&sources->list[i], "choice"))
            continue;
        json_t *choice = json_loadb(rest->text, rest->bytes, 0, NULL);
        char *question = words_question(choice);
        json_array_append_new(choices,
                              json_pack("{s:I, s:s}", "file", (json_int_t)i, "question", question));
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
            if (source_is(&sources->list[j], titles[i][0]))
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
