/* lanes_x86_64.h - compares sixteen bytes at once, with SSE2, which every x86-64 has. */
#pragma once

#include <emmintrin.h>
#include <stdint.h>

/* Bit i is set where bytes[i] == value. */
static inline uint32_t lanes_match(const void *bytes, uint8_t value)
{
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(bytes), _mm_set1_epi8((char)value));
    return (uint32_t)_mm_movemask_epi8(equal);
}
