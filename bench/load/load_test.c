/* load_test.c - the generator against a server with all kinds of faults. */
#include "count_of.h"
#include "load.h"

#include "faulty_server.h"
#include "request.h"
#include "schedule.h"
#include "units.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "load_fixture.h"

#define REQUESTS    40
#define CONNECTIONS 4
#define SHORT_NS    (200 * NS_PER_MS) /* timeout of servers that do not respond */
#define GOOD        (-1)
#define ANY         (-2)
#define OK          "HTTP/1.1 200 OK\r\n"

/* How every request to a server with this behaviour must end. */
static const struct expected {
    struct faulty_behaviour behaviour;
    int failure;   /* GOOD, ANY (errors of any kind), or an enum load_failure */
    bool gives_up; /* it never got a complete response */
    bool short_timeout;
} expectations[] = {
    {{.name = "good", .response = FAULTY_SERVER_GOOD}, GOOD, false, false},
    {{.name = "good, in drips", .response = FAULTY_SERVER_GOOD, .drip = true}, GOOD, false, false},
    {{.name = "good, then closed", .response = FAULTY_SERVER_GOOD, .end = END_CLOSE},
     ANY,
     false,
     false},
    {{.name = "announced close",
      .response = OK "Content-Length: 2\r\nConnection: close\r\n\r\nhi",
      .end = END_CLOSE},
     GOOD,
     false,
     false},
    {{.name = "until close", .response = OK "\r\nsome text", .end = END_CLOSE}, GOOD, false, false},
    {{.name = "until half close", .response = OK "\r\nsome text", .end = END_HALF},
     GOOD,
     false,
     false},
    {{.name = "chunks in drips",
      .response = OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      .drip = true},
     GOOD,
     false,
     false},
    {{.name = "not found", .response = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
     LOAD_STATUS,
     false,
     false},
    {{.name = "redirect", .response = "HTTP/1.1 302 No\r\nContent-Length: 0\r\n\r\n"},
     LOAD_STATUS,
     false,
     false},
    {{.name = "closes", .response = "", .end = END_CLOSE}, LOAD_RESET, true, false},
    {{.name = "resets", .response = "", .end = END_RESET}, LOAD_RESET, true, false},
    {{.name = "half closes", .response = "", .end = END_HALF}, LOAD_RESET, true, false},
    {{.name = "drops", .response = "", .end = END_AT_START}, ANY, true, false},
    {{.name = "truncates", .response = OK "Content-Length: 9\r\n\r\nhi", .end = END_CLOSE},
     LOAD_TRUNCATED,
     true,
     false},
    {{.name = "truncates the head", .response = OK "Content-Le", .end = END_CLOSE},
     LOAD_TRUNCATED,
     true,
     false},
    {{.name = "truncates, half closing",
      .response = OK "Content-Length: 9\r\n\r\nhi",
      .end = END_HALF},
     LOAD_TRUNCATED,
     true,
     false},
    {{.name = "truncates, resetting", .response = OK "\r\nhi", .end = END_RESET}, ANY, true, false},
    {{.name = "garbage", .response = "\x16\x03\x01 what?\r\n"}, LOAD_GARBAGE, true, false},
    {{.name = "garbage in drips", .response = "HTTQ/1.1 200 OK\r\n", .drip = true},
     LOAD_GARBAGE,
     true,
     false},
    {{.name = "too long", .response = OK "Content-Length: 2\r\n\r\nhi there"},
     LOAD_LENGTH,
     true,
     false},
    {{.name = "banner", .response = "220 welcome\r\n", .banner = true}, ANY, true, false},
    {{.name = "silent", .response = ""}, LOAD_TIMEOUT, true, true},
    {{.name = "stalls", .response = OK "Content-Length: 9\r\n\r\nhi"}, LOAD_TIMEOUT, true, true},
    {{.name = "endless", .response = OK "Content-Length: 999999999999\r\n\r\nhi"},
     LOAD_TIMEOUT,
     true,
     true},
};

static struct load_setup setup_of(const char *server_url, const char *path)
{
    struct load_setup setup = setup_for(server_url, path, CONNECTIONS);
    setup.requests = REQUESTS;
    return setup;
}

/* The intervals are consecutive, and their sums are those of the run. */
static void assert_series(const struct load_result *result)
{
    uint64_t requests = 0, hits = 0, misses = 0, errors = 0, max_ns = 0, end_ns = 0;
    for (size_t i = 0; i < result->interval_count; i++) {
        const struct load_interval *interval = &result->intervals[i];
        assert_int_equal(interval->start_ns, end_ns);
        assert_int_equal(interval->start_ns, i * LOAD_INTERVAL_NS);
        assert_true(interval->span_ns <= LOAD_INTERVAL_NS);
        assert_true(interval->p50_ns <= interval->p99_ns && interval->p99_ns <= interval->max_ns);
        end_ns += interval->span_ns;
        requests += interval->requests, hits += interval->hits;
        misses += interval->misses, errors += interval->errors;
        max_ns = interval->max_ns > max_ns ? interval->max_ns : max_ns;
    }
    assert_int_equal(end_ns, result->wall_ns);
    assert_int_equal(requests, result->requests);
    assert_int_equal(hits, result->hits);
    assert_int_equal(misses, result->misses);
    assert_int_equal(errors, result->errors);
    assert_int_equal(max_ns, histogram_max(result->all));
}

static void assert_sums(const struct load_result *result)
{
    uint64_t failures = 0;
    for (unsigned i = 0; i < LOAD_FAILURES; i++)
        failures += result->failures[i];
    assert_int_equal(failures, result->errors);
    assert_int_equal(result->hits + result->misses + result->plain + result->errors,
                     result->requests);
    assert_int_equal(histogram_count(result->all), result->requests - result->errors);
    assert_int_equal(histogram_count(result->hit), result->hits);
    assert_int_equal(histogram_count(result->miss), result->misses);
    assert_series(result);
}

static void expectation_check(const struct expected *expected)
{
    struct faulty_server *server = faulty_server_open(&expected->behaviour, NULL);
    struct load_result result;
    assert_non_null(server);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    if (expected->short_timeout)
        setup.timeout_ns = SHORT_NS;
    run_get(&setup, &result);
    assert_sums(&result);
    assert_int_equal(result.gave_up, expected->gives_up);
    if (!expected->gives_up)
        assert_int_equal(result.requests, REQUESTS);
    if (expected->gives_up)
        assert_int_equal(result.errors, result.requests);
    if (expected->failure == GOOD)
        assert_int_equal(result.errors, 0);
    else if (expected->failure != ANY)
        assert_int_equal(result.failures[expected->failure], result.requests);
    load_result_free(&result);
    faulty_server_close(server);
}

static void every_outcome_is_classified(void **unused)
{
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        print_message("  %s\n", expectations[i].behaviour.name);
        expectation_check(&expectations[i]);
    }
}

