/* json_fields.h - reads and writes flat structs as JSON objects, with a table row for each key. */
#ifndef JSON_FIELDS_H
#define JSON_FIELDS_H

#include <jansson.h>
#include <stddef.h>

/* FIELD_MAYBE is a real that may be unknown: NAN in the struct, null in the file. */
enum field_kind { FIELD_COUNT, FIELD_NUMBER, FIELD_REAL, FIELD_MAYBE, FIELD_FLAG, FIELD_TEXT };

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    size_t bytes; /* size of a text */
};

struct field_table {
    const struct field *fields;
    size_t count;
};

extern const struct field_table sample_fields, interval_fields, latency_fields, errors_fields,
    load_fields, server_fields, sampling_fields, burst_fields, after_fields, slope_fields,
    counts_fields, verdict_fields, run_fields, figure_fields, summary_fields, limits_fields,
    made_by_fields, exact_fields, noise_fields, result_fields;

/* Adds the fields of the struct to the object. A real that is not finite becomes null. */
void fields_write(json_t *object, const struct field_table *table, const void *from);
/* 0, or -1: the key *missing is missing or of the wrong kind. */
int fields_read(const json_t *object, const struct field_table *table, void *into,
                const char **missing);

#endif
