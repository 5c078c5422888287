/* resource_growth.h - whether descriptors, threads, address space or page tables grow steadily.
 *
 * Memory in use is the verdict's business; these run out on their own. Pure.
 */
#pragma once

#include "result.h"

#include <stdbool.h>

enum resource {
    RESOURCE_DESCRIPTORS,
    RESOURCE_THREADS,
    RESOURCE_ADDRESS_SPACE,
    RESOURCE_PAGE_TABLES,
    RESOURCES,
};

struct resource_growth {
    bool grows;
    double per_request; /* as `requests` of the samples counts them */
    uint64_t now;       /* in the last sample */
};

/* Judges the second half of the requests: the growth is large enough to matter, goes on throughout,
 * does not slow down, and the 99.9 % interval of its slope lies above 0. */
struct resource_growth resource_growth_find(const struct result_sample *samples, size_t count,
                                            enum resource resource);
/* "open descriptors grow by 1 per 100 requests, now 1,234". Each request of the samples is `each`
 * units, such as "request" or "second". Returns words. */
const char *resource_growth_describe(const struct resource_growth *growth, enum resource resource,
                                     const char *unit, double each, char words[RESULT_WORDS_BYTES]);
