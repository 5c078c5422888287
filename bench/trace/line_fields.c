/* line_fields.c - numbers in a line of text. */
#include "line_fields.h"

#include "decimal.h"
#include "units.h"

/* The slow way, which notices numbers that are too large. */
static int read_long(const char *at, const char *end, uint64_t *value)
{
    uint64_t sum = 0;
    for (; at < end; at++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (unsigned char)(*at - '0'), &sum))
            return -1;
    }
    *value = sum;
    return 0;
}

struct field field_first_data(const char *bytes, size_t count)
{
    const char *end = bytes + count;
    while (bytes < end) {
        struct field line = field_first_line(bytes, (size_t)(end - bytes));
        bytes = line.end < end ? line.end + 1 : end;
        while (line.end > line.at && (field_is_blank(line.end[-1]) || line.end[-1] == '\r'))
            line.end--;
        if (line.at < line.end && *line.at != '#')
            return line;
    }
    return (struct field){end, end};
}

int field_number(const char **at, const char *end, uint64_t *value)
{
    const char *first = *at;
    *at = number_scan(first, end, value);
    if (*at == first)
        return -1;
    return *at - first <= NUMBER_DIGITS_SAFE ? 0 : read_long(first, *at, value);
}

uint64_t field_fraction_ns(const char **at, const char *end)
{
    uint64_t ns = 0, unit = NS_PER_SECOND / 10;
    for (; *at < end && (unsigned char)(**at - '0') < 10; (*at)++, unit /= 10)
        ns += unit * (uint64_t)(**at - '0');
    return ns;
}

int field_seconds(const char **at, const char *end, uint64_t *seconds, uint64_t *ns)
{
    *ns = 0;
    if (field_number(at, end, seconds) != 0)
        return -1;
    if (*at == end || **at != '.')
        return 0;
    const char *fraction = ++*at;
    *ns = field_fraction_ns(at, end);
    return *at > fraction ? 0 : -1;
}
