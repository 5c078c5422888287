/* measurements_fuzz.c - no bytes, however strange, may make a comparison do wrong. libFuzzer's
 * entry point.
 */
#include "comparison_make.h"

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

static void comparison_write(const struct comparison_report *report)
{
    static comparison_writer *const writers[] = {comparison_table, comparison_json,
                                                 comparison_markdown, comparison_junit};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        check(out != NULL);
        writers[i](report, true, out);
        fclose(out);
        check(writers[i] == comparison_table || bytes > 0);
        free(text);
    }
}

static void comparisons_check(const struct comparison_report *report)
{
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        check(comparison->p >= 0 && comparison->p <= comparison->p_together &&
              comparison->p_together <= 1);
        check(comparison->outcome != OUTCOME_UNKNOWN || comparison->reason[0] != '\0');
    }
}

/* The same file twice: whatever it holds, it cannot differ from itself. */
static void file_compare(const char *path)
{
    char *paths[] = {(char *)path, (char *)path};
    struct error error = {""};
    struct gate gates[2];
    struct comparison_request wish = {.gates = gates,
                                      .gate_count = 2,
                                      .floor = MEASUREMENTS_FLOOR_NONE,
                                      .allowed = ALLOW_INCOMPLETE};
    struct inputs *inputs = calloc(1, sizeof *inputs);
    check(inputs != NULL && gate_parse(&gates[0], "cpu<+5%", error.text) == 0 &&
          gate_parse(&gates[1], "bytes_per_request<=1", error.text) == 0 &&
          comparison_figures_choose(&wish, "all", error.text) == 0);
    if (inputs_fill(inputs, paths, 2, NULL, &error) == 0) {
        struct comparison_report *report = comparison_make(inputs, &wish);
        comparisons_check(report);
        for (size_t i = 0; i < report->comparison_count; i++)
            check(report->comparisons[i].outcome != OUTCOME_BETTER &&
                  report->comparisons[i].outcome != OUTCOME_WORSE);
        comparison_write(report);
        comparison_destroy(report);
    } else {
        check(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
    }
    inputs_clear(inputs);
    free(inputs);
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
