/* open_loop_test.c - open loop: every due request counts, from when it was due. */
#include "load.h"

#include "faulty_server.h"
#include "units.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "load_fixture.h"

#define CONNECTIONS 4

static const struct faulty_behaviour good = {.name = "good", .response = FAULTY_SERVER_GOOD};

static struct load_setup setup_of(const struct faulty_server *server, const char *path)
{
    assert_non_null(server);
    return setup_for(faulty_server_url(server), path, CONNECTIONS);
}

static uint64_t longest_ns(const struct load_result *result)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < result->interval_count; i++)
        if (result->intervals[i].max_ns > longest)
            longest = result->intervals[i].max_ns;
    return longest;
}

/* A server that stalls for 500 ms once a second. Half of all requests are due during a stall, but
 * only four are in flight: measured since they were sent, p99 looks fine. The stall is long, so
 * that a busy machine adds little to either. */
static void stall_check(bool http2)
{
    const struct faulty_behaviour behaviour = {.name = "stalls",
                                               .response = FAULTY_SERVER_GOOD,
                                               .http2 = http2 ? HTTP2_GOOD : HTTP2_NONE,
                                               .stall_ms = 500};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    uint64_t corrected_ns, uncorrected_ns;
    setup.http2 = http2;
    setup.rate_rps = 1000;
    setup.duration_ns = 2 * NS_PER_SECOND;
    run_get(&setup, &result);
    corrected_ns = histogram_percentile(result.all, 99);
    uncorrected_ns = histogram_percentile(result.all_sent, 99);
    print_message("  p99 %.1f ms, as sent %.1f ms\n", (double)corrected_ns / 1e6,
                  (double)uncorrected_ns / 1e6);
    assert_int_equal(result.errors, 0);
    assert_int_equal(result.requests + result.unsent, 2000);
    assert_true(corrected_ns > 400 * NS_PER_MS);
    assert_true(uncorrected_ns < corrected_ns / 2);
    assert_true(longest_ns(&result) > 400 * NS_PER_MS);
    load_result_free(&result);
    faulty_server_close(server);
}

static void only_due_times_show_a_stall(void **unused)
{
    stall_check(false);
    stall_check(true);
}

