/* http2_test.c - the generator's HTTP/2 against a server with all kinds of faults. */
#include "load.h"

#include "faulty_server.h"
#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "load_fixture.h"

#define REQUESTS    400
#define CONNECTIONS 3
#define STREAMS     7
#define SHORT_NS    (200 * NS_PER_MS) /* timeout of servers that do not respond */
#define GOOD        (-1)
#define ANY         (-2)

static const struct expected {
    const char *name;
    enum http2_behaviour behaviour;
    int failure;     /* GOOD, ANY (all are errors), or an enum load_failure */
    bool gives_up;   /* it never got a complete response */
    bool reconnects; /* the server closes connections */
} expectations[] = {
    {"good", HTTP2_GOOD, GOOD, false, false},
    {"good, after an interim response", HTTP2_INTERIM, GOOD, false, false},
    {"status", HTTP2_STATUS, LOAD_STATUS, false, false},
    {"wrong", HTTP2_WRONG, LOAD_WRONG, false, false},
    {"short", HTTP2_SHORT, LOAD_TRUNCATED, true, false},
    {"long", HTTP2_LONG, LOAD_LENGTH, true, false},
    {"no status", HTTP2_NO_STATUS, LOAD_GARBAGE, true, false},
    {"resets", HTTP2_RESET, LOAD_RESET, true, false},
    {"resets late", HTTP2_RESET_LATE, LOAD_TRUNCATED, true, false},
    {"refuses", HTTP2_REFUSE, LOAD_REFUSED, true, false},
    {"sends GOAWAY", HTTP2_GOAWAY, LOAD_REFUSED, true, true},
    {"silent", HTTP2_SILENT, LOAD_TIMEOUT, true, true},
    {"no streams", HTTP2_NO_STREAMS, ANY, true, true},
    {"closes", HTTP2_CLOSE, LOAD_RESET, true, true},
};

static struct load_setup setup_of(const struct faulty_server *server, const char *path)
{
    assert_non_null(server);
    struct load_setup setup = setup_for(faulty_server_url(server), path, CONNECTIONS);
    setup.http2 = true;
    setup.streams = STREAMS;
    setup.requests = REQUESTS;
    return setup;
}

static void result_get(const struct load_setup *setup, struct load_result *result)
{
    uint64_t failures = 0;
    run_get(setup, result);
    for (unsigned i = 0; i < LOAD_FAILURES; i++)
        failures += result->failures[i];
    assert_int_equal(failures, result->errors);
    assert_int_equal(result->hits + result->misses + result->plain + result->errors,
                     result->requests);
    assert_int_equal(histogram_count(result->all), result->requests - result->errors);
}

static struct trace *ids_open(void)
{
    struct error error;
    struct trace *ids = trace_open("zipf:1.0:1000", &(struct trace_setup){.seed = 7}, &error);
    assert_non_null(ids);
    return ids;
}

static void expectation_check(const struct expected *expected)
{
    const struct faulty_behaviour behaviour = {.name = expected->name,
                                               .http2 = expected->behaviour};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/{id}");
    struct load_result result;
    setup.ids = ids_open();
    setup.check_id = true;
    if (expected->reconnects)
        setup.timeout_ns = SHORT_NS;
    result_get(&setup, &result);
    assert_int_equal(result.gave_up, expected->gives_up);
    assert_int_equal(result.connects > CONNECTIONS, expected->reconnects);
    if (!expected->gives_up)
        assert_int_equal(result.requests, REQUESTS);
    if (expected->failure == GOOD)
        assert_int_equal(result.hits, REQUESTS);
    else if (expected->failure == ANY)
        assert_int_equal(result.errors, result.requests);
    else
        assert_int_equal(result.failures[expected->failure], result.requests);
    load_result_free(&result);
    trace_close(setup.ids);
    faulty_server_close(server);
}

static void every_outcome_is_classified(void **unused)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        print_message("  %s\n", expectations[i].name);
        expectation_check(&expectations[i]);
    }
}

static void a_late_stream_does_not_end_others(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "some silent", .http2 = HTTP2_SOME_SILENT};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    setup.timeout_ns = SHORT_NS;
    result_get(&setup, &result);
    assert_int_equal(result.requests, REQUESTS);
    assert_in_range(result.failures[LOAD_TIMEOUT], REQUESTS / 10 - 2 * CONNECTIONS,
                    REQUESTS / 10 + CONNECTIONS);
    assert_int_equal(result.failures[LOAD_TIMEOUT], result.errors);
    load_result_free(&result);
    faulty_server_close(server);
}

