/* book_fuzz.c - no bytes, however strange, may make a comparison do wrong. libFuzzer's entry point.
 */
#include "sheet_make.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void sheet_write(const struct sheet *sheet)
{
    static sheet_writer *const writers[] = {sheet_table, sheet_json, sheet_csv, sheet_markdown,
                                            sheet_junit};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        check(out != NULL);
        writers[i](sheet, true, out);
        fclose(out);
        check(writers[i] == sheet_table || bytes > 0);
        free(text);
    }
}

static void comparisons_check(const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->comparison_count; i++) {
        const struct comparison *comparison = &sheet->comparisons[i];
        check(comparison->p >= 0 && comparison->p <= comparison->p_together &&
              comparison->p_together <= 1);
        check(comparison->outcome != OUTCOME_UNKNOWN || comparison->reason[0] != '\0');
    }
}

/* The same file twice: whatever it holds, it cannot differ from itself. */
static void file_compare(const char *path)
{
    char *paths[] = {(char *)path, (char *)path}, error[RESULT_ERROR_BYTES] = "";
    struct gate gates[2];
    struct sheet_wish wish = {
        .gates = gates, .gate_count = 2, .floor = BOOK_FLOOR_NONE, .allowed = ALLOW_INCOMPLETE};
    struct shelf *shelf = calloc(1, sizeof *shelf);
    check(shelf != NULL && gate_parse(&gates[0], "cpu<+5%", error) == 0 &&
          gate_parse(&gates[1], "bytes_per_request<=1", error) == 0 &&
          sheet_figures_choose(&wish, "all", error) == 0);
    if (shelf_fill(shelf, paths, 2, NULL, error) == 0) {
        struct sheet *sheet = sheet_make(shelf, &wish);
        comparisons_check(sheet);
        for (size_t i = 0; i < sheet->comparison_count; i++)
            check(sheet->comparisons[i].outcome != OUTCOME_BETTER &&
                  sheet->comparisons[i].outcome != OUTCOME_WORSE);
        sheet_write(sheet);
        sheet_destroy(sheet);
    } else {
        check(error[0] != '\0' && strchr(error, '\n') == NULL);
    }
    shelf_clear(shelf);
    free(shelf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    check(file >= 0 && write(file, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    file_compare(path);
    close(file);
    return 0;
}
