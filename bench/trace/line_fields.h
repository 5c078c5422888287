/* line_fields.h - a line of text and the numbers in it.
 *
 * The functions that take `at` and `end` read from *at, which they move past what they have read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* A line without its newline, or a part of one: the characters from `at` up to `end`. */
struct field {
    const char *at, *end;
};

static inline bool field_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline void field_skip_blanks(const char **at, const char *end)
{
    while (*at < end && field_is_blank(**at))
        (*at)++;
}

/* The first line of these bytes; all of them if they have no newline. */
static inline struct field field_first_line(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return (struct field){bytes, end != NULL ? end : bytes + count};
}

/* The first line that is neither blank nor a comment ("#"), without blanks at its end; empty if
 * there is none. */
struct field field_first_data(const char *bytes, size_t count);
/* Whether the field is the word, in whatever case. */
static inline bool field_is(struct field field, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(field.end - field.at) == length && strncasecmp(field.at, word, length) == 0;
}

/* Whether the field begins with the word, in whatever case. */
static inline bool field_begins(struct field field, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(field.end - field.at) >= length && strncasecmp(field.at, word, length) == 0;
}

static inline bool field_is_dash(struct field field)
{
    return field.end - field.at == 1 && *field.at == '-';
}

/* Whether it is empty or a dash, as logs and tables write what is not known. */
static inline bool field_is_absent(struct field field)
{
    return field.at == field.end || field_is_dash(field);
}

/* Moves past the character `c`. False: there is another one. */
static inline bool field_skip_char(const char **at, const char *end, char c)
{
    if (*at == end || **at != c)
        return false;
    (*at)++;
    return true;
}

/* An integer up to 2^64 - 1. 0, or -1 if there is none. */
int field_number(const char **at, const char *end, uint64_t *value);
/* Digits behind a point, as nanoseconds; those beyond are ignored. */
uint64_t field_fraction_ns(const char **at, const char *end);
/* Seconds, with or without a fraction: "12", "12.5". 0, or -1: there are none. Digits beyond
 * nanoseconds are ignored. */
int field_seconds(const char **at, const char *end, uint64_t *seconds, uint64_t *ns);
