/* change_compare.c - asks the room that compares, and takes down what it says. */
#include "change_compare.h"

#include "comparison_make.h"

#include <stdlib.h>
#include <string.h>

/* All figures of a result, nothing allowed that would make a comparison unfair. */
static struct comparison_request wish_make(void)
{
    struct comparison_request wish = {.floor = MEASUREMENTS_FLOOR_NONE};
    char error[MEASUREMENTS_REASON_BYTES];
    if (comparison_figures_choose(&wish, NULL, error) != 0)
        abort();
    return wish;
}

static void comparison_take(const struct comparison_report *report, struct columns_text *json)
{
    FILE *out = open_memstream(&json->text, &json->bytes);
    if (out == NULL)
        abort();
    comparison_json(report, false, out);
    if (fclose(out) != 0)
        abort();
}

static int inputs_test(struct inputs *inputs, struct columns_text *json, struct error *error)
{
    struct comparison_request wish = wish_make();
    struct comparison_report *report = comparison_make(inputs, &wish);
    int status = report->pair_count > 0 ? 0 : -1;
    if (status == 0)
        comparison_take(report, json);
    else
        error_set(error, "the folders have no variant in common");
    comparison_destroy(report);
    return status;
}

int tested_make(const char *before, const char *after, struct columns_text *json,
                struct error *error)
{
    char *paths[] = {strdup(before), strdup(after)};
    struct inputs *inputs = calloc(1, sizeof *inputs);
    if (paths[0] == NULL || paths[1] == NULL || inputs == NULL)
        abort();
    int status = inputs_fill(inputs, paths, 2, NULL, error);
    if (status == 0)
        status = inputs_test(inputs, json, error);
    inputs_clear(inputs);
    free(inputs);
    free(paths[0]);
    free(paths[1]);
    return status;
}
