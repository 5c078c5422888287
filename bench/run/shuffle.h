/* shuffle.h - puts numbers into a random order. */
#pragma once

#include "random.h"

#include <stddef.h>

/* Fills order[] with 0 to count - 1, each order equally likely (Fisher and Yates 1938). */
static inline void shuffle(size_t *order, size_t count, struct random *random)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)random_below(random, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
}