/* Every third response is good, so that the run does not give up. */
static void failures_do_not_affect_good_responses(void **unused)
{
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        struct faulty_behaviour behaviour = expectations[i].behaviour;
        struct load_result result;
        if (behaviour.banner || behaviour.end == END_AT_START || expectations[i].failure == GOOD)
            continue;
        behaviour.good_of = 3;
        struct faulty_server *server = faulty_server_open(&behaviour, NULL);
        struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
        if (expectations[i].short_timeout)
            setup.timeout_ns = SHORT_NS;
        run_get(&setup, &result);
        assert_sums(&result);
        assert_int_equal(result.requests, REQUESTS);
        assert_true(result.hits >= REQUESTS / 3 - CONNECTIONS);
        load_result_free(&result);
        faulty_server_close(server);
    }
}

/* A response of exactly READ_BYTES: the next read finds nothing, which must not close the
 * connection. */
static void a_response_may_fill_the_read_buffer(void **unused)
{
    enum { READ_BYTES = 65536, HEAD_BYTES = 64 };
    char *response = malloc(READ_BYTES + 1);
    const struct faulty_behaviour behaviour = {.name = "64 KiB", .response = response};
    int head = snprintf(response, HEAD_BYTES, OK "Content-Length: %d\r\nX-Cache: hit\r\n\r\n",
                        READ_BYTES - 56);
    struct load_result result;
    assert_int_equal(head, 56);
    memset(response + head, 'x', (size_t)(READ_BYTES - head));
    response[READ_BYTES] = '\0';
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    setup.requests = 1000;
    run_get(&setup, &result);
    assert_sums(&result);
    assert_int_equal(result.hits, 1000);
    assert_int_equal(result.connects, CONNECTIONS);
    assert_int_equal(result.bytes, 1000 * READ_BYTES);
    load_result_free(&result);
    faulty_server_close(server);
    free(response);
}

static void a_closed_port_refuses(void **unused)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* keeps the port, but does not listen */
    struct load_result result;
    char url[64];
    assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
    getsockname(fd, (struct sockaddr *)&address, &bytes);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    struct load_setup setup = setup_of(url, "/users/random");
    run_get(&setup, &result);
    assert_sums(&result);
    assert_true(result.gave_up);
    assert_int_equal(result.connects, 0);
    assert_true(result.failures[LOAD_REFUSED] > 0);
    assert_int_equal(result.failures[LOAD_REFUSED], result.requests);
    load_result_free(&result);
    close(fd);
}

