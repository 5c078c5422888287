/* units.h - parses and formats sizes, counts and durations: 64MiB, 10k, 2ms.
 *
 * Parsers return 0, or -1 when the string is malformed, negative or too large; then *value is not
 * changed. One space may precede the unit; fractions of the smallest unit are cut off ("1.5us" is
 * 1500 ns). Formatters write into the caller's buffer and return it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT_BYTES 32 /* enough for any formatted value */

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS     UINT64_C(1000000)
#define NS_PER_US     UINT64_C(1000)

/* "123", "10k", "2M", "1G" (powers of a thousand). */
int units_parse_count(const char *text, uint64_t *value);
/* "4096B", "64KiB", "1.5GiB" (powers of 1024), "64kB", "1MB" (of 1000). A unit is required. */
int units_parse_size(const char *text, uint64_t *bytes);
/* "150ns", "20us", "2ms", "1.5s", "5min", "1h", "2d". A unit is required, except for 0. */
int units_parse_duration(const char *text, uint64_t *ns);

char *units_format_size(char text[UNITS_TEXT_BYTES], double bytes);    /* "7.9 MiB" */
char *units_format_count(char text[UNITS_TEXT_BYTES], uint64_t count); /* "1,234,567" */
char *units_format_duration(char text[UNITS_TEXT_BYTES], double ns);   /* "14 min", "2.1 ms" */
