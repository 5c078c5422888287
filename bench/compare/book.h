/* book.h - what a file of measurements says, whichever program wrote it, in a form to compare.
 *
 * Read are results of tidemark bench, google-benchmark's JSON and hyperfine's; which one a file is,
 * its content tells. A book owns all that hangs from it. One thread at a time.
 */
#ifndef BOOK_H
#define BOOK_H

#include "figure.h"
#include "result.h"
#include "stats.h"

#define BOOK_NAME_BYTES   128
#define BOOK_REASON_BYTES 512
#define BOOK_SETTINGS_MAX 64
#define BOOK_SERIES_MAX   5000
#define BOOK_FLOOR_NONE   (-1.0)

/* One figure, run by run. */
struct book_series {
    char workload[BOOK_NAME_BYTES];
    const struct figure *figure;
    double values[STATS_VALUES_MAX];
    uint64_t repetitions[STATS_VALUES_MAX]; /* of each value */
    uint64_t seeds[STATS_VALUES_MAX];
    size_t count;
    uint64_t left_out; /* runs whose generator was the bottleneck */
    double floor;      /* as calibrated, a share; BOOK_FLOOR_NONE: it was not */
    double low, high;  /* medians of the runs' own intervals, where each run has one */
};

/* What a workload's memory curves said. */
struct book_verdict {
    char workload[BOOK_NAME_BYTES];
    enum verdict_class class;         /* the most frequent of those that decide anything */
    uint64_t agreed, decided, judged; /* runs that gave it, that decided, that were judged at all */
};

enum setting_weight {
    SETTING_MACHINE, /* others cannot be compared */
    SETTING_LOAD,
    SETTING_LIMIT, /* likewise, where both keep such a limit at all or are one variant */
    SETTING_NOTED, /* worth saying */
};

struct book_setting {
    char name[BOOK_NAME_BYTES], value[RESULT_WORDS_BYTES];
    enum setting_weight weight;
};

struct book {
    char path[RESULT_LINE_BYTES];
    char label[BOOK_NAME_BYTES]; /* the variant, or the file's name without .json */
    enum figure_source source;
    char bench[2 *
               RESULT_LINE_BYTES]; /* the same in books of one bench, whose runs took turns; "" */
    char began[RESULT_NAME_BYTES]; /* the bench: UTC, ISO 8601 */
    char flaw[BOOK_REASON_BYTES];  /* why it is not to be relied on: incomplete, failed; "" */
    struct book_setting settings[BOOK_SETTINGS_MAX];
    size_t setting_count;
    struct book_series **series;
    size_t series_count, series_room;
    struct book_verdict *verdicts;
    size_t verdict_count;
    struct memory_zone *zone;
};

enum book_outcome {
    BOOK_READ,
    BOOK_OTHER,  /* whole, but of a kind that is not compared */
    BOOK_BESIDE, /* jemalloc's statistics, which lie beside each result */
    BOOK_BAD,
};

/* *book is released with book_destroy, and NULL unless BOOK_READ; otherwise one line in error. */
enum book_outcome book_read(struct book **book, const char *path, char error[RESULT_ERROR_BYTES]);
/* The same of a text that came from `path`. */
enum book_outcome book_parse(struct book **book, const char *path, const char *text, size_t bytes,
                             char error[RESULT_ERROR_BYTES]);
struct book *book_of(const struct result *result, const char *path);
void book_destroy(struct book *book); /* NULL is fine */

const struct book_series *book_find(const struct book *book, const char *workload,
                                    const struct figure *figure);
const struct book_verdict *book_verdict_find(const struct book *book, const char *workload);
bool book_has_workload(const struct book *book, const char *workload);
const char *book_setting(const struct book *book, const char *name); /* NULL: it has none such */
const char *book_source_name(enum figure_source source);

#endif