static struct trace *ids_open(const char *name, uint64_t limit)
{
    struct error error;
    struct trace *ids = trace_open(name, &(struct trace_setup){.seed = 7, .limit = limit}, &error);
    assert_non_null(ids);
    return ids;
}

/* The server puts the requested id into the body, and the generator checks it. */
static void every_id_is_requested_once(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "good", .response = FAULTY_SERVER_GOOD};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/{id}");
    struct load_progress progress = {0};
    struct load_result result;
    setup.ids = ids_open("zipf:1.0:1000", 2500);
    setup.requests = 0;
    setup.check_id = true;
    setup.progress = &progress;
    run_get(&setup, &result);
    assert_sums(&result);
    assert_int_equal(result.hits, 2500);
    assert_int_equal(result.connects, CONNECTIONS);
    assert_int_equal(atomic_load(&progress.requests), 2500);
    assert_int_equal(atomic_load(&progress.hits), 2500);
    assert_int_equal(result.body_bytes, 2500 * 30);
    load_result_free(&result);
    trace_close(setup.ids);
    faulty_server_close(server);
}

static void another_id_is_wrong(void **unused)
{
    const struct faulty_behaviour behaviour = {
        .name = "wrong",
        .response = OK "Content-Length: 30\r\n\r\n{\"user_id\":\"0123456789abcdex\"}"};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/{id}");
    struct load_result result;
    setup.ids = ids_open("zipf:1.0:1000", 0);
    setup.check_id = true;
    run_get(&setup, &result);
    assert_int_equal(result.failures[LOAD_WRONG], REQUESTS);
    assert_int_equal(result.requests, REQUESTS);
    load_result_free(&result);
    trace_close(setup.ids);
    faulty_server_close(server);
}

static void a_stopped_run_ends(void **unused)
{
    atomic_bool stop = false;
    const struct faulty_behaviour behaviour = {
        .name = "good", .response = FAULTY_SERVER_GOOD, .stop = &stop};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    struct load_result result;
    setup.requests = 0;
    setup.duration_ns = 1000 * NS_PER_SECOND;
    setup.stop = &stop;
    run_get(&setup, &result);
    assert_true(result.stopped);
    assert_sums(&result);
    load_result_free(&result);
    faulty_server_close(server);
}

static void a_unix_socket_is_loaded(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "good", .response = FAULTY_SERVER_GOOD};
    char folder[] = "/tmp/load_test.XXXXXX", path[64];
    struct load_result result;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    struct faulty_server *server = faulty_server_open(&behaviour, path);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    run_get(&setup, &result);
    assert_int_equal(result.hits, REQUESTS);
    load_result_free(&result);
    faulty_server_close(server);
    unlink(path);
    rmdir(folder);
}

static void a_rate_is_kept_to_the_last_request(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "good", .response = FAULTY_SERVER_GOOD};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    struct load_result result;
    setup.rate_rps = 2000;
    setup.warmup_ns = 20 * NS_PER_MS;
    for (setup.arrivals = LOAD_CONSTANT; setup.arrivals <= LOAD_POISSON; setup.arrivals++) {
        run_get(&setup, &result);
        assert_sums(&result);
        assert_int_equal(result.hits, REQUESTS);
        assert_int_equal(histogram_count(result.all_sent), REQUESTS);
        assert_int_equal(result.unsent, 0);
        assert_true(histogram_max(result.all_sent) <= histogram_max(result.all));
        load_result_free(&result);
    }
    faulty_server_close(server);
}

/* A server that does not respond: every request that was due is an error or unsent. */
static void unsent_requests_are_counted(void **unused)
{
    const struct faulty_behaviour behaviour = {.name = "silent", .response = ""};
    struct faulty_server *server = faulty_server_open(&behaviour, NULL);
    struct load_setup setup = setup_of(faulty_server_url(server), "/users/random");
    struct load_result result;
    setup.requests = 0;
    setup.duration_ns = SHORT_NS;
    setup.timeout_ns = 4 * SHORT_NS;
    setup.rate_rps = 1000;
    run_get(&setup, &result);
    assert_int_equal(result.failures[LOAD_TIMEOUT], CONNECTIONS);
    assert_int_equal(result.unsent, 200 - CONNECTIONS);
    load_result_free(&result);
    faulty_server_close(server);
}

