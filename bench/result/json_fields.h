/* json_fields.h - flat structs as JSON objects, described by tables: one row a key, for both ways.
 */
#ifndef JSON_FIELDS_H
#define JSON_FIELDS_H

#include <jansson.h>
#include <stddef.h>

/* A real that may be unknown, NAN, is null in the file. */
enum field_kind { FIELD_COUNT, FIELD_NUMBER, FIELD_REAL, FIELD_MAYBE, FIELD_FLAG, FIELD_TEXT };

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    size_t bytes; /* room of a text */
};

struct field_table {
    const struct field *fields;
    size_t count;
};

extern const struct field_table sample_fields, interval_fields, latency_fields, errors_fields,
    load_fields, server_fields, sampling_fields, burst_fields, after_fields, slope_fields,
    counts_fields, verdict_fields, run_fields, figure_fields, summary_fields, limits_fields,
    made_by_fields, exact_fields, noise_fields, result_fields;

/* Adds the struct's fields to the object; null stands for a real that is no number. */
void fields_write(json_t *object, const struct field_table *table, const void *from);
/* 0, or -1: a key is missing or of the wrong kind; *missing is its name. */
int fields_read(const json_t *object, const struct field_table *table, void *into,
                const char **missing);

#endif
