/* chart_test.c - what a chart looks like, to the dot. */
#include "chart.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char *plain(char text[UNITS_TEXT_BYTES], double value)
{
    snprintf(text, UNITS_TEXT_BYTES, "%.0f", value);
    return text;
}

static size_t lines_count(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* Freed with free. */
static char *draw(const struct chart *chart)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    size_t lines = chart_print(chart, out);
    fclose(out);
    assert_int_equal(lines, lines_count(text));
    return text;
}

static struct chart chart_of(const struct chart_series *series, size_t series_count,
                             const double *x, size_t count)
{
    return (struct chart){.series = series,
                          .series_count = series_count,
                          .x = x,
                          .count = count,
                          .width = CHART_WIDTH_MIN,
                          .height = 3,
                          .format_x = plain,
                          .format_y = plain};
}

static void a_line_rises(void **state)
{
    static const double x[] = {0, 100}, y[] = {0, 10};
    const struct chart_series series = {"y", y};
    struct chart chart = chart_of(&series, 1, x, 2);
    char *text = draw(&chart);
    assert_string_equal(text, "10 \u2502             \u2880\u28c0\u2860\u2824\u2812\u2812\u2809\n"
                              " 5 \u2502      \u2880\u28c0\u2824\u2824\u2812\u2812\u2809\u2801\n"
                              " 0 \u2502\u28c0\u2824\u2824\u2812\u280a\u2809\u2801\n"
                              "   \u25140                100\n");
    free(text);
}

static void ascii_is_drawn_where_nothing_else_can_be(void **state)
{
    static const double x[] = {0, 100}, y[] = {0, 10};
    const struct chart_series series = {"y", y};
    struct chart chart = chart_of(&series, 1, x, 2);
    chart.ascii = true;
    char *text = draw(&chart);
    assert_non_null(strstr(text, "10 |"));
    assert_non_null(strstr(text, "   +0"));
    assert_non_null(strchr(text, '*'));
    for (const char *at = text; *at != '\0'; at++)
        assert_in_range((unsigned char)*at, '\n', '~');
    free(text);
}

static void a_ripple_is_no_wave(void **state)
{
    static const double x[] = {0, 1, 2, 3}, y[] = {100000, 100001, 100000, 100001};
    const struct chart_series series = {"y", y};
    struct chart chart = chart_of(&series, 1, x, 4);
    char *text = draw(&chart);
    char *top = strtok(text, "\n"), *middle = strtok(NULL, "\n"), *bottom = strtok(NULL, "\n");
    assert_string_equal(top, "101001 \u2502");
    assert_string_equal(bottom, " 99000 \u2502");
    assert_true(strlen(middle) > strlen(top));
    free(text);
}

static void the_scale_begins_at_zero_unless_far(void **state)
{
    static const double x[] = {0, 1}, near[] = {40, 100}, far[] = {90, 100};
    const struct chart_series series[] = {{"near", near}, {"far", far}};
    for (size_t i = 0; i < 2; i++) {
        struct chart chart = chart_of(&series[i], 1, x, 2);
        char *text = draw(&chart);
        assert_non_null(strstr(text, i == 0 ? "\n  0 \u2502" : "\n 90 \u2502"));
        free(text);
    }
}

static void names_stand_as_the_curves_end(void **state)
{
    static const double x[] = {0, 1, 2}, low[] = {1, 1, 1}, high[] = {2, 9, NAN};
    const struct chart_series series[] = {{"low", low}, {"high", high}};
    struct chart chart = chart_of(series, 2, x, 3);
    char *text = draw(&chart);
    assert_non_null(strstr(text, "from the top: high, low\n"));
    assert_null(strchr(text, '\033'));
    free(text);
    chart.colours = true;
    text = draw(&chart);
    assert_non_null(strstr(text, "\033[33mhigh\033[0m, \033[36mlow\033[0m\n"));
    free(text);
}

static void a_limit_is_drawn_when_near(void **state)
{
    static const double x[] = {0, 1}, y[] = {50, 80};
    const struct chart_series series = {"y", y};
    struct chart chart = chart_of(&series, 1, x, 2);
    chart.line = 100;
    char *text = draw(&chart);
    assert_memory_equal(text, "100 \u2502\u2801", 10);
    free(text);
    chart.line = 1000;
    text = draw(&chart);
    assert_memory_equal(text, "80 \u2502", 6);
    free(text);
}

static void odd_values_do_no_harm(void **state)
{
    static const double x[] = {0, 0, 1, INFINITY}, none[] = {NAN, NAN, NAN, NAN};
    static const double odd[] = {-1e300, 0, 1e300, 5}, zero[] = {0, 0, 0, 0};
    const struct chart_series series[] = {{"none", none}, {"odd", odd}, {"zero", zero}};
    for (size_t i = 0; i < 3; i++) {
        for (size_t width = 0; width < 1000; width += 99) {
            struct chart chart = chart_of(&series[i], 1, x, 4);
            chart.width = chart.height = width;
            chart.format_y = chart.format_x = units_format_size;
            char *text = draw(&chart);
            assert_true((*text == '\0') == (i == 0));
            free(text);
        }
    }
    struct chart chart = chart_of(series, 3, x, 0);
    char *text = draw(&chart);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_rises),
        cmocka_unit_test(ascii_is_drawn_where_nothing_else_can_be),
        cmocka_unit_test(a_ripple_is_no_wave),
        cmocka_unit_test(the_scale_begins_at_zero_unless_far),
        cmocka_unit_test(names_stand_as_the_curves_end),
        cmocka_unit_test(a_limit_is_drawn_when_near),
        cmocka_unit_test(odd_values_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
