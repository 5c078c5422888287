/* lanes.h - sixteen 32-bit words compared one by one, for processors without a file of their own.
 */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

/* Bit i is set where (words[i] & mask) == wanted. */
static inline uint32_t lanes_match(const uint32_t words[16], uint32_t mask, uint32_t wanted)
{
    uint32_t matches = 0;
    for (int i = 0; i < 16; i++)
        matches |= (uint32_t)((words[i] & mask) == wanted) << i;
    return matches;
}

#endif
