/* measurements.h - what a file of measurements says, whichever program wrote it, in a form to
 * compare.
 *
 * Read are results of tidemark bench, google-benchmark's JSON and hyperfine's; which one a file is,
 * its content tells. A book owns all that hangs from it. One thread at a time.
 */
#ifndef MEASUREMENTS_H
#define MEASUREMENTS_H

#include "errors.h"
#include "figure.h"
#include "result.h"
#include "stats.h"

#define MEASUREMENTS_NAME_BYTES   128
#define MEASUREMENTS_REASON_BYTES 512
#define MEASUREMENTS_SETTINGS_MAX 64
#define MEASUREMENTS_SERIES_MAX   5000
#define MEASUREMENTS_FLOOR_NONE   (-1.0)

/* One figure, run by run. */
struct measurement_series {
    char workload[MEASUREMENTS_NAME_BYTES];
    const struct figure *figure;
    double values[STATS_VALUES_MAX];
    uint64_t repetitions[STATS_VALUES_MAX]; /* of each value */
    uint64_t seeds[STATS_VALUES_MAX];
    size_t count;
    uint64_t left_out; /* runs whose generator was the bottleneck */
    double floor;      /* as calibrated, a share; MEASUREMENTS_FLOOR_NONE: it was not */
    double low, high;  /* medians of the runs' own intervals, where each run has one */
};

/* What a workload's memory curves said. */
struct measured_verdict {
    char workload[MEASUREMENTS_NAME_BYTES];
    enum verdict_class class;         /* the most frequent of those that decide anything */
    uint64_t agreed, decided, judged; /* runs that gave it, that decided, that were judged at all */
};

enum setting_weight {
    SETTING_MACHINE, /* others cannot be compared */
    SETTING_LOAD,
    SETTING_LIMIT, /* likewise, where both keep such a limit at all or are one variant */
    SETTING_NOTED, /* worth saying */
};

struct measurement_setting {
    char name[MEASUREMENTS_NAME_BYTES], value[RESULT_WORDS_BYTES];
    enum setting_weight weight;
};

struct measurements {
    char path[RESULT_LINE_BYTES];
    char label[MEASUREMENTS_NAME_BYTES]; /* the variant, or the file's name without .json */
    enum figure_source source;
    char bench[2 *
               RESULT_LINE_BYTES]; /* the same in books of one bench, whose runs took turns; "" */
    char began[RESULT_NAME_BYTES]; /* the bench: UTC, ISO 8601 */
    char
        flaw[MEASUREMENTS_REASON_BYTES]; /* why it is not to be relied on: incomplete, failed; "" */
    struct measurement_setting settings[MEASUREMENTS_SETTINGS_MAX];
    size_t setting_count;
    struct measurement_series **series;
    size_t series_count, series_room;
    struct measured_verdict *verdicts;
    size_t verdict_count;
    struct memory_zone *zone;
};

/* For the readers. */
struct measurements *measurements_create(const char *path, enum figure_source source);
/* NULL: there are MEASUREMENTS_SERIES_MAX already. */
struct measurement_series *measurements_series_add(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
/* The one that is there, or a new one. */
struct measurement_series *measurements_series_get(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
/* What is too much is left out. */
void measurements_value_add(struct measurement_series *series, double value, uint64_t repetition,
                            uint64_t seed);
__attribute__((format(printf, 4, 5))) void
measurements_setting_add(struct measurements *measurements, const char *name,
                         enum setting_weight weight, const char *format, ...);
/* Appends to what is said already. */
__attribute__((format(printf, 2, 3))) void measurements_flaw_add(struct measurements *measurements,
                                                                 const char *format, ...);
void measurements_destroy(struct measurements *measurements); /* NULL is fine */

const struct measurement_series *measurements_find(const struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
const struct measured_verdict *measurements_verdict_find(const struct measurements *measurements,
                                                         const char *workload);
bool measurements_has_workload(const struct measurements *measurements, const char *workload);
const char *measurements_setting(const struct measurements *measurements,
                                 const char *name); /* NULL: it has none such */
const char *measurements_source_name(enum figure_source source);

#endif
