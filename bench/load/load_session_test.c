/* load_session_test.c - a load in slices: exact counts, one stream of ids, the same connections. */
#include "load.h"

#include "faulty_server.h"
#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "load_fixture.h"

#define CONNECTIONS 4
#define SLICE       10
#define TOTAL       25 /* requests of the trace */
#define IDLE_MS     150

static const struct faulty_behaviour good = {.name = "good", .response = FAULTY_SERVER_GOOD};
static const struct faulty_behaviour good_http2 = {.name = "good", .http2 = HTTP2_GOOD};

struct served {
    struct faulty_server *server;
    struct trace *ids;
    struct load_session *session;
};

static struct served served_open(const struct faulty_behaviour *behaviour, const char *ids)
{
    struct error error = {""};
    struct served served = {.server = faulty_server_open(behaviour, NULL)};
    struct load_setup setup =
        setup_for(faulty_server_url(served.server), "/users/{id}", CONNECTIONS);
    served.ids = trace_open(ids, &(struct trace_setup){.seed = 1}, &error);
    setup.ids = served.ids;
    setup.check_id = true;
    setup.http2 = behaviour->http2 != HTTP2_NONE;
    setup.streams = setup.http2 ? 3 : 1;
    served.session = load_session_open(&setup, &error);
    if (served.session == NULL)
        fail_msg("%s", error.text);
    return served;
}

static void served_close(struct served *served)
{
    load_session_close(served->session);
    trace_close(served->ids);
    faulty_server_close(served->server);
}

/* Runs a slice, in which all must be good, and returns how many connections it opened. */
static uint64_t slice_run(struct served *served, uint64_t requests, uint64_t expected)
{
    struct load_result result;
    struct error error = {""};
    if (load_session_run(served->session, requests, 0, &result, &error) != 0)
        fail_msg("%s", error.text);
    uint64_t connects = result.connects;
    assert_int_equal(result.requests, expected);
    assert_int_equal(result.hits, expected);
    assert_int_equal(result.errors, 0);
    assert_int_equal(histogram_count(result.all), expected);
    load_result_free(&result);
    return connects;
}

/* Two servers in turns: each gets its whole stream, in slices, on connections opened once. */
static void slices_alternate(const struct faulty_behaviour *behaviour)
{
    struct served served[2] = {served_open(behaviour, "scan:7:25"),
                               served_open(behaviour, "scan:7:25")};
    const uint64_t expected[] = {SLICE, SLICE, TOTAL - 2 * SLICE, 0};
    for (size_t slice = 0; slice < 4; slice++)
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(slice_run(&served[i], SLICE, expected[slice]),
                             slice == 0 ? CONNECTIONS : 0);
    served_close(&served[0]);
    served_close(&served[1]);
}

static void slices_send_exactly_their_requests(void **state)
{
    (void)state;
    slices_alternate(&good);
}

static void slices_over_http2_do_so_too(void **state)
{
    (void)state;
    slices_alternate(&good_http2);
}

/* As a server does that ends idle connections. */
static void connections_closed_between_slices_are_reopened(void **state)
{
    const struct faulty_behaviour impatient = {
        .name = "impatient", .response = FAULTY_SERVER_GOOD, .idle_ms = IDLE_MS};
    (void)state;
    struct served served = served_open(&impatient, "scan:7");
    assert_int_equal(slice_run(&served, SLICE, SLICE), CONNECTIONS);
    usleep(2 * IDLE_MS * 1000);
    assert_int_equal(slice_run(&served, SLICE, SLICE), CONNECTIONS);
    served_close(&served);
}

static void a_slice_ends_by_its_duration(void **state)
{
    struct load_result result;
    struct error error;
    (void)state;
    struct served served = served_open(&good, "scan:7");
    assert_int_equal(load_session_run(served.session, 0, 20 * NS_PER_MS, &result, &error), 0);
    assert_true(result.requests > 0 && result.errors == 0);
    load_result_free(&result);
    slice_run(&served, SLICE, SLICE);
    served_close(&served);
}

static void a_stopped_session_is_refused(void **state)
{
    const struct faulty_behaviour silent = {.name = "silent", .response = ""};
    atomic_bool stop = true;
    struct load_result result;
    struct error error;
    (void)state;
    struct faulty_server *server = faulty_server_open(&silent, NULL);
    struct load_setup setup = setup_for(faulty_server_url(server), "/users", CONNECTIONS);
    setup.stop = &stop;
    struct load_session *session = load_session_open(&setup, &error);
    assert_int_equal(load_session_run(session, 0, 0, &result, &error), -1);
    assert_non_null(strstr(error.text, "a number of requests or a duration"));
    for (int i = 0; i < 100; i++) {
        if (load_session_run(session, SLICE, 0, &result, &error) != 0)
            break;
        assert_true(result.stopped);
        load_result_free(&result);
    }
    assert_non_null(strstr(error.text, "in flight"));
    load_session_close(session);
    faulty_server_close(server);
}

static void a_run_goes_on_for_its_least_time(void **state)
{
    struct load_result result;
    (void)state;
    struct faulty_server *server = faulty_server_open(&good, NULL);
    struct load_setup setup = setup_for(faulty_server_url(server), "/users", CONNECTIONS);
    setup.requests = SLICE;
    setup.least_ns = 50 * NS_PER_MS;
    run_get(&setup, &result);
    assert_true(result.requests > SLICE);
    assert_true(result.wall_ns >= setup.least_ns);
    load_result_free(&result);
    faulty_server_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_send_exactly_their_requests),
        cmocka_unit_test(slices_over_http2_do_so_too),
        cmocka_unit_test(connections_closed_between_slices_are_reopened),
        cmocka_unit_test(a_slice_ends_by_its_duration),
        cmocka_unit_test(a_stopped_session_is_refused),
        cmocka_unit_test(a_run_goes_on_for_its_least_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
