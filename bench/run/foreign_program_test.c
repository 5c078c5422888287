/* foreign_program_test.c - a single program takes the place of its shell. */
#include "foreign_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define URL "http://127.0.0.1:{port}/{id}"

static void becomes(const char *command, const char *format)
{
    struct foreign_program program;
    struct error error = {""};
    char expected[FOREIGN_SCRIPT_BYTES];
    if (foreign_program_prepare(&program, command, URL, &error) != 0)
        fail_msg("%s", error.text);
    snprintf(expected, sizeof expected, format, program.port);
    assert_string_equal(program.script, expected);
}

static void one_program_is_executed(void **state)
{
    becomes("./service {port} --fast", "exec ./service %u --fast");
    becomes("PORT={port} ./service", "PORT=%u ./service");
    becomes("cd x; ./service {port}", "cd x; ./service %u");
    becomes("./service {port} & wait", "./service %u & wait");
}

static void long_commands_are_refused(void **state)
{
    char command[FOREIGN_SCRIPT_BYTES + 8];
    struct error error = {""};
    memset(command, 'x', sizeof command);
    memcpy(command + sizeof command - 7, "{port}", sizeof "{port}");
    assert_int_equal(foreign_program_check(command, URL, &error), -1);
    assert_non_null(strstr(error.text, "longer than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_program_is_executed),
        cmocka_unit_test(long_commands_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
