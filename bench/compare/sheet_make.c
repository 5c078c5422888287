/* sheet_make.c - sets the books of a shelf against each other. */
#include "sheet_make.h"

#include <stdlib.h>
#include <string.h>

#define SEED 1 /* of the bootstrap: the same files give the same sheet */

int sheet_figures_choose(struct sheet_wish *wish, const char *list, char error[BOOK_REASON_BYTES])
{
    bool all = list != NULL && strcmp(list, "all") == 0;
    for (size_t i = 0; i < figures_count; i++)
        wish->figures[i] = all || figures[i].is_default;
    while (!all && list != NULL && *list != '\0') {
        size_t count = strcspn(list, ",");
        bool found = false;
        for (int source = SOURCE_RESULT; source <= SOURCE_HYPERFINE; source++) {
            const struct figure *figure = figure_find(list, count, (enum figure_source)source);
            if (figure != NULL)
                found = wish->figures[figure - figures] = true;
        }
        if (!found) {
            snprintf(error, BOOK_REASON_BYTES,
                     "--figures: there is no '%.*s'; --figures help lists them",
                     (int)(count < 80 ? count : 80), list);
            return -1;
        }
        list += count + (list[count] == ',');
    }
    return 0;
}

static void gated_choose(struct sheet_wish *wish)
{
    for (size_t i = 0; i < wish->gate_count; i++)
        for (size_t j = 0; j < figures_count; j++)
            wish->figures[j] |= gate_is_about(&wish->gates[i], &figures[j]);
}

static void pairs_judge(struct sheet *sheet, const struct sheet_wish *wish)
{
    for (size_t i = 0; i < sheet->pair_count; i++) {
        struct sheet_pair *pair = &sheet->pairs[i];
        if (match_refuses(pair->before, pair->after, wish->allowed, pair->refusal))
            continue;
        pair->refusal[0] = '\0';
        pair->in_turns = match_is_in_turns(pair->before, pair->after);
        match_differences(pair->before, pair->after, pair->differences);
    }
}

static struct comparison *comparison_add(struct sheet *sheet, const struct sheet_pair *pair)
{
    struct comparison *comparison = &sheet->comparisons[sheet->comparison_count++];
    memcpy(comparison->variant, pair->variant, sizeof comparison->variant);
    return comparison;
}

/* Neither side may know a figure, such as instructions where they cannot be counted. */
static bool is_known(const struct book_series *before, const struct book_series *after)
{
    return before != NULL && after != NULL &&
           before->count + before->left_out + after->count + after->left_out > 0;
}

/* What the pair has of one workload: the figures that are wished for, then the verdict. */
static void workload_compare(struct sheet *sheet, const struct sheet_pair *pair,
                             const char *workload, const struct sheet_wish *wish)
{
    struct compare_setup setup = {.in_turns = pair->in_turns, .floor = wish->floor, .seed = SEED};
    for (size_t i = 0; i < figures_count; i++) {
        const struct book_series *before = book_find(pair->before, workload, &figures[i]);
        const struct book_series *after = book_find(pair->after, workload, &figures[i]);
        if (wish->figures[i] && is_known(before, after))
            compare_series(comparison_add(sheet, pair), before, after, &setup);
    }
    const struct book_verdict *before = book_verdict_find(pair->before, workload);
    const struct book_verdict *after = book_verdict_find(pair->after, workload);
    if (before != NULL && after != NULL)
        compare_verdicts(comparison_add(sheet, pair), before, after);
}

/* A workload is listed where the first pair that has it comes. */
static bool was_listed(const struct sheet *sheet, size_t pair, size_t series)
{
    const char *workload = sheet->pairs[pair].before->series[series]->workload;
    for (size_t i = 0; i < series; i++)
        if (strcmp(sheet->pairs[pair].before->series[i]->workload, workload) == 0)
            return true;
    for (size_t i = 0; i < pair; i++)
        if (sheet->pairs[i].refusal[0] == '\0' &&
            book_has_workload(sheet->pairs[i].before, workload))
            return true;
    return false;
}

static void pairs_compare(struct sheet *sheet, const struct sheet_wish *wish)
{
    for (size_t i = 0; i < sheet->pair_count; i++) {
        const struct book *before = sheet->pairs[i].before;
        for (size_t j = 0; sheet->pairs[i].refusal[0] == '\0' && j < before->series_count; j++)
            for (size_t k = i; k < sheet->pair_count && !was_listed(sheet, i, j); k++)
                if (sheet->pairs[k].refusal[0] == '\0')
                    workload_compare(sheet, &sheet->pairs[k], before->series[j]->workload, wish);
    }
}

/* No more comparisons than series and verdicts on the old side. */
static void room_make(struct sheet *sheet)
{
    size_t room = 1;
    for (size_t i = 0; i < sheet->pair_count; i++)
        room += sheet->pairs[i].before->series_count + sheet->pairs[i].before->verdict_count;
    sheet->comparisons = memory_alloc_zeroed(sheet->zone, room * sizeof *sheet->comparisons);
}

static void gates_ask(struct sheet *sheet, const struct sheet_wish *wish)
{
    size_t room = wish->gate_count * (sheet->comparison_count + 1) + 1;
    sheet->gates = wish->gates;
    sheet->gate_count = wish->gate_count;
    sheet->findings = memory_alloc_zeroed(sheet->zone, room * sizeof *sheet->findings);
    sheet->finding_count = gates_decide(sheet->findings, sheet->gates, sheet->gate_count,
                                        sheet->comparisons, sheet->comparison_count);
}

struct sheet *sheet_make(struct shelf *shelf, const struct sheet_wish *wished)
{
    struct memory_zone *zone = memory_zone_create();
    struct sheet *sheet = memory_alloc_zeroed(zone, sizeof *sheet);
    struct sheet_wish wish = *wished;
    sheet->zone = zone;
    gated_choose(&wish);
    sheet->pairs = memory_alloc_zeroed(zone, SHELF_PATHS_MAX * sizeof *sheet->pairs);
    sheet->pair_count = shelf_pairs(shelf, sheet->pairs);
    sheet->notes = shelf->notes;
    sheet->note_count = shelf->note_count;
    pairs_judge(sheet, &wish);
    room_make(sheet);
    pairs_compare(sheet, &wish);
    compare_decide(sheet->comparisons, sheet->comparison_count);
    for (size_t i = 0; i < sheet->comparison_count; i++)
        sheet->tests += compare_is_tested(&sheet->comparisons[i]);
    gates_ask(sheet, &wish);
    return sheet;
}

void sheet_destroy(struct sheet *sheet)
{
    struct memory_zone *zone = sheet->zone;
    memory_free(sheet->findings);
    memory_free(sheet->comparisons);
    memory_free(sheet->pairs);
    memory_free(sheet);
    memory_zone_destroy(zone);
}
