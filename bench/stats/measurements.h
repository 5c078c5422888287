/* measurements.h - the measurements of one file, in a form to compare, whichever program wrote it.
 *
 * A `struct measurements` owns all that hangs from it. One thread at a time.
 */
#pragma once

#include "errors.h"
#include "figure.h"
#include "result.h"
#include "stats.h"
#include "stats_moments.h"

#define MEASUREMENTS_NAME_BYTES   128
#define MEASUREMENTS_REASON_BYTES 512
#define MEASUREMENTS_SETTINGS_MAX 64
#define MEASUREMENTS_SERIES_MAX   5000
#define MEASUREMENTS_FLOOR_NONE   (-1.0)

/* When a series is compared. */
enum series_choice {
    CHOICE_OF_FIGURE, /* if its figure is, by default or on request */
    CHOICE_ALWAYS,
    CHOICE_ON_REQUEST,
};

/* The values of one figure under one workload, one for each run or repetition. */
struct measurement_series {
    char workload[MEASUREMENTS_NAME_BYTES];
    const struct figure *figure;
    double values[STATS_VALUES_MAX];
    uint64_t repetitions[STATS_VALUES_MAX]; /* of each value */
    uint64_t seeds[STATS_VALUES_MAX];
    size_t count;
    struct stats_moments moments; /* known instead of the values; count 0: they are not */
    enum series_choice choice;
    bool is_exact;                  /* the value of a replay, which does not vary */
    char doubt[RESULT_WORDS_BYTES]; /* of hits: why they are not the server's; "" */
    uint64_t left_out;              /* repetitions whose generator was the bottleneck */
    double floor;     /* calibrated noise floor, a share; or MEASUREMENTS_FLOOR_NONE */
    double low, high; /* of growth: medians of the runs' own intervals */
    bool is_bounded;  /* of growth: so are the verdicts of all runs */
    const struct measurement_series *control; /* of the reference: a second copy of it; NULL */
};

/* The verdicts of all runs under one workload. */
struct measured_verdict {
    char workload[MEASUREMENTS_NAME_BYTES];
    enum verdict_class class;         /* the most frequent; UNDECIDED counts only if alone */
    uint64_t agreed, decided, judged; /* runs that gave this class, any but UNDECIDED, any */
};

enum setting_weight {
    SETTING_MACHINE, /* must be equal */
    SETTING_LOAD,    /* must be equal */
    SETTING_LIMIT,   /* must be equal, unless two variants differ in having the limit at all */
    SETTING_NOTED,   /* may differ; the report lists it */
};

struct measurement_setting {
    char name[MEASUREMENTS_NAME_BYTES], value[RESULT_WORDS_BYTES];
    enum setting_weight weight;
};

struct measurements {
    char path[RESULT_LINE_BYTES];
    char label[MEASUREMENTS_NAME_BYTES]; /* the variant, or the file's name without .json */
    enum figure_source source;
    struct result_made_by made_by; /* of a result */
    bool took_turns;               /* its speeds were measured in turns with those of its bench */
    char flaw[MEASUREMENTS_REASON_BYTES]; /* why it is not reliable: incomplete, failed; or "" */
    struct measurement_setting settings[MEASUREMENTS_SETTINGS_MAX];
    size_t setting_count;
    struct measurement_series **series;
    size_t series_count, series_capacity;
    struct measured_verdict *verdicts;
    size_t verdict_count;
    char **notes; /* what was left out, a sentence each */
    size_t note_count, note_capacity;
    struct measurements *control; /* holds the controls of the series; NULL: there are none */
};

/* For the readers of the file formats. */
struct measurements *measurements_create(const char *path, enum figure_source source);
/* Adds a series, or returns NULL if there are MEASUREMENTS_SERIES_MAX. */
struct measurement_series *measurements_series_add(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
/* Finds or adds it. */
struct measurement_series *measurements_series_get(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
/* Ignores a value that is not finite, and those after STATS_VALUES_MAX. */
void measurements_value_add(struct measurement_series *series, double value, uint64_t repetition,
                            uint64_t seed);
__attribute__((format(printf, 4, 5))) void
measurements_setting_add(struct measurements *measurements, const char *name,
                         enum setting_weight weight, const char *format, ...);
/* Adds a note, unless it is there already. */
__attribute__((format(printf, 2, 3))) void measurements_note_add(struct measurements *measurements,
                                                                 const char *format, ...);
/* Appends to the flaw. */
__attribute__((format(printf, 2, 3))) void measurements_flaw_add(struct measurements *measurements,
                                                                 const char *format, ...);
void measurements_destroy(struct measurements *measurements); /* NULL is fine */

/* These return NULL if there is none. */
const struct measurement_series *measurements_find(const struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure);
const struct measured_verdict *measurements_verdict_find(const struct measurements *measurements,
                                                         const char *workload);
bool measurements_has_workload(const struct measurements *measurements, const char *workload);
const char *measurements_setting(const struct measurements *measurements, const char *name);
const char *measurements_source_name(enum figure_source source);
