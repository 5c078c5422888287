/* blocks_test.c - how often equal variants are called different, and planted differences found.
 *
 * Simulated benches: in each repetition the machine has drifted by 10 %, each variant has a process
 * of its own luck (1 %), and in each of ROUNDS rounds the machine has drifted by 3 % and each slice
 * has an error of 3 %. A repetition's values are the effects of a fit over its rounds, as in
 * bench/run/slices.c. All from fixed seeds.
 */
#include "blocks.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#define DRIFT    0.10
#define LUCK     0.01
#define NOISE    0.03
#define ROUNDS   20
#define VARIANTS 5
#define BENCHES  1000
#define FEWER    200

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Standard normal (Box & Muller 1958). */
static double normal(struct random *random)
{
    return sqrt(-2 * log(uniform(random) + 1e-18)) * cos(6.283185307179586 * uniform(random));
}

/* What the rounds say of processes that do not differ. */
static void rounds_simulate(struct blocks *rounds, struct random *random)
{
    for (size_t r = 0; r < ROUNDS; r++) {
        double drift = NOISE * normal(random);
        for (size_t v = 0; v < rounds->variants; v++)
            rounds->logs[v * ROUNDS + r] = drift + NOISE * normal(random);
    }
    blocks_fit_effects(rounds);
}

/* `planted` is added to the logarithms of variant 1, `bad` to a single value of variant 2. */
static void bench_simulate(struct blocks *blocks, struct random *random, double planted, double bad)
{
    for (size_t r = 0; r < blocks->repetitions; r++) {
        double drift = DRIFT * normal(random);
        struct blocks rounds;
        blocks_create(&rounds, blocks->variants, ROUNDS);
        rounds_simulate(&rounds, random);
        for (size_t v = 0; v < blocks->variants; v++)
            blocks->logs[v * blocks->repetitions + r] = drift + LUCK * normal(random) +
                                                        rounds.effects[v] + (v == 1 ? planted : 0) +
                                                        (v == 2 && r == 1 ? bad : 0);
        blocks_release(&rounds);
    }
    blocks_fit(blocks);
}

static bool any_differ(const struct blocks *blocks)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t v = 0; v + 1 < blocks->variants; v++) {
        least = fmin(least, blocks->effects[v]);
        most = fmax(most, blocks->effects[v]);
    }
    return most - least > blocks->half_all;
}

/* Of benches of VARIANTS and a control: in how many any pair differs, or variant 1 from variant 0.
 */
static void benches_count(size_t benches, size_t repetitions, double planted, double bad,
                          size_t *any, size_t *found)
{
    struct random random;
    *any = *found = 0;
    random_seed(&random, 1);
    for (size_t i = 0; i < benches; i++) {
        struct blocks blocks;
        blocks_create(&blocks, VARIANTS + 1, repetitions);
        bench_simulate(&blocks, &random, planted, bad);
        *any += any_differ(&blocks);
        *found += blocks.effects[1] - blocks.effects[0] > blocks.half_all;
        blocks_release(&blocks);
    }
}

static void five_equal_variants_are_called_different_in_at_most_5_percent(void **state)
{
    size_t any, found;
    benches_count(BENCHES, 5, 0, 0, &any, &found);
    print_message("5 equal variants, 5 repetitions: %zu of %d\n", any, BENCHES);
    assert_true(any <= BENCHES / 20);
    assert_true(any > 0); /* the rule is not blind */
    benches_count(FEWER, 3, 0, 0, &any, &found);
    print_message("5 equal variants, 3 repetitions: %zu of %d\n", any, FEWER);
    assert_true(any <= FEWER / 20);
}

static void a_planted_difference_of_5_percent_is_found(void **state)
{
    size_t any, found;
    benches_count(BENCHES, 5, log(1.05), 0, &any, &found);
    print_message("5 %% planted, 5 repetitions: %zu of %d\n", found, BENCHES);
    assert_true(found >= BENCHES * 8 / 10);
}

/* Beside the bad value: 5 % are still found, and equal ones not told apart. */
static void one_bad_value_decides_nothing(void **state)
{
    size_t any, found;
    benches_count(FEWER, 5, log(1.05), 0.5, &any, &found);
    print_message("5 %% planted, one value 50 %% off: %zu of %d\n", found, FEWER);
    assert_true(found >= FEWER * 8 / 10);
    benches_count(FEWER, 5, 0, 0.5, &any, &found);
    print_message("equal, one value 50 %% off: %zu of %d\n", any, FEWER);
    assert_true(any <= FEWER / 20);
}

static void two_repetitions_have_no_interval(void **state)
{
    struct blocks blocks;
    struct random random;
    random_seed(&random, 1);
    blocks_create(&blocks, 3, 2);
    bench_simulate(&blocks, &random, 0, 0);
    assert_true(isnan(blocks.half_one) && isnan(blocks.half_all) && isnan(blocks.deviation));
    blocks_release(&blocks);
}

/* Two variants, three repetitions: the ratios are 1.1, 1.2 and 1.3 of logarithms 1, 2, 3. */
static void two_variants_are_a_paired_t_test(void **state)
{
    struct blocks blocks;
    blocks_create(&blocks, 2, 3);
    for (size_t r = 0; r < 3; r++) {
        blocks.logs[r] = (double)r;
        blocks.logs[3 + r] = (double)r + 1.1 + 0.1 * (double)r;
    }
    blocks_fit(&blocks);
    assert_true(fabs(blocks.effects[1] - blocks.effects[0] - 1.2) < 1e-12);
    assert_true(blocks.freedom == 2);
    /* the standard deviation of the differences is 0.1, t with 2 degrees of freedom 4.303 */
    assert_true(fabs(blocks.half_one - 4.3027 * 0.1 / sqrt(3)) < 1e-4);
    assert_true(fabs(blocks.half_all - blocks.half_one) < 1e-12);
    blocks_release(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_equal_variants_are_called_different_in_at_most_5_percent),
        cmocka_unit_test(a_planted_difference_of_5_percent_is_found),
        cmocka_unit_test(one_bad_value_decides_nothing),
        cmocka_unit_test(two_repetitions_have_no_interval),
        cmocka_unit_test(two_variants_are_a_paired_t_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
