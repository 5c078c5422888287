/* json_fields.h - reads and writes structs as JSON objects, with a table row for each key. */
#pragma once

#include "result.h"

/* FIELD_MAYBE is a real that may be unknown: NAN in the struct, null in the file. FIELD_NAME is an
 * enum, in the file the text of `names`. FIELD_LIST is a pointer to structs. */
enum field_kind {
    FIELD_END, /* after the last field */
    FIELD_COUNT,
    FIELD_NUMBER,
    FIELD_REAL,
    FIELD_MAYBE,
    FIELD_FLAG,
    FIELD_TEXT,
    FIELD_NAME,
    FIELD_OBJECT,
    FIELD_LIST,
};

struct field {
    const char *key; /* NULL: the values belong to the object of the struct */
    enum field_kind kind;
    size_t offset;
    size_t bytes;               /* of the text, the list's element, or the value of a name */
    const struct field *nested; /* of an object, or of a list's elements */
    const char *const *names;   /* of a FIELD_NAME; otherwise there is one value for each name */
    size_t count;               /* of the names; of a list: the offset of its count */
    unsigned since;             /* the first version that has it */
};

extern const struct field sample_fields[], verdict_fields[], limits_fields[], made_by_fields[];
/* The verdict with its evidence. */
extern const struct field judgement_fields[];
/* A run, and what it has in addition unless it failed. Its burst is separate. */
extern const struct field run_fields[], measured_fields[], burst_fields[], after_fields[];
extern const struct field speed_fields[], hits_fields[];
/* Without its runs. */
extern const struct field result_fields[];

extern const char *const verdict_class_names[VERDICT_CLASSES];
extern const char *const run_status_names[RUN_STATUSES];

/* Adds the fields of the struct to the object. A real that is not finite becomes null. */
void fields_write(json_t *object, const struct field *fields, const void *from);
/* The same in a new object. */
json_t *fields_json(const struct field *fields, const void *from);

struct fields_reader {
    unsigned version;         /* of the file: fields of later ones stay as they are */
    struct memory_zone *zone; /* for the lists */
    const char *missing;      /* the key that was read last */
};

/* 0, or -1: the key reader->missing is missing or of the wrong kind. */
int fields_read(const json_t *object, const struct field *fields, void *into,
                struct fields_reader *reader);
