/* judged_notes.c - what a reader must know of a workload beyond its figures, a line each. */
#include "judgement_parts.h"

#include "printable.h"
#include "sentence.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Takes the text over, which may be what a program printed. */
static void note_add(struct judged_workload *workload, char *text)
{
    workload->notes = growable(workload->notes, &workload->note_capacity, workload->note_count + 1,
                               sizeof *workload->notes);
    workload->notes[workload->note_count++] = text_printable(text);
}

static void hits_note(struct judged_workload *workload, const struct judged_row *row)
{
    char words[RESULT_WORDS_BYTES];
    if (row->served.differs)
        note_add(workload, xstrdup(served_hits_describe(&row->served, row->result, words)));
}

static void count_note(struct judged_workload *workload, const struct judged_row *row,
                       uint64_t count, uint64_t of, const char *what)
{
    if (count > 0)
        note_add(workload, xasprintf("%s: %llu of %llu %s", row->variant, (unsigned long long)count,
                                     (unsigned long long)of, what));
}

/* Why a run of the workload failed; "" if none did. */
static const char *failure_of(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status == RUN_FAILED &&
            strcmp(result->runs[i]->workload, workload) == 0)
            return result->runs[i]->reason;
    return "";
}

static void runs_notes(struct judged_workload *workload, const struct judged_row *row)
{
    const struct result_summary *summary = row->summary;
    if (summary == NULL)
        return;
    const char *reason = failure_of(row->result, summary->workload);
    char *failed = xasprintf("runs failed%s%s", *reason != '\0' ? ": " : "", reason);
    count_note(workload, row, judged_runs(row) - summary->verdicts[summary->class], summary->runs,
               "runs have another verdict");
    count_note(workload, row, summary->capped, summary->runs,
               "runs passed the memory cap and were stopped");
    count_note(workload, row, summary->failed, summary->runs, failed);
    free(failed);
}

/* The server's CPU time counts even then: what a request costs does not depend on who waited. */
static void generator_note(struct judged_workload *workload, const struct judged_row *row)
{
    uint64_t limited = 0, all = 0;
    for (size_t i = 0; i < row->result->speed_count; i++)
        if (strcmp(row->result->speeds[i].workload, workload->name) == 0) {
            limited += row->result->speeds[i].bottleneck;
            all++;
        }
    count_note(workload, row, limited, all,
               "repetitions were limited by the load generator: of their speeds only the CPU time "
               "counts");
}

/* "SAID: lru and sieve", of those for which `is` holds. */
static void rows_note(struct judged_workload *workload, const char *said,
                      bool (*is)(const struct judged_row *row, unsigned what), unsigned what)
{
    const char **names = xcalloc(workload->row_count + 1, sizeof *names);
    char *list;
    size_t count = 0, bytes;
    FILE *out = xmemstream(&list, &bytes);
    for (size_t i = 0; i < workload->row_count; i++)
        if (is(&workload->rows[i], what))
            names[count++] = workload->rows[i].variant;
    sentence_list(out, names, count);
    fclose(out);
    if (count > 0)
        note_add(workload, xasprintf("%s: %s", said, list));
    free(list);
    free(names);
}

static bool is_apart(const struct judged_row *row, unsigned what)
{
    (void)what;
    return row->is_apart;
}

static bool lacks(const struct judged_row *row, unsigned lack)
{
    return row->result != NULL && row->lack == (enum judged_lack)lack;
}

/* Where no speed was measured at all, that is no news. */
static void lack_notes(struct judged_workload *workload)
{
    for (unsigned lack = workload->speed.known ? LACK_SPEEDS : LACK_REFERENCE; lack < JUDGED_LACKS;
         lack++) {
        char *said = xasprintf("no CPU figure, since %s", judged_lacks[lack]);
        rows_note(workload, said, lacks, lack);
        free(said);
    }
}

void judge_notes(struct judged_workload *workload, const char *reference)
{
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        hits_note(workload, row);
        runs_notes(workload, row);
        generator_note(workload, row);
    }
    rows_note(workload, "hits not ranked, since their requests or limits are others", is_apart, 0);
    lack_notes(workload);
    if (workload->speed.known && !isnan(workload->speed.half) && !workload->speed.has_control)
        note_add(workload, xasprintf("no second copy of %s took part in all repetitions: an error "
                                     "of the method would not show",
                                     reference));
}
