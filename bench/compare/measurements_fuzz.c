/* measurements_fuzz.c - libFuzzer's entry point: compares a file of arbitrary bytes with itself. */
#include "comparison_make.h"
#include "fuzz_check.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void comparison_write(const struct comparison_report *report)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    comparison_table(report, false, true, out);
    comparison_table(report, true, true, out);
    comparison_markdown(report, out);
    comparison_junit(report, out);
    fclose(out);
    check(bytes > 0);
    free(text);
    json_decref(comparison_json(report));
}

static void comparisons_check(const struct comparison_report *report)
{
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        check(comparison->p >= 0 && comparison->p <= comparison->p_corrected &&
              comparison->p_corrected <= 1);
        check(comparison->outcome != OUTCOME_UNKNOWN || comparison->reason[0] != '\0');
    }
}

/* Compares the file with itself: nothing may differ. */
static void file_compare(const char *path)
{
    char *paths[] = {(char *)path, (char *)path};
    struct error error = {""};
    struct gate gates[2];
    struct counters counters = {.count = 0};
    check(counters_add(&counters, "items_per_second", &error) == 0);
    struct comparison_request request = {.gates = gates,
                                         .gate_count = 2,
                                         .counters = &counters,
                                         .floor = MEASUREMENTS_FLOOR_NONE,
                                         .allowed = ALLOW_INCOMPLETE};
    struct inputs *inputs = xcalloc(1, sizeof *inputs);
    check(gate_parse(&gates[0], "cpu<+5%", &error) == 0 &&
          gate_parse(&gates[1], "bytes_per_request<=1", &error) == 0 &&
          comparison_figures_choose(&request, "all", &error) == 0);
    if (inputs_read(inputs, paths, 2, NULL, &counters, &error) == 0) {
        struct comparison_report *report = comparison_make(inputs, &request);
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
