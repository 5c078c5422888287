/* history_test.c - the history against plain arrays. */
#include "history.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS 20000
#define KEYS  400
#define MOST  100

struct model { /* the oldest first */
    uint64_t hashes[MOST + 1];
    uint32_t count;
};

static uint32_t model_find(const struct model *model, uint64_t hash)
{
    uint32_t at = 0;
    while (at < model->count && model->hashes[at] != hash)
        at++;
    return at;
}

static void model_drop(struct model *model, uint32_t at)
{
    memmove(&model->hashes[at], &model->hashes[at + 1],
            (--model->count - at) * sizeof model->hashes[0]);
}

struct fixture {
    struct account account;
    struct history history;
    struct model models[HISTORY_LISTS];
    uint64_t random;
};

static void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.account = {.zone = memory_zone_create()}, .random = 3};
    history_create(&f->history, &f->account, sizeof(uint64_t));
}

static void fixture_close(struct fixture *f)
{
    history_destroy(&f->history);
    assert_int_equal(f->account.bytes, 0);
    memory_zone_destroy(f->account.zone);
}

static uint64_t fixture_random(struct fixture *f, uint64_t below)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (f->random >> 33) % below;
}

static unsigned model_list(const struct fixture *f, uint64_t hash)
{
    unsigned list = 0;
    while (list < HISTORY_LISTS && model_find(&f->models[list], hash) == f->models[list].count)
        list++;
    return list;
}

static void fixture_add(struct fixture *f, uint64_t hash)
{
    unsigned list = (unsigned)fixture_random(f, HISTORY_LISTS);
    struct model *model = &f->models[list];
    *(uint64_t *)history_add(&f->history, list, hash) = ~hash;
    model->hashes[model->count++] = hash;
    uint32_t most = fixture_random(f, 50) == 0 ? MOST / 3 : MOST;
    history_trim(&f->history, list, most);
    while (model->count > most)
        model_drop(model, 0);
}

static void assert_agree(const struct fixture *f)
{
    for (unsigned list = 0; list < HISTORY_LISTS; list++) {
        const struct model *model = &f->models[list];
        const uint64_t *oldest = history_oldest(&f->history, list);
        assert_int_equal(history_count(&f->history, list), model->count);
        assert_int_equal(oldest == NULL, model->count == 0);
        if (oldest != NULL)
            assert_int_equal(*oldest, ~model->hashes[0]);
    }
}

static void lists_behave_like_arrays(void **state)
{
    struct fixture f;
    fixture_open(&f);
    for (int step = 0; step < STEPS; step++) {
        uint64_t hash = fixture_random(&f, KEYS) * RANDOM_GOLDEN;
        unsigned list = model_list(&f, hash);
        const uint64_t *note = history_note(&f.history, hash);
        assert_int_equal(history_find(&f.history, hash), list);
        assert_int_equal(note == NULL, list == HISTORY_LISTS);
        if (list == HISTORY_LISTS) {
            fixture_add(&f, hash);
        } else {
            assert_true(note != NULL && *note == ~hash);
            assert_int_equal(history_take(&f.history, hash), list);
            model_drop(&f.models[list], model_find(&f.models[list], hash));
        }
        assert_agree(&f);
    }
    fixture_close(&f);
}

static void memory_is_freed(void **state)
{
    struct fixture f;
    fixture_open(&f);
    uint64_t empty = f.account.bytes;
    for (uint64_t i = 0; i < 20000; i++)
        history_add(&f.history, 0, i * RANDOM_GOLDEN);
    assert_true(f.account.bytes > 20000 * 24);
    history_trim(&f.history, 0, 0);
    for (uint64_t i = 0; i < 2000; i++) { /* the index shrinks a step at a time */
        history_add(&f.history, 0, i * RANDOM_GOLDEN);
        history_trim(&f.history, 0, 0);
    }
    assert_true(f.account.bytes < empty + 40000);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_behave_like_arrays),
        cmocka_unit_test(memory_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
