/* confusion_matrix.c - how often each class was given for each that was expected. */
#include "confusion_matrix.h"

#include "table.h"

#include "files.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FAILED  VERDICT_CLASSES /* the last column */
#define COLUMNS (VERDICT_CLASSES + 1)

struct matrix *matrix_create(size_t room)
{
    struct memory_zone *zone = memory_zone_create();
    struct matrix *matrix = memory_alloc_zeroed(zone, sizeof *matrix);
    matrix->zone = zone;
    matrix->room = room;
    matrix->runs = memory_alloc_zeroed(zone, (room + 1) * sizeof *matrix->runs);
    return matrix;
}

void matrix_destroy(struct matrix *matrix)
{
    if (matrix == NULL)
        return;
    struct memory_zone *zone = matrix->zone;
    memory_free(matrix->runs);
    memory_free(matrix);
    memory_zone_destroy(zone);
}

void matrix_add(struct matrix *matrix, const struct matrix_run *run)
{
    if (matrix->count < matrix->room)
        matrix->runs[matrix->count++] = *run;
}

bool matrix_run_right(const struct matrix_run *run)
{
    return !run->failed && run->verdict.class == run->expected;
}

bool matrix_run_grave(const struct matrix_run *run)
{
    return !matrix_run_right(run) &&
           (run->failed || verdict_is_leak(run->expected) || verdict_is_leak(run->verdict.class));
}

size_t matrix_grave(const struct matrix *matrix)
{
    size_t count = 0;
    for (size_t i = 0; i < matrix->count; i++)
        count += matrix_run_grave(&matrix->runs[i]);
    return count;
}

struct counts {
    size_t of[VERDICT_CLASSES][COLUMNS]; /* expected, given */
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
    bool leaks = given != FAILED && verdict_is_leak((enum verdict_class)given);
    bool grave = given == FAILED || leaks || verdict_is_leak((enum verdict_class)expected);
    return grave ? TABLE_BAD : TABLE_DOUBTFUL;
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

static void wrong_print(const struct matrix *matrix, FILE *out)
{
    for (size_t i = 0; i < matrix->count; i++) {
        const struct matrix_run *run = &matrix->runs[i];
        if (!matrix_run_right(run))
            fprintf(out, "%s %s, %s, seed %llu: expected %s, given %s: %s\n",
                    matrix_run_grave(run) ? "WRONG" : "off", run->variant, run->scenario,
                    (unsigned long long)run->seed, verdict_class_name(run->expected),
                    run->failed ? "nothing" : verdict_class_name(run->verdict.class),
                    run->verdict.words);
    }
}

void matrix_print(const struct matrix *matrix, bool colours, FILE *out)
{
    struct counts counts = runs_count(matrix);
    size_t right = 0;
    for (size_t i = 0; i < matrix->count; i++)
        right += matrix_run_right(&matrix->runs[i]);
    counts_print(&counts, colours, out);
    fprintf(out,
            "\n%zu of %zu verdicts are right; %zu are wrong (a leak missed or mistaken, something "
            "honest called a leak, or a run failed)\n",
            right, matrix->count, matrix_grave(matrix));
    wrong_print(matrix, out);
}

static json_t *run_json(const struct matrix_run *run)
{
    return json_pack("{s:s, s:s, s:I, s:s, s:s, s:b, s:s, s:f, s:I, s:I, s:s}", "variant",
                     run->variant, "scenario", run->scenario, "seed", (json_int_t)run->seed,
                     "expected", verdict_class_name(run->expected), "given",
                     run->failed ? "failed" : verdict_class_name(run->verdict.class), "right",
                     matrix_run_right(run), "grows", run->verdict.grows, "bytes_per_request",
                     run->verdict.bytes_per_request, "requests", (json_int_t)run->requests,
                     "judged_requests", (json_int_t)run->verdict.judged_requests, "words",
                     run->verdict.words);
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

int matrix_write(const struct matrix *matrix, double seconds, const char *path, struct error *error)
{
    struct counts counts = runs_count(matrix);
    json_t *root =
        json_pack("{s:s, s:f, s:I, s:o}", "schema", "tidemark/verdicts/1", "seconds", seconds,
                  "wrong", (json_int_t)matrix_grave(matrix), "matrix", counts_json(&counts));
    json_t *runs = json_array();
    for (size_t i = 0; i < matrix->count; i++)
        json_array_append_new(runs, run_json(&matrix->runs[i]));
    json_object_set_new(root, "runs", runs);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    if (text == NULL) {
        return error_set(error, "%.400s: a figure is no number", path);
    }
    int status = file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
