/* decimal.h - decimal digits to numbers, eight at a time. */
#pragma once

#include <stdint.h>
#include <string.h>

#define NUMBER_DIGITS_SAFE 19 /* a number with this many digits always fits 64 bits */

/* The number of digits before the first other character, in eight characters minus '0' each (the
 * first in the lowest byte). A carry out of a byte affects only the bytes behind it. */
static inline unsigned number_digits(uint64_t chunk)
{
    uint64_t other =
        ((chunk + UINT64_C(0x7676767676767676)) | chunk) & UINT64_C(0x8080808080808080);
    return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

/* The value of eight digits: joins them to pairs, the pairs to fours, the fours to the result. */
static inline uint64_t number_join(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    uint64_t outer = digits & UINT64_C(0x000000ff000000ff);
    uint64_t inner = digits >> 16 & UINT64_C(0x000000ff000000ff);
    return (outer * (100 + (UINT64_C(1000000) << 32)) + inner * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

/* Reads the digits from `at` up to `end`, and returns the end of them. If there are more than
 * NUMBER_DIGITS_SAFE, the value is wrong. */
static inline const char *number_scan(const char *at, const char *end, uint64_t *value)
{
    static const uint64_t scale[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t sum = 0;
    while (end - at >= 8) {
        uint64_t chunk;
        memcpy(&chunk, at, sizeof(chunk));
        chunk ^= UINT64_C(0x3030303030303030);
        unsigned digits = number_digits(chunk);
        if (digits > 0)
            sum = sum * scale[digits] + number_join(chunk << (64 - 8 * digits));
        at += digits;
        if (digits < 8) {
            *value = sum;
            return at;
        }
    }
    for (; at < end && (unsigned char)(*at - '0') < 10; at++)
        sum = sum * 10 + (unsigned char)(*at - '0');
    *value = sum;
    return at;
}
