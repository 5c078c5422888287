/* judgement.c - collects the variants of each workload and has them judged. */
#include "judgement_parts.h"

#include "summary.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_speed(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->speed_count; i++)
        if (strcmp(result->speeds[i].workload, workload) == 0)
            return true;
    return false;
}

static bool has_workload(const struct result *result, const char *workload)
{
    return summary_find(result, workload) != NULL || result_hits_find(result, workload) != NULL ||
           has_speed(result, workload);
}

const struct judged_row *judged_row_find(const struct judged_workload *workload,
                                         const char *variant)
{
    for (size_t i = 0; i < workload->row_count; i++)
        if (strcmp(workload->rows[i].variant, variant) == 0)
            return &workload->rows[i];
    return NULL;
}

static struct judged_row *row_add(struct judged_workload *workload)
{
    struct judged_row *row = &workload->rows[workload->row_count++];
    *row = (struct judged_row){.lack = LACK_SPEEDS,
                               .hit_ratio = NAN,
                               .cold_hit_ratio = NAN,
                               .cpu_ratio = {NAN, NAN, NAN},
                               .effect = NAN};
    return row;
}

static void rows_fill(struct judged_workload *workload, const struct judgement_setup *setup)
{
    workload->rows = xcalloc(setup->count + setup->hits_count + 1, sizeof *workload->rows);
    for (size_t i = 0; i < setup->count; i++) {
        const struct result *result = setup->results[i];
        if (!has_workload(result, workload->name))
            continue;
        struct judged_row *row = row_add(workload);
        row->variant = result->variant;
        row->result = result;
        row->limits = &result->limits;
        row->replayed = result_hits_find(result, workload->name);
        row->seed = result->made_by.seed;
        row->served = served_hits_judge(result, workload->name);
        judge_memory(row, workload->name);
    }
    workload->served_count = workload->row_count;
    for (size_t i = 0; i < setup->hits_count; i++) {
        const struct judgement_hits *hits = &setup->hits[i];
        if (strcmp(hits->hits->workload, workload->name) != 0 ||
            judged_row_find(workload, hits->policy) != NULL)
            continue;
        struct judged_row *row = row_add(workload);
        row->variant = hits->policy;
        row->limits = &hits->limits;
        row->replayed = hits->hits;
        row->seed = hits->seed;
    }
}

static const char *reference_choose(const struct judgement_setup *setup)
{
    const char *wanted = setup->reference != NULL ? setup->reference : JUDGEMENT_REFERENCE;
    for (size_t i = 0; i < setup->count; i++)
        if (strcmp(setup->results[i]->variant, wanted) == 0)
            return setup->results[i]->variant;
    return setup->count > 0 ? setup->results[0]->variant : "";
}

static bool was_added(const struct judgement *judgement, const char *workload)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (strcmp(judgement->workloads[i].name, workload) == 0)
            return true;
    return false;
}

static void workload_add(struct judgement *judgement, const char *name)
{
    if (was_added(judgement, name))
        return;
    struct judged_workload *workload = &judgement->workloads[judgement->count++];
    snprintf(workload->name, sizeof workload->name, "%s", name);
}

static void workloads_add(struct judgement *judgement, const struct result *result)
{
    for (size_t i = 0; i < result->summary_count; i++)
        workload_add(judgement, result->summaries[i].workload);
    for (size_t i = 0; i < result->hits_count; i++)
        workload_add(judgement, result->hits[i].workload);
    for (size_t i = 0; i < result->speed_count; i++)
        workload_add(judgement, result->speeds[i].workload);
}

static size_t workloads_most(const struct judgement_setup *setup)
{
    size_t most = 1;
    for (size_t i = 0; i < setup->count; i++)
        most += setup->results[i]->summary_count + setup->results[i]->hits_count +
                setup->results[i]->speed_count;
    return most;
}

struct judgement *judgement_make(const struct judgement_setup *setup)
{
    struct judgement *judgement = xcalloc(1, sizeof *judgement);
    judgement->reference = reference_choose(setup);
    judgement->workloads = xcalloc(workloads_most(setup), sizeof *judgement->workloads);
    for (size_t i = 0; i < setup->count; i++)
        workloads_add(judgement, setup->results[i]);
    for (size_t i = 0; i < judgement->count; i++) {
        struct judged_workload *workload = &judgement->workloads[i];
        rows_fill(workload, setup);
        judge_speed(workload, judgement->reference, setup->control);
        judge_hits(workload, judgement->reference);
        judge_notes(workload, judgement->reference);
        workload->hits_words = hits_sentence(workload, judgement->reference);
        workload->speed_words = speed_sentence(workload, judgement->reference);
    }
    judgement->memory_words = memory_sentence(judgement);
    return judgement;
}

static void notes_free(struct judged_workload *workload)
{
    for (size_t i = 0; i < workload->note_count; i++)
        free(workload->notes[i]);
    free(workload->notes);
}

void judgement_destroy(struct judgement *judgement)
{
    if (judgement == NULL)
        return;
    for (size_t i = 0; i < judgement->count; i++) {
        notes_free(&judgement->workloads[i]);
        free(judgement->workloads[i].rows);
        free(judgement->workloads[i].hits_words);
        free(judgement->workloads[i].speed_words);
    }
    free(judgement->workloads);
    free(judgement->memory_words);
    free(judgement);
}
