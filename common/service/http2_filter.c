/* http2_filter.c - walks from frame to frame; a table of what becomes of each type (RFC 9113). */
#include "http2_filter.h"

#include "units.h"

#include <string.h>

#define HEAD_BYTES        9 /* length (3), type, flags, stream (4) */
#define TYPE_AT           3
#define FLAGS_AT          4
#define FLAG_END_STREAM   0x1
#define BLOCK_BYTES_MAX   16384 /* of the headers of one request, compressed */
#define REQUESTS_MAX      128   /* in one call; a client may have 100 at a time */
#define HEADER_BYTES_MAX  32768 /* in one call: decompressed they may take 100 times as much */
#define CREDIT_FULL       1000  /* frames without a request, per second */
#define CREDIT_OF_REQUEST 4     /* a request needs a few window updates */

enum frame_kind { PASS, DROP, BEGIN_REQUEST, CONTINUE_REQUEST };

static const enum frame_kind kinds[] = {
    DROP,             /* DATA */
    BEGIN_REQUEST,    /* HEADERS */
    PASS,             /* PRIORITY */
    PASS,             /* RST_STREAM */
    PASS,             /* SETTINGS */
    PASS,             /* PUSH_PROMISE, an error */
    PASS,             /* PING */
    PASS,             /* GOAWAY */
    PASS,             /* WINDOW_UPDATE */
    CONTINUE_REQUEST, /* CONTINUATION */
};

#define KINDS (sizeof kinds / sizeof kinds[0])

void http2_filter_init(struct http2_filter *filter, uint64_t now_ns)
{
    *filter = (struct http2_filter){
        .preface_left = HTTP2_PREFACE_BYTES, .credit = CREDIT_FULL, .refilled_ns = now_ns};
}

static bool credit_take(struct http2_filter *filter, uint64_t now_ns)
{
    if (filter->credit == 0 && now_ns - filter->refilled_ns >= NS_PER_SECOND) {
        filter->credit = CREDIT_FULL;
        filter->refilled_ns = now_ns;
    }
    if (filter->credit == 0)
        return false;
    filter->credit--;
    return true;
}

/* What a client has sent in one call. */
struct received {
    uint64_t now_ns;
    size_t requests, header_bytes;
};

static void request_begin(struct http2_filter *filter, unsigned char *head)
{
    head[FLAGS_AT] |= FLAG_END_STREAM;
    filter->block_bytes = 0;
    if (filter->credit < CREDIT_FULL)
        filter->credit += CREDIT_OF_REQUEST;
}

static bool headers_count(struct http2_filter *filter, struct received *received)
{
    filter->block_bytes += filter->payload_left;
    received->header_bytes += filter->payload_left;
    return filter->block_bytes <= BLOCK_BYTES_MAX && received->header_bytes <= HEADER_BYTES_MAX;
}

/* Returns false if the connection must be closed. */
static bool frame_begin(struct http2_filter *filter, unsigned char *head, struct received *received)
{
    enum frame_kind kind = head[TYPE_AT] < KINDS ? kinds[head[TYPE_AT]] : DROP;
    filter->payload_left = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2];
    filter->dropping = kind == DROP;
    if (kind == BEGIN_REQUEST) {
        request_begin(filter, head);
        return ++received->requests <= REQUESTS_MAX && headers_count(filter, received);
    }
    if (kind == CONTINUE_REQUEST && !headers_count(filter, received))
        return false;
    return credit_take(filter, received->now_ns);
}

/* Where the filter reads, and where it puts what it keeps. */
struct cursor {
    unsigned char *in, *out;
    size_t left;
};

static void cursor_move(struct cursor *cursor, size_t count, bool keep)
{
    if (keep && cursor->out != cursor->in)
        memmove(cursor->out, cursor->in, count);
    cursor->out += keep ? count : 0;
    cursor->in += count;
    cursor->left -= count;
}

/* Moves up to *wanted bytes. */
static void cursor_take(struct cursor *cursor, uint32_t *wanted, bool keep)
{
    size_t count = *wanted < cursor->left ? *wanted : cursor->left;
    *wanted -= (uint32_t)count;
    cursor_move(cursor, count, keep);
}

bool http2_filter_run(struct http2_filter *filter, unsigned char *bytes, size_t *count,
                      uint64_t now_ns)
{
    struct cursor cursor = {bytes, bytes, *count};
    struct received received = {.now_ns = now_ns};
    cursor_take(&cursor, &filter->preface_left, true);
    cursor_take(&cursor, &filter->payload_left, !filter->dropping);
    while (cursor.left >= HEAD_BYTES) {
        if (!frame_begin(filter, cursor.in, &received))
            return false;
        cursor_move(&cursor, HEAD_BYTES, !filter->dropping);
        cursor_take(&cursor, &filter->payload_left, !filter->dropping);
    }
    filter->pending = (uint32_t)cursor.left;
    cursor_move(&cursor, cursor.left, true);
    *count = (size_t)(cursor.out - bytes);
    return true;
}
