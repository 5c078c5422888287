/* lanes_generic.h - compares sixteen bytes one by one, on processors without their own file. */
#pragma once

#include <stdint.h>

/* Bit i is set where bytes[i] == value. */
static inline uint32_t lanes_match(const void *bytes, uint8_t value)
{
    uint32_t matches = 0;
    for (int i = 0; i < 16; i++)
        matches |= (uint32_t)(((const uint8_t *)bytes)[i] == value) << i;
    return matches;
}
