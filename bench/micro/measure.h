/* measure.h - what is measured: a policy, a size, and one of the kinds of benchmark.
 *
 * Each function below is a gbench_function whose context is a struct measure; it leaves its figures
 * there and in the benchmark's counters.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "cache_fixture.h"
#include "gbench.h"

#define BODY_CHARS 350 /* of the records that are asked for and weighed: a user's, on average */

/* The cache in use, shared by the benchmarks of one policy and size. */
struct stage {
    struct memory_zone *zone;
    struct key *keys; /* NULL until they are needed */
    uint32_t key_count;
    struct cache_fixture *fixture; /* NULL: none yet */
    const struct policy *policy;
    uint32_t entries;
    bool renewed; /* entries have come and gone since it was filled */
};

enum measure_kind { GET_HIT, GET_MISS, PUT_EVICT, FOOTPRINT, MEASURE_KINDS };

struct measure {
    enum measure_kind kind;
    const struct policy *policy;
    uint32_t entries;
    struct stage *stage;
    bool done;
    double cpu_ns; /* of an operation */
    /* FOOTPRINT: bytes per entry; rss and overhead are what lies beyond key and body, and overhead
     * leaves out rounding too. */
    double kept, rounding_bytes, overhead_bytes, rss_bytes;
    /* FOOTPRINT: the longest pause and the one that one in ten thousand exceeds. */
    double put_max_ns, put_p9999_ns, remove_max_ns, remove_p9999_ns;
};

void measure_get_hit(struct gbench *bench, void *context);
void measure_get_miss(struct gbench *bench, void *context);
void measure_put_evict(struct gbench *bench, void *context);
void measure_footprint(struct gbench *bench, void *context);

/* Frees the fixture, if there is one. */
void stage_clear(struct stage *stage);
/* The keys, made at the first call. */
const struct key *stage_keys(struct stage *stage);
/* A new, empty fixture for the measure, apart from the stage's own. */
struct cache_fixture *stage_bed(const struct measure *measure);

#endif
