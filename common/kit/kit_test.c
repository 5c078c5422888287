/* kit_test.c - slots, arrays, queues and heaps against simple models. */
#include "heap.h"
#include "queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SLOTS 5000
#define STEPS 200000

struct fixture {
    struct account account;
    struct slots slots;
    uint64_t random;
};

static void fixture_open(struct fixture *fixture, size_t node_bytes)
{
    *fixture = (struct fixture){.account = {.zone = memory_zone_create()}, .random = 42};
    slots_create(&fixture->slots, &fixture->account, node_bytes);
}

static void fixture_close(struct fixture *fixture)
{
    slots_destroy(&fixture->slots);
    assert_int_equal(fixture->account.bytes, 0);
    memory_zone_destroy(fixture->account.zone);
}

static uint64_t fixture_random(struct fixture *fixture, uint64_t below)
{
    fixture->random = fixture->random * 6364136223846793005u + 1442695040888963407u;
    return (fixture->random >> 33) % below;
}

static void slots_are_unique_keep_their_words_and_are_reused(void **state)
{
    struct fixture f;
    fixture_open(&f, sizeof(struct link));
    static uint32_t taken[SLOTS];
    uint32_t count = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        if (count < SLOTS && fixture_random(&f, 100) < 55) {
            uint32_t slot = slots_take(&f.slots);
            assert_true(slot < 2 * SLOTS);
            *slot_word(&f.slots, slot) = UINT64_C(0xabcd00000000) + slot;
            taken[count++] = slot;
        } else if (count > 0) {
            uint32_t i = (uint32_t)fixture_random(&f, count);
            assert_int_equal(*slot_word(&f.slots, taken[i]), UINT64_C(0xabcd00000000) + taken[i]);
            slots_give(&f.slots, taken[i]);
            taken[i] = taken[--count];
        }
    }
    static bool seen[SLOTS * 2];
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < count; i++) {
        assert_false(seen[taken[i]]);
        seen[taken[i]] = true;
    }
    fixture_close(&f);
}

static void slots_stay_dense_and_free_memory(void **state)
{
    struct fixture f;
    fixture_open(&f, sizeof(struct link));
    for (uint32_t i = 0; i < 100 * SLOT_CHUNK_SLOTS; i++)
        assert_int_equal(slots_take(&f.slots), i);
    uint64_t full = f.account.bytes;
    for (uint32_t i = 10; i < 100 * SLOT_CHUNK_SLOTS; i++)
        slots_give(&f.slots, i);
    assert_true(f.account.bytes < full / 20);
    assert_int_equal(slots_take(&f.slots), 100 * SLOT_CHUNK_SLOTS - 1);
    assert_true(slots_take(&f.slots) < SLOT_CHUNK_SLOTS);
    fixture_close(&f);
}

static void array_grows_and_shrinks(void **state)
{
    struct fixture f;
    struct array array;
    fixture_open(&f, 0);
    array_create(&array, &f.account, "array", sizeof(uint64_t));
    for (uint32_t i = 0; i < 100000; i++) {
        array_push(&array);
        *(uint64_t *)array_at(&array, i) = i * 3;
    }
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(*(uint64_t *)array_at(&array, i), i * 3);
    uint64_t full = f.account.bytes;
    while (array.count > 100)
        array_pop(&array);
    assert_true(f.account.bytes < full / 20);
    assert_int_equal(*(uint64_t *)array_at(&array, 99), 297);
    array_destroy(&array);
    fixture_close(&f);
}

/* The model: an array of slots, head first. */
static void queue_has_the_expected_order(void **state)
{
    enum { MEMBERS = 40 };
    struct fixture f;
    fixture_open(&f, sizeof(struct link));
    struct queue queue = QUEUE_EMPTY;
    uint32_t model[MEMBERS];
    uint32_t count = 0;
    for (uint32_t step = 0; step < STEPS / 10; step++) {
        uint32_t i = count == 0 ? 0 : (uint32_t)fixture_random(&f, count);
        uint64_t choice = fixture_random(&f, 3);
        uint32_t slot;
        if (count == 0 || (choice == 0 && count < MEMBERS)) {
            slot = slots_take(&f.slots);
            link_at(&f.slots, slot)->tag = slot & LINK_TAG_MAX;
            queue_push(&queue, &f.slots, slot);
            i = count++;
        } else if (choice == 1) {
            slot = model[i];
            queue_to_head(&queue, &f.slots, slot);
        } else {
            assert_int_equal(link_at(&f.slots, model[i])->tag, model[i] & LINK_TAG_MAX);
            queue_remove(&queue, &f.slots, model[i]);
            slots_give(&f.slots, model[i]);
            memmove(model + i, model + i + 1, (--count - i) * sizeof *model);
            slot = NO_SLOT;
        }
        if (slot != NO_SLOT) {
            memmove(model + 1, model, i * sizeof *model);
            model[0] = slot;
        }
        assert_int_equal(queue.count, count);
        assert_int_equal(queue.head, count == 0 ? NO_SLOT : model[0]);
        assert_int_equal(queue.tail, count == 0 ? NO_SLOT : model[count - 1]);
        uint32_t at = queue.head;
        for (uint32_t k = 0; k < count; k++, at = link_at(&f.slots, at)->next)
            assert_int_equal(at, model[k]);
    }
    fixture_close(&f);
}

/* The model: a key and an order of arrival for each slot, searched through. */
static void heap_gives_the_smallest_and_oldest(void **state)
{
    enum { MEMBERS = 200 };
    struct fixture f;
    struct heap heap;
    struct {
        uint32_t slot;
        uint64_t key, order;
    } model[MEMBERS];
    uint32_t count = 0;
    fixture_open(&f, sizeof(struct heap_node));
    heap_create(&heap, &f.account, &f.slots);
    for (uint64_t step = 0; step < STEPS / 4; step++) {
        uint32_t i = count == 0 ? 0 : (uint32_t)fixture_random(&f, count);
        uint64_t key = fixture_random(&f, 50);
        uint64_t choice = fixture_random(&f, 20);
        if (count == 0 || (choice < 10 && count < MEMBERS)) {
            model[count].slot = slots_take(&f.slots);
            model[count].key = key;
            model[count].order = step;
            heap_push(&heap, model[count++].slot, key);
        } else if (choice < 15) {
            heap_update(&heap, model[i].slot, key);
            model[i].key = key;
            model[i].order = step;
        } else {
            heap_remove(&heap, model[i].slot);
            slots_give(&f.slots, model[i].slot);
            model[i] = model[--count];
        }
        uint32_t best = 0;
        for (uint32_t k = 1; k < count; k++)
            if (model[k].key < model[best].key ||
                (model[k].key == model[best].key && model[k].order < model[best].order))
                best = k;
        uint64_t first_key = 0;
        uint32_t first = heap_first(&heap, &first_key);
        assert_int_equal(first, count == 0 ? NO_SLOT : model[best].slot);
        if (count > 0)
            assert_int_equal(first_key, model[best].key);
    }
    heap_destroy(&heap);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_unique_keep_their_words_and_are_reused),
        cmocka_unit_test(slots_stay_dense_and_free_memory),
        cmocka_unit_test(array_grows_and_shrinks),
        cmocka_unit_test(queue_has_the_expected_order),
        cmocka_unit_test(heap_gives_the_smallest_and_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
