/* live_sample_test.c - the sample has the objects it should, and none that was freed. */
#include "live_sample.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OBJECTS = 60000, OBJECT_BYTES = 48, THREADS = 3, ROUNDS = 20 };

struct fixture {
    struct memory_zone *zone;
    struct live_sample *live_sample;
    char *objects; /* never touched: only their addresses count */
};

static void fixture_open(struct fixture *f)
{
    f->zone = memory_zone_create();
    f->live_sample = live_sample_create(f->zone);
    f->objects = malloc((size_t)OBJECTS * OBJECT_BYTES);
    assert_non_null(f->objects);
}

static void fixture_close(struct fixture *f)
{
    live_sample_destroy(f->live_sample);
    memory_zone_destroy(f->zone);
    free(f->objects);
}

static void *object_at(const struct fixture *f, size_t i)
{
    return f->objects + i * OBJECT_BYTES;
}

struct seen {
    const struct fixture *f;
    size_t count;
    bool there[OBJECTS];
};

static void seen_note(void *context, void *object)
{
    struct seen *seen = context;
    size_t i = (size_t)((char *)object - seen->f->objects) / OBJECT_BYTES;
    assert_false(seen->there[i]);
    seen->there[i] = true;
    seen->count++;
}

static void assert_sample(const struct fixture *f, size_t from, size_t to)
{
    static struct seen seen;
    memset(&seen, 0, sizeof seen);
    seen.f = f;
    size_t at = 0;
    do
        at = live_sample_visit(f->live_sample, at, seen_note, &seen);
    while (at != 0);
    for (size_t i = 0; i < OBJECTS; i++)
        assert_int_equal(seen.there[i], i >= from && i < to &&
                                            live_sample_includes(f->live_sample, object_at(f, i)));
    assert_true(seen.count <= LIVE_SAMPLE_MAX);
    size_t expected = (to - from) / live_sample_interval(f->live_sample);
    assert_in_range(seen.count, expected * 8 / 10, expected * 12 / 10);
}

static void few_objects_are_all_in_the_sample(void **state)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < LIVE_SAMPLE_MAX; i++)
        live_sample_created(f.live_sample, object_at(&f, i));
    assert_int_equal(live_sample_interval(f.live_sample), 1);
    assert_sample(&f, 0, LIVE_SAMPLE_MAX);
    for (size_t i = 0; i < LIVE_SAMPLE_MAX; i++)
        live_sample_freed(f.live_sample, object_at(&f, i));
    assert_sample(&f, 0, 0);
    fixture_close(&f);
}

static void of_many_objects_one_in_n_is_in_the_sample(void **state)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < OBJECTS; i++)
        live_sample_created(f.live_sample, object_at(&f, i));
    assert_in_range(live_sample_interval(f.live_sample), OBJECTS / LIVE_SAMPLE_MAX,
                    4 * OBJECTS / LIVE_SAMPLE_MAX);
    assert_sample(&f, 0, OBJECTS);
    for (size_t i = 0; i < OBJECTS / 2; i++)
        live_sample_freed(f.live_sample, object_at(&f, i));
    assert_sample(&f, OBJECTS / 2, OBJECTS);
    for (size_t i = OBJECTS / 2; i < OBJECTS; i++)
        live_sample_freed(f.live_sample, object_at(&f, i));
    assert_sample(&f, 0, 0);
    fixture_close(&f);
}

struct part {
    struct fixture *f;
    size_t from, to;
};

static void *part_run(void *context)
{
    struct part *part = context;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = part->from; i < part->to; i++)
            live_sample_created(part->f->live_sample, object_at(part->f, i));
        for (size_t i = part->from; i < part->to; i++)
            live_sample_freed(part->f->live_sample, object_at(part->f, i));
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    struct fixture f;
    struct part parts[THREADS];
    pthread_t threads[THREADS];
    fixture_open(&f);
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct part){&f, i * OBJECTS / THREADS, (i + 1) * OBJECTS / THREADS};
        assert_int_equal(pthread_create(&threads[i], NULL, part_run, &parts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_sample(&f, 0, 0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_objects_are_all_in_the_sample),
        cmocka_unit_test(of_many_objects_one_in_n_is_in_the_sample),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
