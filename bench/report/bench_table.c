/* bench_table.c - draws the judgement of a bench. */
#include "bench_table.h"

#include "count_of.h"
#include "options_help.h"
#include "printable.h"
#include "table.h"
#include "verdict.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define NOTE_MARGIN     4
#define WIDTH           100
#define BYTES_OF_MIB    (1024.0 * 1024.0)
#define SIZE_FINE       1.0 /* MiB below which two digits follow the point */
#define CELL_TEXT_BYTES RESULT_NAME_BYTES

/* What a cell shows of a row; "" or "-" for nothing. */
struct cell_context {
    const struct judgement *judgement;
    const struct judged_workload *workload;
    const struct judged_row *row;
};

static const char *size_text(const struct cell_context *cell, size_t offset, char *text)
{
    const struct result_run *run = cell->row->run;
    bool ours = cell->row->result->policy[0] != '\0';
    if (run == NULL || run->sample_count == 0 ||
        (!ours && offset != offsetof(struct result_sample, rss_bytes)))
        return "-";
    const struct result_sample *last = &run->samples[run->sample_count - 1];
    double mib = (double)*(const uint64_t *)((const char *)last + offset) / BYTES_OF_MIB;
    snprintf(text, CELL_TEXT_BYTES, "%.*f", mib < SIZE_FINE ? 2 : 1, mib);
    return text;
}

static const char *payload_text(const struct cell_context *cell, char *text)
{
    return size_text(cell, offsetof(struct result_sample, payload_bytes), text);
}

static const char *cache_text(const struct cell_context *cell, char *text)
{
    return size_text(cell, offsetof(struct result_sample, cache_bytes), text);
}

static const char *rss_text(const struct cell_context *cell, char *text)
{
    return size_text(cell, offsetof(struct result_sample, rss_bytes), text);
}

/* The title has the unit. */
static const char *ratio_text(const struct judged_row *row, double ratio, char *text)
{
    judged_hits_text(row, ratio, text);
    text[strcspn(text, " ")] = '\0';
    return text;
}

static const char *hits_text(const struct cell_context *cell, char *text)
{
    return ratio_text(cell->row, cell->row->hit_ratio, text);
}

static const char *cold_text(const struct cell_context *cell, char *text)
{
    return cell->workload->cold_differs ? ratio_text(cell->row, cell->row->cold_hit_ratio, text)
                                        : "-";
}

static const char *cpu_text(const struct cell_context *cell, char *text)
{
    return judged_cpu_text(cell->judgement, cell->row, text);
}

static const char *rank_text(bool shown, uint64_t rank, char *text)
{
    if (!shown || rank == 0)
        return "-";
    snprintf(text, CELL_TEXT_BYTES, "%llu", (unsigned long long)rank);
    return text;
}

static const char *hits_rank_text(const struct cell_context *cell, char *text)
{
    return rank_text(cell->workload->hits_ranked, cell->row->hits_rank, text);
}

static const char *cpu_rank_text(const struct cell_context *cell, char *text)
{
    return rank_text(cell->workload->speed.resolved, cell->row->cpu_rank, text);
}

/* The columns behind variant and verdict. */
enum { COLUMN_HITS = 3 };
static const struct {
    const char *head;
    const char *(*text)(const struct cell_context *cell, char *text);
} columns[] = {
    {"payload", payload_text}, {"cache", cache_text},
    {"RSS", rss_text},         [COLUMN_HITS] = {"hits", hits_text},
    {"#", hits_rank_text},     {"cold", cold_text},
    {"CPU", cpu_text},         {"#", cpu_rank_text},
};
#define COLUMNS COUNT_OF(columns)

static const enum table_tone class_tones[VERDICT_CLASSES] = {
    [VERDICT_BOUNDED] = TABLE_GOOD,          [VERDICT_WARMING] = TABLE_DOUBTFUL,
    [VERDICT_LEAK_CONTAINER] = TABLE_BAD,    [VERDICT_LEAK_UNREACHABLE] = TABLE_BAD,
    [VERDICT_LEAK_EXPIRED] = TABLE_BAD,      [VERDICT_FRAGMENTATION] = TABLE_DOUBTFUL,
    [VERDICT_NOT_RETURNED] = TABLE_DOUBTFUL, [VERDICT_UNDECIDED] = TABLE_DOUBTFUL,
    [VERDICT_LEAK_GROWS] = TABLE_BAD,        [VERDICT_NO_ACTIVITY] = TABLE_DOUBTFUL,
};

