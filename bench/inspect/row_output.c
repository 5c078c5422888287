/* row_output.c - reads a field by its kind and formats it. */
#include "row_output.h"

#include "units.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define WHOLE_MAX 1e15

static const char *column_text(const struct row_column *column, const void *row)
{
    const char *at = (const char *)row + column->offset;
    return column->kind == COLUMN_NAME ? at : *(const char *const *)at;
}

double row_value(const struct row_column *column, const void *row)
{
    const void *at = (const char *)row + column->offset;
    switch (column->kind) {
    case COLUMN_NAME:
    case COLUMN_TEXT:
        return 0;
    case COLUMN_FLAG:
        return *(const bool *)at;
    case COLUMN_COUNT:
    case COLUMN_BYTES:
        return *(const uint64_t *)at == UINT64_MAX ? NAN : (double)*(const uint64_t *)at;
    case COLUMN_COUNT_CHANGE:
    case COLUMN_BYTES_CHANGE:
        return (double)*(const int64_t *)at;
    default:
        return *(const double *)at;
    }
}

static json_t *value_json(const struct row_column *column, const void *row)
{
    double value = row_value(column, row);
    if (isnan(value))
        return json_null();
    switch (column->kind) {
    case COLUMN_NAME:
    case COLUMN_TEXT: {
        const char *text = column_text(column, row);
        return text ? json_string(text) : json_null();
    }
    case COLUMN_FLAG:
        return json_boolean(value != 0);
    case COLUMN_SHARE:
        return json_real(value);
    default:
        return json_integer((json_int_t)fmax(-WHOLE_MAX, fmin(value, WHOLE_MAX)));
    }
}

json_t *row_json(json_t *object, const struct row_column *columns, size_t count, const void *row)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i].key)
            json_object_set_new(object, columns[i].key, value_json(&columns[i], row));
    return object;
}

json_t *rows_json(const struct row_column *columns, size_t count, const void *rows,
                  size_t row_count, size_t row_bytes)
{
    json_t *array = json_array();
    for (size_t i = 0; i < row_count; i++)
        json_array_append_new(
            array, row_json(json_object(), columns, count, (const char *)rows + i * row_bytes));
    return array;
}

char *row_text(char text[ROW_TEXT_BYTES], const struct row_column *column, const void *row)
{
    char number[UNITS_TEXT_BYTES];
    const char *name;
    double value = row_value(column, row), size = fabs(value);
    if (isnan(value))
        return strcpy(text, "-");
    switch (column->kind) {
    case COLUMN_NAME:
    case COLUMN_TEXT:
        name = column_text(column, row);
        snprintf(text, ROW_TEXT_BYTES, "%s", name ? name : "-");
        return text;
    case COLUMN_FLAG:
        return strcpy(text, value != 0 ? "yes" : "no");
    case COLUMN_BYTES:
    case COLUMN_REAL_BYTES:
    case COLUMN_BYTES_CHANGE:
        units_format_size(number, size);
        break;
    case COLUMN_REAL_MS:
        units_format_duration(number, size * (double)NS_PER_MS);
        break;
    case COLUMN_SHARE:
        snprintf(number, sizeof number, "%.1f %%", 100 * size);
        break;
    default:
        units_format_count(number, (uint64_t)fmin(size, 1e18));
    }
    bool change = column->kind == COLUMN_BYTES_CHANGE || column->kind == COLUMN_COUNT_CHANGE;
    snprintf(text, ROW_TEXT_BYTES, "%s%s", value < 0 ? "-" : change ? "+" : "", number);
    return text;
}

void row_cells(struct table *table, enum table_tone tone, const struct row_column *columns,
               size_t count, const void *row)
{
    char text[ROW_TEXT_BYTES];
    for (size_t i = 0; i < count; i++)
        if (columns[i].heading)
            table_cell(table, tone, "%s", row_text(text, &columns[i], row));
}

size_t row_column_headings(const struct row_column *columns, size_t count,
                           struct table_column *headings)
{
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        if (columns[i].heading)
            headings[filled++] = (struct table_column){
                columns[i].heading, columns[i].kind <= COLUMN_FLAG ? TABLE_LEFT : TABLE_RIGHT};
    return filled;
}
