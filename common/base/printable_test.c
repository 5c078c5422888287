/* printable_test.c - what a terminal could obey is replaced, and nothing else. */
#include "printable.h"

#include "count_of.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void texts_become_printable(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"plain\ttext\n", "plain\ttext\n"},
        {"\033]0;title\007\x7f\r\b", "?]0;title????"},
        {"\302\233"
         "2J",
         "??2J"}, /* U+009B, a control sequence in one character */
        {"\302\240\303\251\342\202\254\360\237\230\200",
         "\302\240\303\251\342\202\254\360\237\230\200"},
        {"a\377b\200c", "a?b?c"},
        {"\300\200 \340\200\200 \355\240\200 \364\220\200\200", "?? ??? ??? ????"},
        {"cut \342\202", "cut ??"},
        {"cut \342\202"
         "x\303",
         "cut ??x?"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[64];
        strcpy(text, cases[i][0]);
        assert_string_equal(text_printable(text), cases[i][1]);
    }
}

/* Every character of two bytes, against the definition. */
static void every_pair_is_judged(void **state)
{
    for (unsigned first = 1; first < 256; first++)
        for (unsigned second = 1; second < 256; second++) {
            char text[] = {(char)first, (char)second, '\0'};
            unsigned code = (first & 31) << 6 | (second & 63);
            bool character = first >= 0xc2 && first < 0xe0 && second >> 6 == 2 && code >= 0xa0;
            bool ascii = (first >= ' ' && first < 0x7f) || first == '\n' || first == '\t';
            assert_int_equal(text_printable(text)[0] == (char)first && first != '?',
                             (character || ascii) && first != '?');
        }
}

static void bytes_may_contain_zero(void **state)
{
    char bytes[] = "a\0\342\202\254\342";
    bytes_printable(bytes, 6);
    assert_memory_equal(bytes, "a?\342\202\254?", 7);
}

static void a_line_is_printed(void **state)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    assert_int_equal(printable_print(out, "%s has %d\n", "\033[2J", 7), 11);
    fclose(out);
    assert_string_equal(text, "?[2J has 7\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_printable),
        cmocka_unit_test(every_pair_is_judged),
        cmocka_unit_test(bytes_may_contain_zero),
        cmocka_unit_test(a_line_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
