/* interpreter_test.c - no statement holds the thread for long, whatever it calls.
 *
 * CPU time of this thread is measured, so that other processes do not matter.
 */
#include "interpreter.h"

#include "clock.h"
#include "count_of.h"
#include "policies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of the longest slice, which is 10 ms. Sanitizers make large allocations slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLICE_MS_MAX 2000
#else
#define SLICE_MS_MAX 40
#endif
#define MS(ns) ((ns) / NS_PER_MS)
/* After which the hook runs rarely, since these instructions are fast. */
#define FAST "for i = 1, 20000 do end "

static const char *const statements[] = {
    "return #string.format('%q', ('\\1'):rep(1048000))",
    "budget('5s') local t = {} for i = 1, 200000 do t[i] = i + 0.1 end return #table.concat(t)",
    "budget('5s') local t = {} for i = 1, 200000 do t[i] = i + 0.1 end return #json(t)",
    "budget('5s') local t = {} for i = 1, 9000 do t[i] = 1e308 end "
    "return string.format(('%.99f'):rep(9000), table.unpack(t))",
    "budget('5s') local t = {} for i = 1, 200000 do t[i] = 1.5 end " FAST
    "while true do math.max(table.unpack(t, 1, 190000)) end",
    "local s = ('1'):rep(1048000) " FAST "for i = 1, 200 do local x = s + 1, s - 1, s * 1 end",
    "local s = ('1'):rep(1048000) " FAST "for i = 1, 200 do tonumber(s) tonumber(s, 36) end",
    "local s = ('x'):rep(1048000) " FAST "for i = 1, 200 do s:upper() s:reverse() end",
    "local s = ('x'):rep(1048000) " FAST "for i = 1, 200 do utf8.len(s) end",
    "local s = ('x'):rep(1047999) " FAST "for i = 1, 200 do local x = s .. 'x' end",
    "local s = ('x'):rep(1 << 19) local p = ('x'):rep(1 << 18) .. 'y' " FAST
    "for i = 1, 200 do string.find(s, p, 1, true) end",
    "local s = ('x'):rep(1048000) " FAST "for i = 1, 200 do utf8.codepoint(s, 1, 200000) end",
    "budget('5s') local t = {} for i = 1, 262144 do t[i] = 1 end for i = 1, 262144 do t[i] = nil "
    "end " FAST "for i = 1, 200 do next(t) next(t) next(t) next(t) end",
    "budget('5s') local m, p = {}, {} local w = setmetatable({}, m) rawset(m, '__mode', 'k') "
    "for i = 1, 60000 do local n = {} w[n], p = p, n end for i = 1, 60000 do local x = {} end",
    "budget('5s') local t = {} while true do t[#t + 1] = {} end",
    "budget('5s') local t = {} while true do t = {t} end",
    "budget('5s') local t = {} for i = 1, 150000 do t[i] = {} end local s = ('x'):rep(1048000) "
    "while true do pcall(function() s = s .. s end) end",
    "budget('60s', '64MiB') local t = {} for i = 1, 600000 do t[i] = {} end "
    "local s = ('x'):rep(1048000) while true do pcall(function() s = s .. s end) end",
    "budget('60s', '64MiB') local t = {} for i = 1, 90000 do t[i] = {} end "
    "local s = ('x'):rep(1048000) for i = 1, 50 do pcall(function() s = s .. s end) end",
    "budget('2s', '64MiB') local t = {} for i = 1, 90000 do t[i] = {} end "
    "while true do for i = 1, #t do t[i][1] = {} end end",
    "budget('2s', '64MiB') local t = {} for i = 1, 80000 do t[i] = i .. 'x' end "
    "while true do for i = 1, #t do t[i] = i .. 'y' end end",
    "local s = 'return {' .. ('{},'):rep(5000) .. '}' while true do load(s) end",
    "local s = ('go' .. 'to a '):rep(2000) .. '::a::' while true do load(s) end",
};

