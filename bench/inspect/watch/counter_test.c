/* counter_test.c - counters are found in JSON and in Prometheus text, and fetched over HTTP. */
#include "counter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t found(const char *body, const char *name, uint64_t expected)
{
    uint64_t value = 0;
    size_t series;
    if (counter_find(body, strlen(body), name, &value, &series) < 0)
        fail_msg("no %s in %s", name, body);
    assert_int_equal(value, expected);
    return series;
}

static void not_found(const char *body, const char *name)
{
    uint64_t value = 7;
    size_t series;
    assert_int_equal(counter_find(body, strlen(body), name, &value, &series), -1);
    assert_int_equal(value, 7);
}

static void keys_of_json(void **state)
{
    static const char body[] = "{\"requests\":12,\"cache\":{\"misses\":3,\"a\":{\"b\":4.9}},"
                               "\"a.b\":5,\"name\":\"x\",\"low\":-1}";
    found(body, "requests", 12);
    found(body, "cache.misses", 3);
    found(body, "cache.a.b", 4);
    found(body, "a.b", 5);
    not_found(body, "cache");
    not_found(body, "name");
    not_found(body, "low");
    not_found(body, "");
    not_found(body, "cache.");
    not_found(body, "requests.more");
    not_found("{\"requests\":", "requests");
}

static void metrics_of_prometheus(void **state)
{
    static const char body[] = "# HELP http_total Requests.\n# TYPE http_total counter\n"
                               "http_total_other 1\nhttp_total{code=\"200\"} 40 1700000000\n"
                               "http_total{code=\"500\"} 2\nplain 1.5e3\nnan NaN\nbare\n";
    found(body, "http_total", 42);
    found(body, "http_total{code=\"500\"}", 2);
    found(body, "plain", 1500);
    not_found(body, "http");
    not_found(body, "nan");
    not_found(body, "bare");
    not_found(body, "# HELP http_total Requests.");
    not_found("", "http_total");
}

/* A brace, a quote, a comma or a backslash in a value ends nothing. */
static void labels_of_prometheus(void **state)
{
    static const char body[] =
        "# TYPE http_server_requests_seconds_count counter\n"
        "http_server_requests_seconds_count{method=\"GET\",status=\"200\",uri=\"/users/{id}\",} "
        "1000.0\n"
        "http_server_requests_seconds_count{method=\"GET\",status=\"200\",uri=\"/health\",} 10.0\n"
        "a_total{x=\"q\\\"},y=\\\\\"} 3\na_total{x=\"b,c\", y = \"} 9\"}\t4\r\n"
        "a_total{x=\"broken} 100\na_total {z=\"1\"} 5 # {trace=\"} 7\"} 0.5 1600000000.0\n"
        "d_bucket{le=\"0.1\"} 5 # {t=\"a\"} 0.05\nd_bucket{le=\"1\"} 8\nd_bucket{le=\"+Inf\"} 9\n"
        "s{quantile=\"0.5\"} 7\ns_count 12\nmix 4\nmix{a=\"b\"} NaN\nmix{a=\"c\"} +Inf\n";
    const char *const requests = "http_server_requests_seconds_count";
    assert_int_equal(found(body, requests, 1010), 2);
    assert_int_equal(found(body, "http_server_requests_seconds_count{uri=\"/users/{id}\"}", 1000),
                     1);
    assert_int_equal(
        found(body, "http_server_requests_seconds_count{uri=\"/health\",status=\"200\"}", 10), 1);
    not_found(body, "http_server_requests_seconds_count{uri=\"/users\"}");
    not_found(body, "http_server_requests_seconds_count{uri=/health}");
    not_found(body, "http_server_requests_seconds_count{");
    assert_int_equal(found(body, "a_total", 12), 3);
    found(body, "a_total{x=\"q\\\"},y=\\\\\"}", 3);
    assert_int_equal(found(body, "d_bucket", 9), 1);
    found(body, "d_bucket{le=\"1\"}", 8);
    not_found(body, "s");
    found(body, "s_count", 12);
    assert_int_equal(found(body, "mix", 4), 1);
}

struct server {
    int listener;
    const char *response;
};

/* Sends one response in two pieces. */
static void *server_run(void *opaque)
{
    const struct server *server = opaque;
    char request[1024];
    int fd = accept(server->listener, NULL, NULL);
    size_t length = strlen(server->response);
    if (recv(fd, request, sizeof request, 0) > 0) {
        send(fd, server->response, length / 2, MSG_NOSIGNAL);
        send(fd, server->response + length / 2, length - length / 2, MSG_NOSIGNAL);
    }
    close(fd);
    return NULL;
}

static int fetch(const char *response, uint64_t *value, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    struct server server = {socket(AF_INET, SOCK_STREAM, 0), response};
    char url[128];
    pthread_t thread;
    assert_int_equal(bind(server.listener, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(server.listener, 1), 0);
    getsockname(server.listener, (struct sockaddr *)&address, &bytes);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/stats", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, server_run, &server), 0);
    struct counter *counter = counter_open(url, "requests", error);
    assert_non_null(counter);
    int status = counter_read(counter, value, error);
    counter_close(counter);
    pthread_join(thread, NULL);
    close(server.listener);
    return status;
}

static void fetched_over_http(void **state)
{
    struct error error = {""};
    uint64_t value = 0;
    assert_int_equal(fetch("HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"requests\":9}", &value, &error), 0);
    assert_int_equal(value, 9);
    assert_int_equal(fetch("HTTP/1.1 404 Not Found\r\n\r\n{\"requests\":8}", &value, &error), -1);
    assert_non_null(strstr(error.text, "status 404"));
    assert_int_equal(fetch("HTTP/1.1 200 OK\r\n\r\n{}", &value, &error), -1);
    assert_non_null(strstr(error.text, "no number called requests"));
    assert_int_equal(fetch("rubbish", &value, &error), -1);
    assert_int_equal(fetch("", &value, &error), -1);
    assert_int_equal(value, 9);
}

static void wrong_urls_are_refused(void **state)
{
    struct error error = {""};
    assert_null(counter_open("ftp://x", "requests", &error));
    assert_true(error.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_json),           cmocka_unit_test(metrics_of_prometheus),
        cmocka_unit_test(labels_of_prometheus),   cmocka_unit_test(fetched_over_http),
        cmocka_unit_test(wrong_urls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
