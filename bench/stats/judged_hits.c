/* judged_hits.c - ranks policies by their exact hits. */
#include "judgement_parts.h"

#include "sentence.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long judged_hits_steps(double ratio)
{
    return lround(ratio / JUDGEMENT_HITS_STEP);
}

/* Whether the hits of the policy compare with those of others: it has a limit and stores something.
 * Measured hits do not, nor those of a server that runs another policy. */
static bool is_compared(const struct judged_row *row)
{
    return row->replayed != NULL && row->replayed->entries > 0 && !row->served.differs &&
           !row->is_apart && (row->limits->capacity_entries > 0 || row->limits->capacity_bytes > 0);
}

/* Whether both were replayed over the same requests within the same limits. */
static bool share_replay(const struct judged_row *one, const struct judged_row *other)
{
    const struct result_hits *a = one->replayed, *b = other->replayed;
    return strcmp(a->ids, b->ids) == 0 && one->seed == other->seed && a->requests == b->requests &&
           a->steady_requests == b->steady_requests &&
           one->limits->capacity_entries == other->limits->capacity_entries &&
           one->limits->capacity_bytes == other->limits->capacity_bytes;
}

/* The reference, or without hits of its own the first row that has some. */
static const struct judged_row *base_of(const struct judged_workload *workload,
                                        const char *reference)
{
    const struct judged_row *named = judged_row_find(workload, reference);
    size_t i = 0;
    if (named != NULL && is_compared(named))
        return named;
    while (i + 1 < workload->row_count && !is_compared(&workload->rows[i]))
        i++;
    return &workload->rows[i];
}

/* Ranked are those that share the replay of the base. */
static void apart_mark(struct judged_workload *workload, const char *reference)
{
    const struct judged_row *base = base_of(workload, reference);
    for (size_t i = 0; i < workload->row_count; i++) {
        struct judged_row *row = &workload->rows[i];
        row->is_apart = is_compared(row) && !share_replay(row, base);
    }
}

static void ratios_fill(struct judged_row *row)
{
    const struct result_hits *hits = row->replayed;
    if (hits == NULL) {
        if (row->run != NULL && row->run->load.hits + row->run->load.misses > 0)
            row->hit_ratio = row->run->load.hit_ratio;
        return;
    }
    row->hit_ratio = stats_ratio((double)hits->hits, (double)hits->requests);
    if (hits->steady_requests == 0)
        return;
    row->cold_hit_ratio = row->hit_ratio;
    row->hit_ratio = stats_ratio((double)hits->steady_hits, (double)hits->steady_requests);
}

static void rank_fill(struct judged_workload *workload, struct judged_row *row)
{
    row->hits_rank = is_compared(row);
    for (size_t i = 0; i < workload->row_count && row->hits_rank > 0; i++)
        if (is_compared(&workload->rows[i]) &&
            judged_hits_steps(workload->rows[i].hit_ratio) > judged_hits_steps(row->hit_ratio))
            row->hits_rank++;
}

/* Most hits first; measured ones and those of other requests behind, unknown ones last. */
static int hits_order(const void *left, const void *right)
{
    const struct judged_row *a = left, *b = right;
    int exact = (b->replayed != NULL && !b->is_apart) - (a->replayed != NULL && !a->is_apart);
    if (exact != 0 || isnan(a->hit_ratio) || isnan(b->hit_ratio))
        return exact != 0 ? exact : isnan(a->hit_ratio) - isnan(b->hit_ratio);
    long more = judged_hits_steps(b->hit_ratio) - judged_hits_steps(a->hit_ratio);
    return (more > 0) - (more < 0);
}

/* Insertion: equal rows keep their order. */
static void rows_sort(struct judged_row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct judged_row moved = rows[i];
        size_t to = i;
        for (; to > 0 && hits_order(&rows[to - 1], &moved) > 0; to--)
            rows[to] = rows[to - 1];
        rows[to] = moved;
    }
}

void judge_hits(struct judged_workload *workload, const char *reference)
{
    size_t ranked = 0, served = workload->served_count;
    apart_mark(workload, reference);
    for (size_t i = 0; i < workload->row_count; i++)
        ratios_fill(&workload->rows[i]);
    for (size_t i = 0; i < workload->row_count; i++) {
        struct judged_row *row = &workload->rows[i];
        rank_fill(workload, row);
        ranked += row->hits_rank > 0;
        workload->hits_differ |= row->hits_rank > 1;
        workload->cold_differs |=
            !isnan(row->cold_hit_ratio) &&
            judged_hits_steps(row->cold_hit_ratio) != judged_hits_steps(row->hit_ratio);
    }
    workload->hits_ranked = ranked > 1 && workload->hits_differ;
    if (!workload->hits_ranked)
        return;
    rows_sort(workload->rows, served);
    rows_sort(workload->rows + served, workload->row_count - served);
}

