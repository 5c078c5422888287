/* lanes.h - sixteen 32-bit words compared at once: SSE2, which every x86-64 has. */
#ifndef LANES_H
#define LANES_H

#include <emmintrin.h>
#include <stdint.h>

/* Four words against one: all bits of a lane set where they are equal. */
static inline __m128i lanes_equal(const uint32_t *words, __m128i mask, __m128i wanted)
{
    __m128i four = _mm_loadu_si128((const __m128i *)(const void *)words);
    return _mm_cmpeq_epi32(_mm_and_si128(four, mask), wanted);
}

/* Bit i is set where (words[i] & mask) == wanted. */
static inline uint32_t lanes_match(const uint32_t words[16], uint32_t mask, uint32_t wanted)
{
    const __m128i masks = _mm_set1_epi32((int)mask);
    const __m128i target = _mm_set1_epi32((int)wanted);
    __m128i low =
        _mm_packs_epi32(lanes_equal(words, masks, target), lanes_equal(words + 4, masks, target));
    __m128i high = _mm_packs_epi32(lanes_equal(words + 8, masks, target),
                                   lanes_equal(words + 12, masks, target));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}

#endif
