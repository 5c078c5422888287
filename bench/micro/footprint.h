/* footprint.h - the memory of a cache, and its longest pauses while it grows and shrinks. */
#pragma once

#include "filled_cache.h"

/* Bytes are per entry and beyond key and body: overhead_bytes does not contain rounding_bytes,
 * rss_bytes contains both. The p9999 pauses are those that 1 in 10,000 operations exceeds. A policy
 * that stores nothing has 0 entries, and all else is NAN. */
struct footprint {
    double entries; /* after all have been replaced; NAN: the measuring process failed */
    double rounding_bytes, overhead_bytes;
    double rss_full_bytes; /* growth of RSS when the cache was full, */
    double rss_bytes;      /* and after all entries were replaced and unused pages returned */
    double put_max_ns, put_p9999_ns, remove_max_ns, remove_p9999_ns;
    double interrupted; /* pauses left out, in which the kernel ran another program */
};

struct footprint footprint_unknown(void);
/* Measures each policy in a process of its own, at most two at a time. `keys` are twice as many as
 * the entries. Returns how many processes failed. */
size_t footprints_measure(struct memory_zone *zone, const struct policy *const *policies,
                          size_t count, uint32_t entries, const struct key *keys,
                          struct footprint *footprints);
