/* measure.h - one measurement: a policy, a number of entries, and a kind of benchmark.
 *
 * The functions measure_* are gbench_functions whose context is a struct measure. They store their
 * results there and in the benchmark's counters.
 */
#pragma once

#include "cache_fixture.h"
#include "gbench.h"

#define BODY_CHARS 350 /* of each record, as of an average user */

/* A filled cache that the time measurements of one policy and size share: filling takes longer than
 * measuring. */
struct shared_cache {
    struct memory_zone *zone;
    struct key *keys; /* NULL until they are needed */
    uint32_t key_count;
    struct cache_fixture *fixture; /* NULL if there is none */
    const struct policy *policy;
    uint32_t entries;
    bool modified; /* entries have been inserted and evicted since it was filled */
};

/* The times come first, so that FOOTPRINT is also their number. */
enum measure_kind { GET_HIT, GET_MISS, PUT_EVICT, FOOTPRINT, MEASURE_KINDS };

/* Bytes are per entry and beyond key and body: overhead_bytes does not contain rounding_bytes,
 * rss_bytes contains both. The p9999 pauses are those that 1 in 10,000 operations exceeds. */
struct footprint {
    double entries; /* kept by the policy after all have been replaced; 0: all else is 0 */
    double rounding_bytes, overhead_bytes;
    double rss_full_bytes; /* growth of RSS when the cache was full, */
    double rss_bytes;      /* and after all entries were replaced and unused pages returned */
    double put_max_ns, put_p9999_ns, remove_max_ns, remove_p9999_ns;
    double interrupted; /* pauses left out, in which the kernel ran another program */
};

struct measure {
    enum measure_kind kind;
    const struct policy *policy;
    uint32_t entries;
    struct shared_cache *shared;
    bool done;
    double cpu_ns;              /* of an operation */
    struct footprint footprint; /* FOOTPRINT only */
};

void measure_get_hit(struct gbench *bench, void *context);
void measure_get_miss(struct gbench *bench, void *context);
void measure_put_evict(struct gbench *bench, void *context);
void measure_footprint(struct gbench *bench, void *context);

/* Destroys the shared fixture, if there is one. */
void shared_cache_clear(struct shared_cache *shared);
/* The keys, which the first call creates. */
const struct key *shared_cache_keys(struct shared_cache *shared);
/* A new, empty fixture for the measurement, not the shared one. The caller destroys it. */
struct cache_fixture *measure_fixture(const struct measure *measure);
