/* http2_filter_test.c - frames in, frames out, in pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http2_filter.h"

#include <stdbool.h>
#include <string.h>

#define ROOM      (1 << 17)
#define SECOND_NS UINT64_C(1000000000)

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING = 6, CONTINUATION = 9, UNKNOWN = 200 };
enum { END_STREAM = 1, END_HEADERS = 4 };

struct text {
    size_t count;
    unsigned char bytes[ROOM];
};

static void preface_add(struct text *text)
{
    memcpy(text->bytes + text->count, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP2_PREFACE_BYTES);
    text->count += HTTP2_PREFACE_BYTES;
}

/* The payload is of bytes 'x'. */
static void frame_add(struct text *text, unsigned char type, unsigned char flags, size_t length)
{
    unsigned char head[] = {(unsigned char)(length >> 16),
                            (unsigned char)(length >> 8),
                            (unsigned char)length,
                            type,
                            flags,
                            0,
                            0,
                            0,
                            1};
    memcpy(text->bytes + text->count, head, sizeof head);
    memset(text->bytes + text->count + sizeof head, 'x', length);
    text->count += sizeof head + length;
}

/* Passes the text in pieces, as if h2o took nothing out meanwhile. */
static bool filter_pass(struct http2_filter *filter, const struct text *in, size_t piece,
                        struct text *out)
{
    out->count = 0;
    for (size_t at = 0; at < in->count; at += piece) {
        size_t more = in->count - at < piece ? in->count - at : piece;
        size_t before = out->count - filter->pending, count = filter->pending + more;
        memcpy(out->bytes + out->count, in->bytes + at, more);
        if (!http2_filter_run(filter, out->bytes + before, &count, 0))
            return false;
        out->count = before + count;
    }
    return true;
}

static void bodies_and_unknown_types_are_removed(void **state)
{
    static struct text in, expected, out;
    in.count = expected.count = 0;
    preface_add(&in);
    preface_add(&expected);
    frame_add(&in, SETTINGS, 0, 6);
    frame_add(&expected, SETTINGS, 0, 6);
    frame_add(&in, HEADERS, END_HEADERS, 30);
    frame_add(&expected, HEADERS, END_HEADERS | END_STREAM, 30);
    frame_add(&in, DATA, 0, 1000);
    frame_add(&in, UNKNOWN, 0, 10);
    frame_add(&in, DATA, END_STREAM, 0);
    frame_add(&in, RST_STREAM, 0, 4);
    frame_add(&expected, RST_STREAM, 0, 4);
    frame_add(&in, HEADERS, END_STREAM, 10);
    frame_add(&expected, HEADERS, END_STREAM, 10);
    frame_add(&in, CONTINUATION, END_HEADERS, 10);
    frame_add(&expected, CONTINUATION, END_HEADERS, 10);
    for (size_t piece = 1; piece <= in.count; piece++) {
        struct http2_filter filter;
        http2_filter_init(&filter, 0);
        assert_true(filter_pass(&filter, &in, piece, &out));
        assert_int_equal(out.count, expected.count);
        assert_memory_equal(out.bytes, expected.bytes, out.count);
        assert_int_equal(filter.pending, 0);
    }
}

/* Whether a new connection that sends so many frames of a type at once is left alone. */
static bool frames_pass(unsigned char type, size_t length, size_t frames)
{
    static struct text in;
    struct http2_filter filter;
    in.count = 0;
    preface_add(&in);
    for (size_t i = 0; i < frames; i++)
        frame_add(&in, type, 0, length);
    http2_filter_init(&filter, 0);
    return http2_filter_run(&filter, in.bytes, &in.count, 0);
}

static void too_much_is_refused(void **state)
{
    assert_true(frames_pass(HEADERS, 30, 128));
    assert_false(frames_pass(HEADERS, 30, 129));
    assert_true(frames_pass(HEADERS, 16384, 2));
    assert_false(frames_pass(HEADERS, 16385, 1));
    assert_false(frames_pass(HEADERS, 16384, 3));
    assert_true(frames_pass(CONTINUATION, 1024, 16));
    assert_false(frames_pass(CONTINUATION, 1024, 17));
    assert_true(frames_pass(PING, 8, 1000));
    assert_false(frames_pass(PING, 8, 1001));
    assert_false(frames_pass(DATA, 0, 1001));
    assert_false(frames_pass(UNKNOWN, 0, 1001));
}

static void credit_comes_back(void **state)
{
    static struct text in;
    struct http2_filter filter;
    http2_filter_init(&filter, 0);
    filter.preface_left = 0;
    for (uint64_t second = 0; second < 10; second++) {
        size_t count;
        in.count = 0;
        for (int i = 0; i < 1000; i++)
            frame_add(&in, PING, 0, 8);
        count = in.count;
        assert_true(http2_filter_run(&filter, in.bytes, &count, second * SECOND_NS));
    }
    in.count = 0;
    frame_add(&in, PING, 0, 8);
    assert_false(http2_filter_run(&filter, in.bytes, &in.count, 9 * SECOND_NS));
}

static void a_request_pays_for_its_window_updates(void **state)
{
    static struct text in;
    struct http2_filter filter;
    http2_filter_init(&filter, 0);
    filter.preface_left = 0;
    for (int i = 0; i < 1000; i++) {
        in.count = 0;
        frame_add(&in, HEADERS, END_HEADERS, 10);
        for (int frame = 0; frame < 4; frame++)
            frame_add(&in, PRIORITY, 0, 5);
        assert_true(http2_filter_run(&filter, in.bytes, &in.count, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_and_unknown_types_are_removed),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(credit_comes_back),
        cmocka_unit_test(a_request_pays_for_its_window_updates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
