/* http1_parser_test.c - responses of all kinds, cut at every byte; malformed ones. */
#include "count_of.h"
#include "http1_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\n"

static const struct known {
    const char *text;
    enum response_state state; /* after the connection was closed */
    unsigned status;
    enum response_cache cache;
    bool close; /* before it was closed */
    uint64_t body_bytes;
    size_t excess;    /* bytes after the response */
    bool until_close; /* over only when the connection is closed */
} responses[] = {
    {OK "Content-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 2, 0, false},
    {OK "content-length:2\r\nx-cache:hit\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_HIT, false, 2,
     0, false},
    {OK "CONTENT-LENGTH:  2 \t\r\nX-CACHE:  MISS from b\r\n\r\nhi", RESPONSE_COMPLETE, 200,
     RESPONSE_MISS, false, 2, 0, false},
    {OK "Content-Length: 2\n\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 2, 0, false},
    {OK "Content-Length: 0\r\n\r\n", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 0, 0, false},
    {OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN,
     false, 2, 0, false},
    {OK "Content-Length: 2\r\nConnection: close\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN,
     true, 2, 0, false},
    {OK "Content-Length: 2\r\nConnection: x, Close\r\n\r\nhi", RESPONSE_COMPLETE, 200,
     RESPONSE_PLAIN, true, 2, 0, false},
    {OK "Content-Length: 2\r\n\r\nhi!!", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 2, 2,
     false},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, true,
     2, 0, false},
    {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE,
     200, RESPONSE_PLAIN, false, 2, 0, false},
    {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false,
     2, 0, false},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", RESPONSE_COMPLETE, 404,
     RESPONSE_PLAIN, false, 2, 0, false},
    {"HTTP/1.1 204 No Content\r\n\r\n", RESPONSE_COMPLETE, 204, RESPONSE_PLAIN, false, 0, 0, false},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", RESPONSE_COMPLETE, 304,
     RESPONSE_PLAIN, false, 0, 0, false},
    {"HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi", RESPONSE_COMPLETE, 200,
     RESPONSE_PLAIN, false, 2, 0, false},
    {"HTTP/1.1 103 Early\r\nContent-Length: 7\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi",
     RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 2, 0, false},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=1\r\n, world!!!\r\n0\r\n\r\n",
     RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 15, 0, false},
    {OK "Transfer-Encoding: gzip, Chunked\r\n\r\n1\r\nx\r\n0\r\nTrailer: yes\r\n\r\n",
     RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, false, 1, 0, false},
    {OK "X-Cache: miss\r\n\r\nall of it", RESPONSE_COMPLETE, 200, RESPONSE_MISS, true, 9, 0, true},
    {OK "Transfer-Encoding: gzip\r\n\r\nzzz", RESPONSE_COMPLETE, 200, RESPONSE_PLAIN, true, 3, 0,
     true},

    {"", RESPONSE_EMPTY, 0, RESPONSE_PLAIN, false, 0, 0, true},
    {"HTTP/1", RESPONSE_TRUNCATED, 0, RESPONSE_PLAIN, false, 0, 0, true},
    {OK, RESPONSE_TRUNCATED, 200, RESPONSE_PLAIN, false, 0, 0, true},
    {OK "Content-Length: 5\r\n\r\nhi", RESPONSE_TRUNCATED, 200, RESPONSE_PLAIN, false, 2, 0, true},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", RESPONSE_TRUNCATED, 200, RESPONSE_PLAIN,
     false, 3, 0, true},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", RESPONSE_TRUNCATED, 200, RESPONSE_PLAIN,
     false, 5, 0, true},
    {OK "Transfer-Encoding: chunked\r\n\r\n0\r\n", RESPONSE_TRUNCATED, 200, RESPONSE_PLAIN, false,
     0, 0, true},
};