struct test {
    struct handler *handler;
    struct module_host host;
    uint64_t client_bytes;
    uint64_t longest_ns;
    struct interpreter *interpreter;
};

static bool write_nothing(void *context, const char *bytes, size_t count)
{
    return true;
}

static int setup(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    struct error error;
    struct handler_setup setup = {.version = "1",
                                  .cache.policy = policy_find("lru"),
                                  .origin = "faker",
                                  .threads = 1,
                                  .now_ns = 1};
    test->handler = handler_create(&setup, &error);
    test->host = (struct module_host){test->handler, "http://localhost", &test->client_bytes};
    *state = test;
    return test->handler ? 0 : -1;
}

static int teardown(void **state)
{
    struct test *test = *state;
    handler_destroy(test->handler);
    free(test);
    return 0;
}

static void interpreter_open(struct test *test)
{
    test->interpreter = interpreter_create(&test->host, write_nothing, NULL);
    while (!interpreter_ready(test->interpreter))
        assert_true(interpreter_prepare(test->interpreter));
}

static void interpreter_close(struct test *test)
{
    interpreter_drop_variables(test->interpreter);
    while (interpreter_free_slice(test->interpreter))
        ;
    interpreter_destroy(test->interpreter);
}

/* The next slice; the first one where `text` is not NULL. */
static enum progress slice(struct test *test, const char *text)
{
    uint64_t began_ns = clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
    enum progress progress =
        text ? interpreter_begin(test->interpreter, (struct span){text, strlen(text)})
             : interpreter_step(test->interpreter);
    uint64_t passed_ns = clock_read_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns;
    if (passed_ns > test->longest_ns)
        test->longest_ns = passed_ns;
    return progress;
}

static enum progress statement_run(struct test *test, const char *text)
{
    enum progress progress = slice(test, text);
    while (progress == PROGRESS_RUNNING)
        progress = slice(test, NULL);
    return progress;
}

static void no_slice_is_long(void **state)
{
    struct test *test = *state;
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        interpreter_open(test);
        test->longest_ns = 0;
        statement_run(test, statements[i]);
        if (MS(test->longest_ns) > SLICE_MS_MAX)
            fail_msg("a slice of %d ms: %s", (int)MS(test->longest_ns), statements[i]);
        interpreter_close(test);
    }
    assert_int_equal(test->client_bytes, 0);
}

/* However much memory it may use, and whatever it catches. */
static void objects_are_bounded(void **state)
{
    struct test *test = *state;
    interpreter_open(test);
    assert_int_equal(statement_run(test, "budget('60s', '64MiB') t = {} for i = 1, 50000 do "
                                         "t[i] = {i} end"),
                     PROGRESS_DONE);
    assert_int_equal(statement_run(test, "t = nil pcall(function() local t = {} for i = 1, 1e6 do "
                                         "t[i] = {} end end) while true do end"),
                     PROGRESS_FAILED);
    assert_non_null(strstr(interpreter_error(test->interpreter), "are too many"));
    assert_int_equal(statement_run(test, "return 1 + 1"), PROGRESS_DONE);
    interpreter_close(test);
    assert_int_equal(test->client_bytes, 0);
}

/* Each has a limit of its own; together they have a lower one. */
static void all_clients_have_one_bound(void **state)
{
    struct test *test = *state;
    struct interpreter *clients[8];
    bool refused = false;
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        interpreter_open(test);
        clients[i] = test->interpreter;
        enum progress progress = statement_run(
            test, "budget('60s', '64MiB') t = {} for i = 1, 50 do t[i] = ('x'):rep(1000000) end");
        refused |= progress == PROGRESS_FAILED;
        if (i == 0)
            assert_false(refused);
        assert_true(test->client_bytes < CLIENTS_BYTES_MAX + (UINT64_C(16) << 20));
    }
    assert_true(refused);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        test->interpreter = clients[i];
        interpreter_close(test);
    }
    assert_int_equal(test->client_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_slice_is_long, setup, teardown),
        cmocka_unit_test_setup_teardown(objects_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(all_clients_have_one_bound, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