static void schedules_keep_their_rate(void **unused)
{
    enum { COUNT = 100000 };
    struct schedule schedule;
    schedule_begin(&schedule, 20000, LOAD_CONSTANT, 0, 5);
    for (int i = 0; i < COUNT; i++)
        schedule_advance(&schedule);
    assert_int_equal(schedule_due(&schedule, 0), 5 + COUNT * UINT64_C(50000));
    schedule_begin(&schedule, 20000, LOAD_POISSON, 9, 5);
    for (int i = 0; i < COUNT; i++)
        schedule_advance(&schedule);
    assert_in_range(schedule_due(&schedule, 0), COUNT * UINT64_C(49000), COUNT * UINT64_C(51000));
    schedule_begin(&schedule, 0, LOAD_CONSTANT, 0, 5);
    assert_int_equal(schedule_due(&schedule, 77), 77);
}

static void urls_are_parsed(void **unused)
{
    static const struct {
        const char *url, *host, *port, *socket, *path;
    } good[] = {
        {"http://127.0.0.1:8000/users/{id}", "127.0.0.1", "8000", "", "/users/{id}"},
        {"http://localhost", "localhost", "80", "", "/"},
        {"http://h/?q=1#fragment", "h", "80", "", "/?q=1"},
        {"http://[::1]:81/x", "::1", "81", "", "/x"},
        {"http://[::1]/x", "::1", "80", "", "/x"},
        {"http://unix:/run/s:/users/random", "localhost", "", "/run/s", "/users/random"},
    };
    struct load_target target;
    struct error error;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_int_equal(load_target_parse(&target, good[i].url, &error), 0);
        assert_string_equal(target.host, good[i].host);
        assert_string_equal(target.port, good[i].port);
        assert_string_equal(target.socket, good[i].socket);
        assert_string_equal(target.path, good[i].path);
    }
}

static void wrong_urls_are_refused(void **unused)
{
    static const char *const urls[] = {
        "",
        "ftp://h/",
        "https://",
        "127.0.0.1:8000",
        "http://",
        "http:///x",
        "http://h:/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:8x/",
        "http://[::1/",
        "http://h/a b",
        "http://h/\r\nX:y",
        "http://unix::/x",
        "http://unix:/s:x",
        "http://h/{id}/{id}",
        "http://[::1]8/",
    };
    char url[3000] = "http://h/";
    struct error error;
    struct load_target target;
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        error.text[0] = '\0';
        assert_int_equal(load_target_parse(&target, urls[i], &error), -1);
        assert_true(error.text[0] != '\0');
    }
    memset(url + 9, 'x', sizeof url - 10);
    url[sizeof url - 1] = '\0';
    assert_int_equal(load_target_parse(&target, url, &error), -1);
}

static void wrong_setups_are_refused(void **unused)
{
    struct load_setup setup = setup_of("http://127.0.0.1:1", "/users/{id}");
    struct error error = {""};
    struct load_result result;
    assert_int_equal(load_run(&setup, &result, &error), -1);
    assert_non_null(strstr(error.text, "{id}"));
    setup = setup_of("http://127.0.0.1:1", "/users/random");
    setup.connections = 0;
    assert_int_equal(load_run(&setup, &result, &error), -1);
    setup = setup_of("http://127.0.0.1:1", "/users/random");
    setup.requests = 0;
    assert_int_equal(load_run(&setup, &result, &error), -1);
    setup = setup_of("http://no-such-host.invalid", "/users/random");
    assert_int_equal(load_run(&setup, &result, &error), -1);
    assert_non_null(strstr(error.text, "no-such-host"));
}

static void requests_are_rendered(void **unused)
{
    const char *rendered = "GET /u/00000000deadbeef?x=1 HTTP/1.1\r\nHost: [::1]:81\r\n\r\n";
    struct load_target target;
    struct request_head head;
    struct error error;
    load_target_parse(&target, "http://[::1]:81/u/{id}?x=1", &error);
    request_head_render(&head, &target);
    request_render_id(head.text + head.id_at, 0xdeadbeef);
    assert_int_equal(head.bytes, strlen(rendered));
    assert_memory_equal(head.text, rendered, head.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_classified),
        cmocka_unit_test(failures_do_not_affect_good_responses),
        cmocka_unit_test(a_response_may_fill_the_read_buffer),
        cmocka_unit_test(a_closed_port_refuses),
        cmocka_unit_test(every_id_is_requested_once),
        cmocka_unit_test(another_id_is_wrong),
        cmocka_unit_test(a_stopped_run_ends),
        cmocka_unit_test(a_unix_socket_is_loaded),
        cmocka_unit_test(a_rate_is_kept_to_the_last_request),
        cmocka_unit_test(unsent_requests_are_counted),
        cmocka_unit_test(schedules_keep_their_rate),
        cmocka_unit_test(urls_are_parsed),
        cmocka_unit_test(wrong_urls_are_refused),
        cmocka_unit_test(wrong_setups_are_refused),
        cmocka_unit_test(requests_are_rendered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