const char *judged_hits_text(const struct judged_row *row, double ratio,
                             char text[JUDGEMENT_TEXT_BYTES])
{
    if (isnan(ratio))
        snprintf(text, JUDGEMENT_TEXT_BYTES, "-");
    else
        snprintf(text, JUDGEMENT_TEXT_BYTES, "%s%.1f %%", row->replayed == NULL ? "~" : "",
                 0.1 * (double)judged_hits_steps(ratio));
    return text;
}

/* The sentence. */

static size_t compared_count(const struct judged_workload *workload, uint64_t rank)
{
    size_t count = 0;
    for (size_t i = 0; i < workload->row_count; i++)
        count += rank == 0 ? workload->rows[i].hits_rank > 0 : workload->rows[i].hits_rank == rank;
    return count;
}

/* One of those that are compared. */
static const struct judged_row *compared_find(const struct judged_workload *workload)
{
    const struct judged_row *any = workload->rows;
    while (any->hits_rank == 0)
        any++;
    return any;
}

/* " at 10,000 entries": the limit of all that are compared. */
static void limit_print(FILE *out, const struct judged_workload *workload)
{
    const struct result_limits *limits = compared_find(workload)->limits;
    char text[UNITS_TEXT_BYTES];
    if (limits->capacity_entries > 0)
        fprintf(out, " at %s entries", units_format_count(text, limits->capacity_entries));
    if (limits->capacity_bytes > 0)
        fprintf(out, "%s %s", limits->capacity_entries > 0 ? " and" : " at",
                units_format_size(text, (double)limits->capacity_bytes));
}

/* "s3fifo hits", "arc and lirs hit", "7 of them hit". Returns one of them. */
static const struct judged_row *best_print(FILE *out, const struct judged_workload *workload)
{
    const char *names[JUDGEMENT_NAMES_MAX];
    const struct judged_row *best = NULL;
    size_t count = 0;
    for (size_t i = 0; i < workload->row_count; i++) {
        if (workload->rows[i].hits_rank != 1)
            continue;
        best = &workload->rows[i];
        if (count < JUDGEMENT_NAMES_MAX)
            names[count] = best->variant;
        count++;
    }
    if (count <= JUDGEMENT_NAMES_MAX)
        sentence_list(out, names, count);
    else
        fprintf(out, "%zu of them", count);
    fputs(count == 1 ? " hits" : " hit", out);
    return best;
}

static void best_describe(FILE *out, const struct judged_workload *workload, const char *reference)
{
    const struct judged_row *lru = judged_row_find(workload, reference);
    char text[JUDGEMENT_TEXT_BYTES];
    const struct judged_row *best = best_print(out, workload);
    fprintf(out, " most: %s%s", judged_hits_text(best, best->hit_ratio, text),
            isnan(best->cold_hit_ratio) ? "" : " once warm");
    if (lru != NULL && lru->hits_rank > 1)
        fprintf(out, ", %s %s", reference, judged_hits_text(lru, lru->hit_ratio, text));
}

/* What the servers say of themselves that is not so. */
static void others_print(FILE *out, const struct judged_workload *workload)
{
    char words[RESULT_WORDS_BYTES];
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        if (row->served.differs)
            fprintf(out, "%s%s", ftell(out) > 0 ? "; " : "",
                    served_hits_describe(&row->served, row->result, words));
    }
}

char *hits_sentence(const struct judged_workload *workload, const char *reference)
{
    size_t compared = compared_count(workload, 0), bytes;
    char *text, ratio[JUDGEMENT_TEXT_BYTES];
    FILE *out = xmemstream(&text, &bytes);
    if (compared > 1 && workload->hits_differ) {
        fprintf(out, "of %zu policies with a limit", compared);
        limit_print(out, workload);
        fputs(", ", out);
        best_describe(out, workload, reference);
    } else if (compared > 1) {
        const struct judged_row *any = compared_find(workload);
        fprintf(out, "all %zu policies with a limit", compared);
        limit_print(out, workload);
        fprintf(out, " hit the same: %s%s", judged_hits_text(any, any->hit_ratio, ratio),
                isnan(any->cold_hit_ratio) ? "" : " once warm");
    }
    others_print(out, workload);
    fclose(out);
    return text;
}
