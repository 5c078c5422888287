/* line_fields.h - numbers in a line of text. Each moves *at past what it read; -1: it is not there.
 */
#ifndef LINE_FIELDS_H
#define LINE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool field_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline void field_skip_blanks(const char **at, const char *end)
{
    while (*at < end && field_is_blank(**at))
        (*at)++;
}

/* A whole number up to 2^64 - 1. */
int field_number(const char **at, const char *end, uint64_t *value);
/* Seconds, perhaps with a fraction: "12", "12.5". */
int field_seconds(const char **at, const char *end, uint64_t *seconds, uint64_t *ns);

#endif
