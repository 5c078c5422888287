/* csv_values.h - fields as numbers and ids.
 *
 * The bytes up to `limit` may be looked at, although the field ends before.
 */
#pragma once

#include "decimal.h"
#include "reader.h"

#include <ctype.h>

#define CSV_DIGITS_HEX 16

/* A whole number. */
static inline bool csv_to_number(struct field field, const char *limit, uint64_t *value)
{
    const char *stop = number_scan(field.at, limit, value);
    if (stop == field.end && stop > field.at && stop - field.at <= NUMBER_DIGITS_SAFE)
        return true;
    stop = field.at;
    if (field_number(&stop, field.end, value) != 0)
        return false;
    if (stop < field.end && *stop == '.') /* as data frames write whole numbers */
        for (stop++; stop < field.end && *stop == '0';)
            stop++;
    return stop == field.end;
}

static inline bool csv_to_hex(struct field field, uint64_t *value)
{
    const char *at = field.at + 2;
    if (field.end - field.at < 3 || field.end - at > CSV_DIGITS_HEX || field.at[0] != '0' ||
        (field.at[1] | 0x20) != 'x')
        return false;
    for (*value = 0; at < field.end && isxdigit((unsigned char)*at); at++)
        *value = *value << 4 |
                 (uint64_t)(isdigit((unsigned char)*at) ? *at - '0' : (*at | 0x20) - 'a' + 10);
    return at == field.end;
}

static inline uint64_t csv_to_id(struct field field, const char *limit)
{
    uint64_t value;
    if (field.at < field.end && *field.at >= '1' && *field.at <= '9' &&
        number_scan(field.at, limit, &value) == field.end &&
        field.end - field.at <= NUMBER_DIGITS_SAFE)
        return value;
    return reader_key(field);
}
