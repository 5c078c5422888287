/* quantile_test.c - quantiles as printed in tables. */
#include "quantile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static void assert_close(double value, double expected)
{
    assert_true(fabs(value / expected - 1) < 5e-4);
}

static void students_t_is_as_in_tables(void **state)
{
    assert_close(quantile_student(0.95, 1), 12.7062);
    assert_close(quantile_student(0.95, 4), 2.7764);
    assert_close(quantile_student(0.95, 20), 2.0860);
    assert_close(quantile_student(0.999, 2), 31.5991);
    assert_close(quantile_student(0.999, 8), 5.0413);
}

static void the_studentised_range_is_as_in_tables(void **state)
{
    assert_close(quantile_range(0.95, 3, 2), 8.331);
    assert_close(quantile_range(0.95, 5, 20), 4.232);
    assert_close(quantile_range(0.95, 10, 10), 5.598);
    assert_close(quantile_range(0.99, 4, 12), 5.502);
}

/* Tables of Student's t. */
static void quantiles_are_those_of_the_tables(void **state)
{
    static const struct {
        double tail;
        unsigned freedom;
        double value;
    } rows[] = {
        {0.05, 1, 6.3138},    {0.025, 2, 4.3027},   {0.025, 5, 2.5706},  {0.0005, 5, 6.8688},
        {0.0005, 12, 4.3178}, {0.0005, 61, 3.4572}, {0.025, 30, 2.0423},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double found = quantile_student(1 - 2 * rows[i].tail, rows[i].freedom);
        assert_true(fabs(found - rows[i].value) < 1e-3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(students_t_is_as_in_tables),
        cmocka_unit_test(quantiles_are_those_of_the_tables),
        cmocka_unit_test(the_studentised_range_is_as_in_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
