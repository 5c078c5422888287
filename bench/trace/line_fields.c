/* line_fields.c - numbers in a line of text. */
#include "line_fields.h"

#include "decimal.h"

#define NS_DIGITS 9

/* The careful way, for numbers that may be too large. */
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

int field_number(const char **at, const char *end, uint64_t *value)
{
    const char *first = *at;
    *at = number_scan(first, end, value);
    if (*at == first)
        return -1;
    return *at - first <= NUMBER_DIGITS_SAFE ? 0 : read_long(first, *at, value);
}

int field_seconds(const char **at, const char *end, uint64_t *seconds, uint64_t *ns)
{
    *ns = 0;
    if (field_number(at, end, seconds) != 0)
        return -1;
    if (*at == end || **at != '.')
        return 0;
    const char *fraction = ++*at;
    for (int i = 0; i < NS_DIGITS; i++) {
        bool is_digit = *at < end && (unsigned char)(**at - '0') < 10;
        *ns = *ns * 10 + (is_digit ? (uint64_t)(**at - '0') : 0);
        *at += is_digit;
    }
    uint64_t finer;
    bool some = *at > fraction;
    *at = number_scan(*at, end, &finer);
    return some ? 0 : -1;
}