/* Whether something stands in the column, and in no case the same in all of several rows. */
static bool column_is_shown(const struct judgement *judgement,
                            const struct judged_workload *workload, size_t column)
{
    char text[CELL_TEXT_BYTES], first[CELL_TEXT_BYTES] = "-";
    bool differ = false;
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct cell_context cell = {judgement, workload, &workload->rows[i]};
        const char *here = columns[column].text(&cell, text);
        differ |= i > 0 && strcmp(here, first) != 0;
        if (i == 0)
            snprintf(first, sizeof first, "%s", here);
    }
    return differ || (workload->served_count == 1 && strcmp(first, "-") != 0);
}

static void verdict_cell(struct table *table, const struct judged_row *row)
{
    char brief[RESULT_NAME_BYTES];
    if (row->run != NULL)
        table_cell(table, class_tones[row->run->verdict.class], "%s",
                   verdict_brief(&row->run->verdict, brief));
    else if (row->summary != NULL)
        table_cell(table, TABLE_BAD, "failed");
    else
        table_cell(table, TABLE_FAINT, "-");
}

static void rows_print(const struct judgement *judgement, const struct judged_workload *workload,
                       FILE *out)
{
    struct table_column heads[COLUMNS + 2] = {{"variant", TABLE_LEFT}, {"verdict", TABLE_LEFT}};
    size_t shown[COLUMNS], count = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        if (column_is_shown(judgement, workload, i)) {
            heads[2 + count] = (struct table_column){columns[i].head, TABLE_RIGHT};
            shown[count++] = i;
        }
    struct table *table = table_create(heads, 2 + count);
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct cell_context cell = {judgement, workload, &workload->rows[i]};
        char text[CELL_TEXT_BYTES];
        table_cell(table, TABLE_PLAIN, "%s", cell.row->variant);
        verdict_cell(table, cell.row);
        for (size_t j = 0; j < count; j++) {
            const char *here = columns[shown[j]].text(&cell, text);
            table_cell(table, strcmp(here, "-") == 0 ? TABLE_FAINT : TABLE_PLAIN, "%s", here);
        }
    }
    table_set_width(table, WIDTH);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
}

/* The name of the workload, and what the figures below it are. */
static void title_print(const struct judgement *judgement, const struct judged_workload *workload,
                        FILE *out)
{
    bool warm = false, measured = false, hits = column_is_shown(judgement, workload, COLUMN_HITS);
    for (size_t i = 0; i < workload->served_count; i++) {
        warm |= !isnan(workload->rows[i].cold_hit_ratio);
        measured |= !isnan(workload->rows[i].hit_ratio) && workload->rows[i].replayed == NULL;
    }
    printable_print(out, "%s (memory in MiB at the end%s%s", workload->name,
                    !hits  ? ""
                    : warm ? "; hits in %, once warm"
                           : "; hits in %",
                    hits && measured ? "; ~ as measured" : "");
    if (workload->speed.known)
        printable_print(out, "; CPU per request, %s = 1", judgement->reference);
    fprintf(out, ")\n");
}

static void workload_print(const struct judgement *judgement,
                           const struct judged_workload *workload, FILE *out)
{
    title_print(judgement, workload, out);
    rows_print(judgement, workload, out);
    for (size_t i = 0; i < workload->note_count; i++)
        text_wrap(workload->notes[i], fprintf(out, "  "), NOTE_MARGIN, WIDTH, out);
    fputs("\n", out);
}

static void sentence_print(const char *subject, const char *workload, const char *sentence,
                           FILE *out)
{
    if (*sentence == '\0')
        return;
    int at = printable_print(out, "%s%s%s: ", subject, *workload ? " under " : "", workload);
    text_wrap(sentence, at, NOTE_MARGIN, WIDTH, out);
}

void bench_table_print(const struct judgement *judgement, FILE *out)
{
    for (size_t i = 0; i < judgement->count; i++)
        workload_print(judgement, &judgement->workloads[i], out);
    sentence_print("Memory", "", judgement->memory_words, out);
    for (size_t i = 0; i < judgement->count; i++) {
        const struct judged_workload *workload = &judgement->workloads[i];
        sentence_print("Hits", workload->name, workload->hits_words, out);
        sentence_print("CPU", workload->name, workload->speed_words, out);
    }
}
