/* tested.c - asks the room that compares, and takes down what it says. */
#include "tested.h"

#include "sheet_make.h"

#include <stdlib.h>
#include <string.h>

/* All figures of a result, nothing allowed that would make a comparison unfair. */
static struct sheet_wish wish_make(void)
{
    struct sheet_wish wish = {.floor = BOOK_FLOOR_NONE};
    char error[BOOK_REASON_BYTES];
    if (sheet_figures_choose(&wish, NULL, error) != 0)
        abort();
    return wish;
}

static void sheet_take(const struct sheet *sheet, struct columns_text *json)
{
    FILE *out = open_memstream(&json->text, &json->bytes);
    if (out == NULL)
        abort();
    sheet_json(sheet, false, out);
    if (fclose(out) != 0)
        abort();
}

static int shelf_test(struct shelf *shelf, struct columns_text *json,
                      char error[RESULT_ERROR_BYTES])
{
    struct sheet_wish wish = wish_make();
    struct sheet *sheet = sheet_make(shelf, &wish);
    int status = sheet->pair_count > 0 ? 0 : -1;
    if (status == 0)
        sheet_take(sheet, json);
    else
        snprintf(error, RESULT_ERROR_BYTES, "the folders have no variant in common");
    sheet_destroy(sheet);
    return status;
}

int tested_make(const char *before, const char *after, struct columns_text *json,
                char error[RESULT_ERROR_BYTES])
{
    char *paths[] = {strdup(before), strdup(after)};
    struct shelf *shelf = calloc(1, sizeof *shelf);
    if (paths[0] == NULL || paths[1] == NULL || shelf == NULL)
        abort();
    int status = shelf_fill(shelf, paths, 2, NULL, error);
    if (status == 0)
        status = shelf_test(shelf, json, error);
    shelf_clear(shelf);
    free(shelf);
    free(paths[0]);
    free(paths[1]);
    return status;
}
