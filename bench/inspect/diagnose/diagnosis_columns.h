/* diagnosis_columns.h - columns of a change that the table and the JSON share. */
#pragma once

#include "census.h"
#include "row_output.h"

/* Columns of struct census_row: the first two stand left of the change in a table, the others
 * right. */
#define CENSUS_ROW_COLUMNS 4
static const struct row_column census_row_columns[CENSUS_ROW_COLUMNS] = {
    {"container", "container", COLUMN_NAME, offsetof(struct census_row, container)},
    {"type", "type", COLUMN_NAME, offsetof(struct census_row, type)},
    {"live", "now", COLUMN_COUNT, offsetof(struct census_row, live)},
    {"live_bytes", "bytes now", COLUMN_BYTES, offsetof(struct census_row, live_bytes)},
};

/* Of struct census_change. */
#define CENSUS_CHANGE_COLUMNS 4
static const struct row_column census_change_columns[CENSUS_CHANGE_COLUMNS] = {
    {"growth_bytes", "bytes", COLUMN_BYTES_CHANGE, offsetof(struct census_change, live_bytes)},
    {"live_growth", "objects", COLUMN_COUNT_CHANGE, offsetof(struct census_change, live)},
    {"made", NULL, COLUMN_COUNT, offsetof(struct census_change, created)},
    {"made_bytes", NULL, COLUMN_BYTES, offsetof(struct census_change, created_bytes)},
};
