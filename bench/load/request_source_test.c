/* request_source_test.c - ids and times are those of the trace, whole seconds are spread. */
#include "request_source.h"

#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct trace *trace_get(const char *name, const char *format)
{
    struct error error;
    struct trace *trace = trace_open(name, &(struct trace_setup){.format = format}, &error);
    if (trace == NULL)
        fail_msg("%s", error.text);
    return trace;
}

static struct trace *text_get(const char *text)
{
    char path[] = "/tmp/request_source_test.XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct trace *trace = trace_get(path, "sized");
    unlink(path);
    return trace;
}

/* A trace with per_second[i] requests in second i; ids count from 0. */
static struct trace *seconds_get(const unsigned *per_second, size_t seconds)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    unsigned id = 0;
    assert_non_null(out);
    for (size_t i = 0; i < seconds; i++)
        for (unsigned k = 0; k < per_second[i]; k++)
            fprintf(out, "%zu %u 1\n", 1000 + i, id++);
    fclose(out);
    struct trace *trace = text_get(text);
    free(text);
    return trace;
}

static void whole_seconds_are_spread(void **unused)
{
    static const unsigned per_second[] = {4, 1, 0, 300, 2};
    struct trace *trace = seconds_get(per_second, 5);
    struct request_source source;
    double time_ns;
    uint64_t id, expected = 0;
    request_source_open(&source, trace);
    for (unsigned second = 0; second < 5; second++)
        for (unsigned k = 0; k < per_second[second]; k++) {
            assert_true(request_source_time(&source, &time_ns));
            assert_int_equal((uint64_t)time_ns,
                             second * NS_PER_SECOND + k * NS_PER_SECOND / per_second[second]);
            assert_true(request_source_next(&source, &id));
            assert_int_equal(id, expected++);
        }
    assert_false(request_source_time(&source, &time_ns));
    assert_false(request_source_next(&source, &id));
    request_source_close(&source);
    trace_close(trace);
}

static void finer_times_are_not_changed(void **unused)
{
    static const double expected_ns[] = {0, 5e8, 5e8, 1e9, 1e9};
    struct trace *trace = text_get("7 1 1\n7.5 2 1\n7.5 3 1\n8 4 1\n8 5 1\n");
    struct request_source source;
    double time_ns;
    uint64_t id;
    request_source_open(&source, trace);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(request_source_time(&source, &time_ns));
        assert_int_equal((uint64_t)time_ns, (uint64_t)expected_ns[i]);
        assert_true(request_source_next(&source, &id));
        assert_int_equal(id, i + 1);
    }
    request_source_close(&source);
    trace_close(trace);
}

/* The trace is longer than what is read ahead, which ends just before the end of a second. */
static void long_traces_are_read_to_their_end(void **unused)
{
    enum { SECONDS = 11, EACH = 100000 };
    unsigned per_second[SECONDS];
    struct request_source source;
    double time_ns, last_ns = -1;
    uint64_t id, count = 0;
    for (size_t i = 0; i < SECONDS; i++)
        per_second[i] = EACH;
    struct trace *trace = seconds_get(per_second, SECONDS);
    request_source_open(&source, trace);
    while (request_source_time(&source, &time_ns)) {
        assert_true(time_ns > last_ns);
        last_ns = time_ns;
        assert_true(request_source_next(&source, &id));
        if (id != count++)
            fail_msg("id %llu at %llu", (unsigned long long)id, (unsigned long long)count);
    }
    assert_int_equal(count, SECONDS * EACH);
    assert_true(last_ns > 10.9 * NS_PER_SECOND);
    request_source_close(&source);
    trace_close(trace);
}

static void generators_and_no_trace_never_end(void **unused)
{
    struct trace *scan = trace_get("scan:1000", NULL);
    struct request_source source;
    uint64_t id;
    request_source_open(&source, scan);
    for (uint64_t i = 0; i < 2500; i++) {
        assert_true(request_source_next(&source, &id));
        assert_int_equal(id, i % 1000);
    }
    request_source_close(&source);
    trace_close(scan);
    request_source_open(&source, NULL);
    assert_true(request_source_next(&source, &id));
    assert_int_equal(id, 0);
    request_source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_seconds_are_spread),
        cmocka_unit_test(finer_times_are_not_changed),
        cmocka_unit_test(long_traces_are_read_to_their_end),
        cmocka_unit_test(generators_and_no_trace_never_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
