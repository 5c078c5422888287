/* growth.c - the longest pause of a put while a cache grows from nothing, and of a removal while it
 * shrinks back.
 *
 * The clock sees what else the machine does in between. A pause in which the kernel ran another
 * program is left out, and of several repeats the least is the cache's own.
 */
#include "measure.h"

#include <stdlib.h>
#include <sys/resource.h>
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

/* Pauses of some operations, in their order. */
struct pauses {
    uint32_t *ns;
    uint32_t count, interrupted;
    uint64_t began_ns;
    long switches; /* of this thread, against its will, when last looked at */
};

#define LOOK_EVERY 64    /* operations */
#define LOOK_ABOVE 20000 /* ns */

static long switches_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

static void pause_begin(struct pauses *pauses)
{
    if (pauses->count % LOOK_EVERY == 0)
        pauses->switches = switches_now();
    pauses->began_ns = clock_ns();
}

static void pause_end(struct pauses *pauses)
{
    uint64_t pause_ns = clock_ns() - pauses->began_ns;
    if (pause_ns > LOOK_ABOVE && switches_now() != pauses->switches) {
        pauses->switches = switches_now();
        pauses->interrupted++;
        pause_ns = 0;
    }
    pauses->ns[pauses->count++] = (uint32_t)pause_ns;
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

static void pauses_judge(struct pauses *pauses, double *max_ns, double *p9999_ns)
{
    uint32_t last = pauses->count - 1, rare = last / 10000;
    qsort(pauses->ns, pauses->count, sizeof *pauses->ns, pause_compare);
    *max_ns = lesser(*max_ns, pauses->ns[last]);
    *p9999_ns = lesser(*p9999_ns, pauses->ns[last - rare]);
    pauses->count = 0;
}

static void grow(struct bed *bed, uint32_t count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = bed_record(bed, i);
        pause_begin(pauses);
        bed_keep(bed, i, record);
        pause_end(pauses);
    }
}

static void shrink(struct bed *bed, uint32_t count, struct pauses *pauses)
{
    for (uint32_t i = 0; i < count; i++) {
        pause_begin(pauses);
        bed_drop(bed, i);
        pause_end(pauses);
    }
}

static void growth_repeat(struct measure *measure, struct pauses *pauses)
{
    struct stage *stage = measure->stage;
    struct bed *bed = bed_create(stage->zone, &(struct bed_setup){.policy = measure->policy,
                                                                  .entries = measure->entries,
                                                                  .keys = stage_keys(stage),
                                                                  .key_count = stage->key_count,
                                                                  .body_chars = GROWTH_CHARS});
    grow(bed, measure->entries, pauses);
    pauses_judge(pauses, &measure->put_max_ns, &measure->put_p9999_ns);
    shrink(bed, measure->entries, pauses);
    pauses_judge(pauses, &measure->remove_max_ns, &measure->remove_p9999_ns);
    bed_destroy(bed);
}

void measure_growth(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    stage_clear(measure->stage);
    struct pauses pauses = {
        .ns = memory_alloc(measure->stage->zone, measure->entries * sizeof *pauses.ns)};
    measure->put_max_ns = measure->put_p9999_ns = UINT32_MAX;
    measure->remove_max_ns = measure->remove_p9999_ns = UINT32_MAX;
    int repeats = 0;
    while (gbench_more(bench, 1))
        do
            growth_repeat(measure, &pauses);
        while (++repeats < REPEATS_MAX &&
               (measure->put_max_ns > GOAL_NS || measure->remove_max_ns > GOAL_NS));
    memory_free(pauses.ns);
    gbench_counter(bench, "repeats", repeats);
    gbench_counter(bench, "interrupted", pauses.interrupted);
    gbench_counter(bench, "put_max_ns", measure->put_max_ns);
    gbench_counter(bench, "put_p99.99_ns", measure->put_p9999_ns);
    gbench_counter(bench, "remove_max_ns", measure->remove_max_ns);
    gbench_counter(bench, "remove_p99.99_ns", measure->remove_p9999_ns);
}