static const char *const malformed[] = {
    "SSH-2.0-OpenSSH_9.2p1\r\n",
    "\r\n",
    "HTTP/2.0 200 OK\r\n",
    "HTTP/1.1 abc OK\r\n",
    "HTTP/1.1 2000 OK\r\n",
    "HTTP/1.1 999 OK\r\n",
    "HTTP/1.1 20\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    OK "no colon here\r\n\r\n",
    OK ": no name\r\n\r\n",
    OK "Content-Length:\r\n\r\n",
    OK "Content-Length: -1\r\n\r\n",
    OK "Content-Length: +1\r\n\r\n",
    OK "Content-Length: 12a\r\n\r\n",
    OK "Content-Length: 2, 2\r\n\r\n",
    OK "Content-Length: 99999999999999999999999999\r\n\r\n",
    OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
};

/* Parses a copy of exactly its size, so that the sanitizer finds reads past its end. */
static size_t response_parse(struct response *response, const char *text, size_t bytes)
{
    char *copy = malloc(bytes + 1);
    size_t used;
    memcpy(copy + 1, text, bytes);
    used = response_read(response, copy + 1, bytes);
    free(copy);
    return used;
}

static void response_assert(const struct known *known, size_t first)
{
    size_t bytes = strlen(known->text);
    struct response response;
    size_t used;
    response_begin(&response);
    used = response_parse(&response, known->text, first);
    used += response_parse(&response, known->text + used, bytes - used);
    assert_int_equal(response_over(&response), !known->until_close);
    assert_int_equal(response.close, known->close);
    response_end(&response, true);
    assert_int_equal(response.state, known->state);
    assert_int_equal(response.status, known->status);
    assert_int_equal(response.cache, known->cache);
    assert_int_equal(response.body_bytes, known->body_bytes);
    assert_int_equal(bytes - used, known->excess);
}

static void responses_are_parsed_in_any_two_pieces(void **unused)
{
    for (size_t i = 0; i < COUNT_OF(responses); i++)
        for (size_t cut = 0; cut <= strlen(responses[i].text); cut++)
            response_assert(&responses[i], cut);
}

static enum response_state response_of_single_bytes(const char *text)
{
    struct response response;
    response_begin(&response);
    for (; *text; text++)
        response_parse(&response, text, 1);
    return response.state;
}

static void malformed_responses_are_found(void **unused)
{
    struct response response;
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        response_begin(&response);
        response_parse(&response, malformed[i], strlen(malformed[i]));
        assert_int_equal(response.state, RESPONSE_MALFORMED);
        assert_true(response.close);
        assert_int_equal(response_of_single_bytes(malformed[i]), RESPONSE_MALFORMED);
    }
}

static void a_reset_does_not_end_a_body(void **unused)
{
    struct response response;
    response_begin(&response);
    response_parse(&response, OK "\r\nhalf", strlen(OK "\r\nhalf"));
    response_end(&response, false);
    assert_int_equal(response.state, RESPONSE_TRUNCATED);
}

static void endless_headers_are_malformed(void **unused)
{
    static const char *const lines[] = {"X-Filler: xxxxxxxxxxxxxxxxxxxxx\r\n", "no end of line",
                                        "HTTP/1.1 100 Continue\r\n\r\n"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct response response;
        size_t parsed = 0;
        response_begin(&response);
        response_parse(&response, OK, i < 2 ? strlen(OK) : 0);
        while (!response_over(&response) && parsed < 4 * RESPONSE_HEAD_BYTES)
            parsed += response_parse(&response, lines[i], strlen(lines[i]));
        assert_int_equal(response.state, RESPONSE_MALFORMED);
    }
}

static void the_prefix_is_the_beginning_of_the_body(void **unused)
{
    const char *text = OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
    struct response response;
    response_begin(&response);
    for (const char *at = text; *at; at++)
        response_parse(&response, at, 1);
    assert_int_equal(response.state, RESPONSE_COMPLETE);
    assert_memory_equal(response.prefix, "abcdef", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_are_parsed_in_any_two_pieces),
        cmocka_unit_test(malformed_responses_are_found),
        cmocka_unit_test(a_reset_does_not_end_a_body),
        cmocka_unit_test(endless_headers_are_malformed),
        cmocka_unit_test(the_prefix_is_the_beginning_of_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