/* Requests that a GOAWAY leaves unprocessed are sent again, and are no errors. */
static void after_a_goaway_there_is_a_new_connection(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "GOAWAY", .http2 = HTTP2_GOAWAY_LATE};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    result_get(&setup, &result);
    assert_int_equal(result.requests, REQUESTS);
    assert_int_equal(result.hits, REQUESTS);
    assert_true(result.connects >= result.hits / 10);
    assert_in_range(result.resent, 1, STREAMS * result.connects);
    load_result_free(&result);
    faulty_server_close(server);
}

/* A server that sends GOAWAY for every request does not keep the run going forever. */
static void a_request_is_sent_again_only_once(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "GOAWAY at once", .http2 = HTTP2_GOAWAY};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    result_get(&setup, &result);
    assert_int_equal(result.failures[LOAD_REFUSED], result.requests);
    assert_in_range(result.resent, result.requests, result.requests + CONNECTIONS * STREAMS);
    load_result_free(&result);
    faulty_server_close(server);
}

static void no_more_streams_than_the_server_allows(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "good", .http2 = HTTP2_GOOD};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    setup.streams = 5 * HTTP2_STREAMS_MAX;
    result_get(&setup, &result);
    assert_int_equal(result.hits, REQUESTS);
    assert_int_equal(result.streams, HTTP2_STREAMS_MAX);
    load_result_free(&result);
    setup.streams = STREAMS;
    result_get(&setup, &result);
    assert_int_equal(result.streams, STREAMS);
    load_result_free(&result);
    faulty_server_close(server);
}

static void what_is_not_http2_is_garbage(void **unused)
{
    static const struct faulty_behaviour behaviours[] = {
        {.name = "HTTP/1.1", .response = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
        {.name = "HTTP/1.1, closing",
         .response = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
         .end = END_CLOSE},
        {.name = "noise, in drips",
         .response = "\x16\x03\x01\x7f\x7f\x7f what? \xff\xff",
         .drip = true},
        {.name = "banner", .response = "220 welcome to the mail server\r\n", .banner = true},
    };
    for (size_t i = 0; i < sizeof behaviours / sizeof behaviours[0]; i++) {
        struct faulty_server *server = faulty_server_open(&behaviours[i], NULL);
        struct load_setup setup = setup_of(server, "/users/random");
        struct load_result result;
        print_message("  %s\n", behaviours[i].name);
        setup.timeout_ns = SHORT_NS;
        result_get(&setup, &result);
        assert_true(result.gave_up);
        assert_int_equal(result.errors, result.requests);
        if (i < 3)
            assert_true(result.failures[LOAD_GARBAGE] > 0);
        load_result_free(&result);
        faulty_server_close(server);
    }
}

static void a_rate_is_kept_to_the_last_request(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "good", .http2 = HTTP2_GOOD};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(server, "/users/random");
    struct load_result result;
    setup.rate_rps = 5000;
    result_get(&setup, &result);
    assert_int_equal(result.hits, REQUESTS);
    assert_int_equal(result.connects, CONNECTIONS);
    assert_true(result.wall_ns >= (REQUESTS - 1) * (NS_PER_SECOND / 5000));
    load_result_free(&result);
    faulty_server_close(server);
}

static void streams_without_http2_are_refused(void **unused)
{
    struct load_setup setup = {.connections = 1, .requests = 1, .streams = 2, .cpu = LOAD_CPU_ANY};
    struct error error = {""};
    struct load_result result;
    assert_int_equal(load_target_parse(&setup.target, "http://127.0.0.1:1/", &error), 0);
    assert_int_equal(load_run(&setup, &result, &error), -1);
    assert_non_null(strstr(error.text, "HTTP/2"));
    setup.http2 = true;
    setup.streams = UINT32_MAX;
    assert_int_equal(load_run(&setup, &result, &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_classified),
        cmocka_unit_test(a_late_stream_does_not_end_others),
        cmocka_unit_test(after_a_goaway_there_is_a_new_connection),
        cmocka_unit_test(a_request_is_sent_again_only_once),
        cmocka_unit_test(no_more_streams_than_the_server_allows),
        cmocka_unit_test(what_is_not_http2_is_garbage),
        cmocka_unit_test(a_rate_is_kept_to_the_last_request),
        cmocka_unit_test(streams_without_http2_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
