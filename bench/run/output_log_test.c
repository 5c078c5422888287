/* output_log_test.c - a writer never blocks, and the end of its output is kept. */
#include "output_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES 200000 /* of 12 bytes: far more than a pipe holds */

/* Returns the end for writing. */
static FILE *log_open(struct output_log **log)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *log = output_log_start(ends[0]);
    return fdopen(ends[1], "w");
}

static void a_writer_does_not_block(void **state)
{
    struct output_log *log;
    char text[OUTPUT_LOG_BYTES];
    FILE *writer = log_open(&log);
    for (unsigned i = 0; i < LINES; i++)
        fprintf(writer, "line %06u\n", i);
    fclose(writer);
    output_log_stop(log, text);
    assert_int_equal(strlen(text), OUTPUT_LOG_BYTES - 1);
    assert_string_equal(text + strlen(text) - 12, "line 199999\n");
}

static void the_end_can_be_read_meanwhile(void **state)
{
    struct output_log *log;
    char text[OUTPUT_LOG_BYTES];
    FILE *writer = log_open(&log);
    assert_false(output_log_read(log, text));
    assert_string_equal(text, "");
    fprintf(writer, "ready\n");
    fflush(writer);
    while (strcmp(text, "ready\n") != 0)
        assert_false(output_log_read(log, text));
    fclose(writer);
    while (!output_log_read(log, text))
        usleep(1000);
    output_log_stop(log, text);
    assert_string_equal(text, "ready\n");
}

static void stopping_does_not_wait_for_writers(void **state)
{
    struct output_log *log;
    char text[OUTPUT_LOG_BYTES];
    FILE *writer = log_open(&log);
    fprintf(writer, "still here\n");
    fflush(writer);
    output_log_stop(log, text);
    assert_string_equal(text, "still here\n");
    fclose(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_does_not_block),
        cmocka_unit_test(the_end_can_be_read_meanwhile),
        cmocka_unit_test(stopping_does_not_wait_for_writers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
