/* lanes.h - sixteen 32-bit words compared at once: SSE2, which every x86-64 has. */
#ifndef LANES_H
#define LANES_H

#include <emmintrin.h>
#include <stdint.h>

/* Bit i is set where (words[i] & mask) == wanted. */
static inline uint32_t lanes_match(const uint32_t words[16], uint32_t mask, uint32_t wanted)
{
    const __m128i masks = _mm_set1_epi32((int)mask);
    const __m128i target = _mm_set1_epi32((int)wanted);
    __m128i equal[4];
    for (int i = 0; i < 4; i++) {
        __m128i four = _mm_loadu_si128((const __m128i *)(const void *)(words + 4 * i));
        equal[i] = _mm_cmpeq_epi32(_mm_and_si128(four, masks), target);
    }
    __m128i low = _mm_packs_epi32(equal[0], equal[1]);
    __m128i high = _mm_packs_epi32(equal[2], equal[3]);
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}

#endif
