/* judgement_parts.h - the parts of a judgement. Internal to it. */
#pragma once

#include "judgement.h"

/* Fill in what the rows and the workload say about the subject. */
void judge_hits(struct judged_workload *workload, const char *reference);
void judge_speed(struct judged_workload *workload, const char *reference,
                 const struct result *control);
void judge_memory(struct judged_row *row, const char *workload);
void judge_notes(struct judged_workload *workload, const char *reference);

/* Runs that did not fail; the row has a summary. */
static inline uint64_t judged_runs(const struct judged_row *row)
{
    return row->summary->runs - row->summary->failed;
}

/* The sentences: the caller frees them. */
char *hits_sentence(const struct judged_workload *workload, const char *reference);
char *speed_sentence(const struct judged_workload *workload, const char *reference);
char *memory_sentence(const struct judgement *judgement);

/* Hits as whole steps of JUDGEMENT_HITS_STEP, as they are printed. */
long judged_hits_steps(double ratio);
const struct judged_row *judged_row_find(const struct judged_workload *workload,
                                         const char *variant);
