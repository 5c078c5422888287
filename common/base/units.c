/* units.c - parses exactly, and formats with up to three digits. */
#include "units.h"

#include "count_of.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t scale; /* in the smallest unit */
};

static const struct unit counts[] = {
    {"", 1},
    {"k", 1000},
    {"M", UINT64_C(1000000)},
    {"G", UINT64_C(1000000000)},
};

static const struct unit sizes[] = {
    {"B", 1},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
    {"PiB", UINT64_C(1) << 50},
    {"EiB", UINT64_C(1) << 60},
};

static const struct unit decimal_sizes[] = {
    {"kB", 1000},
    {"MB", UINT64_C(1000000)},
    {"GB", UINT64_C(1000000000)},
    {"TB", UINT64_C(1000000000000)},
};

static const struct unit durations[] = {
    {"ns", 1},
    {"us", NS_PER_US},
    {"ms", NS_PER_MS},
    {"s", NS_PER_SECOND},
    {"min", 60 * NS_PER_SECOND},
    {"h", 3600 * NS_PER_SECOND},
    {"d", 86400 * NS_PER_SECOND},
};

static const struct unit *unit_find(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* A decimal number as whole + part / whole_part, so that "1.5GiB" is exact. */
struct number {
    uint64_t whole, part, whole_part;
};

#define PART_DIGITS_MAX 9

static bool digit_is(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits into *value and returns what follows them. NULL: no digits, or too many. */
static const char *digits_read(const char *text, uint64_t *value)
{
    if (!digit_is(*text))
        return NULL;
    for (*value = 0; digit_is(*text); text++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(*text - '0'), value))
            return NULL;
    return text;
}

/* Reads a number and returns the unit after it. NULL: the text does not start with a number. */
static const char *number_read(const char *text, struct number *number)
{
    *number = (struct number){.whole_part = 1};
    const char *rest = digits_read(text, &number->whole);
    if (rest && *rest == '.') {
        const char *part = rest + 1;
        rest = digits_read(part, &number->part);
        if (!rest || rest - part > PART_DIGITS_MAX)
            return NULL;
        for (const char *c = part; c < rest; c++)
            number->whole_part *= 10;
    }
    if (rest && rest[0] == ' ' && rest[1])
        rest++;
    return rest;
}

/* Fails for a fraction given in the smallest unit; otherwise cuts such fractions off. */
static int number_scale(const struct number *number, const struct unit *unit, uint64_t *value)
{
    if (!unit || (unit->scale == 1 && number->whole_part > 1))
        return -1;
    unsigned __int128 total = (unsigned __int128)number->whole * unit->scale +
                              (unsigned __int128)number->part * unit->scale / number->whole_part;
    if (total > UINT64_MAX)
        return -1;
    *value = (uint64_t)total;
    return 0;
}

int units_parse_count(const char *text, uint64_t *value)
{
    struct number number;
    const char *name = number_read(text, &number);
    if (!name)
        return -1;
    return number_scale(&number, unit_find(counts, COUNT_OF(counts), name), value);
}

int units_parse_size(const char *text, uint64_t *bytes)
{
    struct number number;
    const char *name = number_read(text, &number);
    if (!name)
        return -1;
    const struct unit *unit = unit_find(sizes, COUNT_OF(sizes), name);
    if (!unit)
        unit = unit_find(decimal_sizes, COUNT_OF(decimal_sizes), name);
    return number_scale(&number, unit, bytes);
}

int units_parse_duration(const char *text, uint64_t *ns)
{
    struct number number;
    const char *name = number_read(text, &number);
    if (!name)
        return -1;
    if (strcmp(text, "0") == 0)
        name = durations[0].name;
    return number_scale(&number, unit_find(durations, COUNT_OF(durations), name), ns);
}

/* Rounds to one decimal below 100 and to none above, as printed. */
static double value_round(double value)
{
    return fabs(value) < 99.95 ? round(value * 10) / 10 : round(value);
}

static char *value_format(char text[UNITS_TEXT_BYTES], double value, const struct unit *units,
                          size_t count)
{
    size_t i = 0;
    while (i + 1 < count && fabs(value_round(value / (double)units[i].scale)) >=
                                (double)units[i + 1].scale / (double)units[i].scale)
        i++;
    double shown = value_round(value / (double)units[i].scale);
    if (fabs(shown) >= 1e6 || isnan(shown))
        snprintf(text, UNITS_TEXT_BYTES, "%.3g %s", shown, units[i].name);
    else /* + 0.0: no "-0" */
        snprintf(text, UNITS_TEXT_BYTES, "%.*f %s", shown == trunc(shown) ? 0 : 1, shown + 0.0,
                 units[i].name);
    return text;
}

char *units_format_size(char text[UNITS_TEXT_BYTES], double bytes)
{
    return value_format(text, bytes, sizes, COUNT_OF(sizes));
}

char *units_format_duration(char text[UNITS_TEXT_BYTES], double ns)
{
    return value_format(text, ns, durations, COUNT_OF(durations));
}

char *units_format_count(char text[UNITS_TEXT_BYTES], uint64_t count)
{
    char digits[UNITS_TEXT_BYTES];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    char *out = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}
