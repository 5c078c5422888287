/* dump_columns.h - rows and columns that the tables and the JSON of a dump share. */
#pragma once

#include "dump_facts.h"
#include "row_output.h"

/* The layers from allocated to mapped. */
struct dump_layer {
    const char *sign;         /* "+": a gap; "=": the sum of the rows above; " ": neither */
    struct row_column column; /* of struct facts; its heading is the name of the row */
    const char *meaning;
};
#define DUMP_LAYERS 12
extern const struct dump_layer dump_layers[DUMP_LAYERS];

/* Columns of struct fact_class: the first group for every list, the second for changes. */
#define DUMP_CLASS_COLUMNS  7
#define DUMP_CHANGE_COLUMNS 3
extern const struct row_column dump_class_columns[DUMP_CLASS_COLUMNS];
extern const struct row_column dump_change_columns[DUMP_CHANGE_COLUMNS];

/* Of struct dump. */
#define DUMP_POINT_COLUMNS 4
extern const struct row_column dump_point_columns[DUMP_POINT_COLUMNS];

/* Of struct dump_arena. */
#define DUMP_ARENA_COLUMNS 8
extern const struct row_column dump_arena_columns[DUMP_ARENA_COLUMNS];
