/* confusion_matrix.c - how often each class was given for each that was expected. */
#include "confusion_matrix.h"

#include "printable.h"
#include "table.h"
#include "verdict.h"
#include "xmalloc.h"

#include <stdlib.h>

#define FAILED  VERDICT_CLASSES /* the last column */
#define COLUMNS (VERDICT_CLASSES + 1)

void matrix_add(struct matrix *matrix, const struct matrix_run *run)
{
    matrix->runs = growable(matrix->runs, &matrix->room, matrix->count + 1, sizeof *matrix->runs);
    matrix->runs[matrix->count++] = *run;
}

void matrix_free(struct matrix *matrix)
{
    free(matrix->runs);
    *matrix = (struct matrix){.runs = NULL};
}

enum matrix_outcome matrix_outcome_of(const struct matrix_run *run)
{
    const struct result_verdict *verdict = &run->verdict;
    if (run->failed)
        return MATRIX_FAILED;
    if (verdict->class == run->expected)
        return MATRIX_RIGHT;
    bool missed = verdict_is_leak(run->expected) && verdict->class == VERDICT_BOUNDED;
    bool clear_leak =
        verdict_is_leak(verdict->class) && verdict->low >= VERDICT_LEAK_BYTES_PER_REQUEST;
    return missed || clear_leak ? MATRIX_WRONG : MATRIX_UNDECIDED;
}

const char *matrix_outcome_name(enum matrix_outcome outcome)
{
    static const char *const names[MATRIX_OUTCOMES] = {"right", "undecided", "WRONG", "FAILED"};
    return names[outcome];
}

size_t matrix_count(const struct matrix *matrix, enum matrix_outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < matrix->count; i++)
        count += matrix_outcome_of(&matrix->runs[i]) == outcome;
    return count;
}

struct counts {
    size_t of[VERDICT_CLASSES][COLUMNS]; /* first index: expected; second: given */
};

static struct counts runs_count(const struct matrix *matrix)
{
    struct counts counts = {0};
    for (size_t i = 0; i < matrix->count; i++) {
        const struct matrix_run *run = &matrix->runs[i];
        counts.of[run->expected][run->failed ? FAILED : run->verdict.class]++;
    }
    return counts;
}

static size_t row_sum(const struct counts *counts, size_t expected)
{
    size_t sum = 0;
    for (size_t given = 0; given < COLUMNS; given++)
        sum += counts->of[expected][given];
    return sum;
}

static enum table_tone tone_of(size_t expected, size_t given)
{
    if (expected == given)
        return TABLE_GOOD;
    bool missed = verdict_is_leak((enum verdict_class)expected) && given == VERDICT_BOUNDED;
    bool leak = given != FAILED && verdict_is_leak((enum verdict_class)given);
    return given == FAILED || missed || leak ? TABLE_BAD : TABLE_DOUBTFUL;
}

static void counts_print(const struct counts *counts, bool colours, FILE *out)
{
    struct table_column columns[COLUMNS + 1] = {{"expected \\ given", TABLE_LEFT}};
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        columns[i + 1] = (struct table_column){verdict_class_name(i), TABLE_RIGHT};
    columns[COLUMNS] = (struct table_column){"failed", TABLE_RIGHT};
    struct table *table = table_create(columns, COLUMNS + 1);
    for (size_t expected = 0; expected < VERDICT_CLASSES; expected++) {
        if (row_sum(counts, expected) == 0)
            continue;
        table_cell(table, TABLE_PLAIN, "%s", verdict_class_name(expected));
        for (size_t given = 0; given < COLUMNS; given++)
            if (counts->of[expected][given] == 0)
                table_cell(table, TABLE_FAINT, ".");
            else
                table_cell(table, tone_of(expected, given), "%zu", counts->of[expected][given]);
    }
    table_print_within(table, colours, 0, out);
    table_destroy(table);
}

static void others_print(const struct matrix *matrix, FILE *out)
{
    for (size_t i = 0; i < matrix->count; i++) {
        const struct matrix_run *run = &matrix->runs[i];
        enum matrix_outcome outcome = matrix_outcome_of(run);
        if (outcome != MATRIX_RIGHT)
            printable_print(out, "%s: %s, %s, seed %llu: expected %s, given %s: %s\n",
                            matrix_outcome_name(outcome), run->policy, run->scenario,
                            (unsigned long long)run->seed, verdict_class_name(run->expected),
                            run->failed ? "nothing" : verdict_class_name(run->verdict.class),
                            run->verdict.words);
    }
}

void matrix_print(const struct matrix *matrix, bool colours, FILE *out)
{
    struct counts counts = runs_count(matrix);
    counts_print(&counts, colours, out);
    fprintf(
        out, "\n%zu of %zu verdicts are right, %zu are undecided, %zu are wrong; %zu runs failed\n",
        matrix_count(matrix, MATRIX_RIGHT), matrix->count, matrix_count(matrix, MATRIX_UNDECIDED),
        matrix_count(matrix, MATRIX_WRONG), matrix_count(matrix, MATRIX_FAILED));
    others_print(matrix, out);
}

static json_t *run_json(const struct matrix_run *run)
{
    const struct result_verdict *verdict = &run->verdict;
    return json_pack("{s:s, s:s, s:I, s:s, s:s, s:b, s:s, s:f, s:I, s:I, s:s}", "variant",
                     run->policy, "scenario", run->scenario, "seed", (json_int_t)run->seed,
                     "expected", verdict_class_name(run->expected), "given",
                     run->failed ? "failed" : verdict_class_name(verdict->class), "right",
                     matrix_outcome_of(run) == MATRIX_RIGHT, "grows", verdict->grows,
                     "bytes_per_request", verdict->bytes_per_request, "requests",
                     (json_int_t)run->requests, "judged_requests",
                     (json_int_t)verdict->judged_requests, "words", verdict->words);
}

static json_t *counts_json(const struct counts *counts)
{
    json_t *object = json_object();
    for (size_t expected = 0; expected < VERDICT_CLASSES; expected++) {
        json_t *row = json_object();
        for (size_t given = 0; given < COLUMNS; given++)
            json_object_set_new(row, given == FAILED ? "failed" : verdict_class_name(given),
                                json_integer((json_int_t)counts->of[expected][given]));
        json_object_set_new(object, verdict_class_name(expected), row);
    }
    return object;
}

json_t *matrix_json(const struct matrix *matrix, double seconds)
{
    struct counts counts = runs_count(matrix);
    json_t *runs = json_array();
    for (size_t i = 0; i < matrix->count; i++)
        json_array_append_new(runs, run_json(&matrix->runs[i]));
    return json_pack("{s:s, s:f, s:I, s:I, s:I, s:o, s:o}", "schema", "tidemark/verdicts/1",
                     "seconds", seconds, "wrong", (json_int_t)matrix_count(matrix, MATRIX_WRONG),
                     "undecided", (json_int_t)matrix_count(matrix, MATRIX_UNDECIDED), "failed",
                     (json_int_t)matrix_count(matrix, MATRIX_FAILED), "matrix",
                     counts_json(&counts), "runs", runs);
}