/* Writes a file of ids, with times 500 ms apart if timed. The test unlinks it. */
static void trace_file(char path[64], bool timed, unsigned lines)
{
    strcpy(path, "/tmp/open_loop_test.XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    for (unsigned i = 0; i < lines; i++)
        if (timed)
            fprintf(file, "%.3f %u 100\n", 1700000000.0 + i * 0.5, i % 7);
        else
            fprintf(file, "%u\n", i % 7);
    fclose(file);
}

static struct trace *trace_of(const char *path, const char *format)
{
    struct error error;
    struct trace *trace = trace_open(path, &(struct trace_setup){.format = format}, &error);
    if (trace == NULL)
        fail_msg("%s", error.text);
    return trace;
}

/* 21 requests, one every 500 ms, at twenty times the speed. */
static void a_trace_is_sent_at_its_own_times(void **unused)
{
    struct faulty_server *server = faulty_server_open(&good, NULL);
    struct load_setup setup = setup_of(server, "/users/{id}");
    struct load_result result;
    uint64_t first_half = 0;
    char path[64];
    trace_file(path, true, 21);
    setup.ids = trace_of(path, "sized");
    setup.check_id = true;
    setup.speed = 20;
    run_get(&setup, &result);
    assert_int_equal(result.hits, 21);
    assert_in_range(result.wall_ns, 500 * NS_PER_MS, 5 * NS_PER_SECOND);
    for (size_t i = 0; i < 3; i++)
        first_half += result.intervals[i].requests;
    assert_in_range(first_half, 0, 13); /* none before its time */
    load_result_free(&result);
    trace_close(setup.ids);

    setup.ids = trace_of(path, "sized");
    setup.duration_ns = 260 * NS_PER_MS;
    run_get(&setup, &result);
    assert_int_equal(result.requests + result.unsent, 11); /* at 0, 25, ..., 250 ms */
    load_result_free(&result);
    trace_close(setup.ids);
    unlink(path);
    faulty_server_close(server);
}

static void a_trace_without_times_has_no_speed(void **unused)
{
    struct faulty_server *server = faulty_server_open(&good, NULL);
    struct load_setup setup = setup_of(server, "/users/{id}");
    char path[64];
    struct error error = {""};
    struct load_result result;
    trace_file(path, false, 100);
    setup.ids = trace_of(path, NULL);
    setup.speed = 1;
    assert_int_equal(load_run(&setup, &result, &error), -1);
    assert_non_null(strstr(error.text, "no times"));
    setup.rate_rps = 100;
    assert_int_equal(load_run(&setup, &result, &error), -1);
    setup.speed = 0;
    setup.rate_rps = 10000;
    trace_close(setup.ids);
    setup.ids = trace_of(path, NULL);
    run_get(&setup, &result);
    assert_int_equal(result.hits, 100);
    load_result_free(&result);
    trace_close(setup.ids);
    unlink(path);
    faulty_server_close(server);
}

static void sleep_50_ms(int signal)
{
    poll(NULL, 0, 50);
}

/* The generator sleeps half of the time, which is not the server's fault. */
static void a_late_generator_is_reported(void **unused)
{
    const struct itimerval often = {{0, 100000}, {0, 100000}}, never = {{0, 0}, {0, 0}};
    struct faulty_server *server;
    struct load_result result;
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    signal(SIGALRM, sleep_50_ms);
    pthread_sigmask(SIG_BLOCK, &alarms, NULL);
    server = faulty_server_open(&good, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    setup.rate_rps = 500;
    setup.duration_ns = NS_PER_SECOND;
    setitimer(ITIMER_REAL, &often, NULL);
    run_get(&setup, &result);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(result.errors, 0);
    print_message("  %llu of %llu late\n", (unsigned long long)result.late,
                  (unsigned long long)result.requests);
    assert_true(result.late > result.requests / 20);
    assert_true(result.late_ns > 30 * NS_PER_MS);
    assert_true(result.bottleneck);
    assert_non_null(strstr(result.bottleneck_reason.text, "late"));
    load_result_free(&result);
    faulty_server_close(server);
}

/* A stall of the server does not count as lateness of the generator. */
/* Long enough for the generator to give up if it took these closes for failures. */
static void a_server_may_close_idle_connections(void **unused)
{
    const struct faulty_behaviour behaviour = {
        .name = "idle", .response = FAULTY_SERVER_GOOD, .idle_ms = 120};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_result result;
    assert_non_null(server);
    struct load_setup setup = setup_for(faulty_server_url(server), "/users/1", 4);
    setup.rate_rps = 0.35;
    setup.requests = 2;
    run_get(&setup, &result);
    assert_false(result.gave_up);
    assert_int_equal(result.requests, 2);
    assert_true(result.connects > 20); /* they were closed, again and again */
    load_result_free(&result);
    faulty_server_close(server);
}

static void a_late_server_is_no_late_generator(void **unused)
{
    const struct faulty_behaviour behaviour = {
        .name = "stalls", .response = FAULTY_SERVER_GOOD, .stall_ms = 900};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    setup.rate_rps = 200;
    setup.duration_ns = 2 * NS_PER_SECOND;
    run_get(&setup, &result);
    print_message("  p90 %.1f ms; %llu of %llu late, %llu unsent, %llu errors\n",
                  (double)histogram_percentile(result.all, 90) / 1e6,
                  (unsigned long long)result.late, (unsigned long long)result.requests,
                  (unsigned long long)result.unsent, (unsigned long long)result.errors);
    assert_true(histogram_percentile(result.all, 90) > 100 * NS_PER_MS);
    assert_true(result.late < result.requests / 2);
    load_result_free(&result);
    faulty_server_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_due_times_show_a_stall),
        cmocka_unit_test(a_trace_is_sent_at_its_own_times),
        cmocka_unit_test(a_trace_without_times_has_no_speed),
        cmocka_unit_test(a_late_generator_is_reported),
        cmocka_unit_test(a_server_may_close_idle_connections),
        cmocka_unit_test(a_late_server_is_no_late_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
