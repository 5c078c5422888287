/* http1_parser.h - parses one HTTP/1 response that arrives in pieces of any size.
 *
 * Understands bodies with Content-Length, chunked bodies, and bodies that end with the connection;
 * skips interim 1xx responses. The input is not trusted: a parser's memory and the length of the
 * headers are limited. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESPONSE_LINE_BYTES   256   /* kept of a line that is split between reads */
#define RESPONSE_HEAD_BYTES   65536 /* longer headers or trailers are malformed */
#define RESPONSE_PREFIX_BYTES 32

enum response_state {
    /* Not over: expects */
    RESPONSE_STATUS,
    RESPONSE_HEADER,
    RESPONSE_BODY,
    RESPONSE_BODY_UNTIL_CLOSE,
    RESPONSE_CHUNK_SIZE,
    RESPONSE_CHUNK,
    RESPONSE_CHUNK_END,
    RESPONSE_TRAILER,
    /* Over: */
    RESPONSE_COMPLETE,
    RESPONSE_MALFORMED,
    RESPONSE_TRUNCATED,
    RESPONSE_EMPTY, /* the connection was closed before the first byte */
};

enum response_cache { RESPONSE_PLAIN, RESPONSE_HIT, RESPONSE_MISS, RESPONSE_CACHES };

/* "200" in the status line or in :status. */
#define RESPONSE_STATUS_DIGITS 3

struct response {
    enum response_state state;
    unsigned status;
    enum response_cache cache; /* from X-Cache, Cache-Status and their kin; see response_cache */
    bool aged;                 /* the header Age says that it comes from a cache */
    bool close;                /* the connection cannot be reused */
    uint64_t body_bytes;
    char prefix[RESPONSE_PREFIX_BYTES]; /* the body's first bytes */

    /* Private to the parser. */
    bool begun, sized, chunked;
    uint64_t remaining; /* bytes of the body or chunk */
    uint32_t head_bytes, line_bytes;
    char line[RESPONSE_LINE_BYTES]; /* that began in an earlier read */
};

void response_begin(struct response *response);
/* Parses the next bytes. Returns how many of them belong to the response: fewer than given only if
 * it is over. */
size_t response_read(struct response *response, const char *data, size_t bytes);
/* The connection was closed, orderly or by a reset: the response is over. */
void response_end(struct response *response, bool orderly);

/* For HTTP/2, where nghttp2 parses the frames: the :status, a header, a piece of the body. */
void response_status(struct response *response, const char *text, size_t bytes);
void response_header(struct response *response, const char *name, size_t name_bytes,
                     const char *value, size_t value_bytes);
void response_body(struct response *response, const char *data, size_t bytes);

/* Whether a cache served it, by all headers; Age counts only if no other tells. */
enum response_cache response_cache(const struct response *response);

static inline bool response_over(const struct response *response)
{
    return response->state >= RESPONSE_COMPLETE;
}
