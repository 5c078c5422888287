/* shuffle_test.c - orders are permutations, and each is equally likely. */
#include "shuffle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#define COUNT  4
#define ORDERS 24
#define DRAWS  24000

/* The number of the permutation among all of COUNT elements, from 0. */
static size_t number_of(const size_t order[COUNT])
{
    size_t number = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t smaller = 0;
        for (size_t j = i + 1; j < COUNT; j++)
            smaller += order[j] < order[i];
        number = number * (COUNT - i) + smaller;
    }
    return number;
}

/* The bounds are five standard deviations wide, and the seed is fixed. */
static void each_order_is_equally_likely(void **state)
{
    unsigned drawn[ORDERS] = {0};
    struct random random;
    (void)state;
    random_seed(&random, 1);
    for (size_t i = 0; i < DRAWS; i++) {
        size_t order[COUNT];
        bool seen[COUNT] = {false};
        shuffle(order, COUNT, &random);
        for (size_t j = 0; j < COUNT; j++)
            seen[order[j]] = true;
        for (size_t j = 0; j < COUNT; j++)
            assert_true(seen[j]);
        drawn[number_of(order)]++;
    }
    for (size_t i = 0; i < ORDERS; i++)
        assert_in_range(drawn[i], 845, 1155);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_order_is_equally_likely)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
