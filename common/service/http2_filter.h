/* http2_filter.h - looks at the frames of an HTTP/2 client before h2o does.
 *
 * Requests have no body here: the filter removes DATA frames, and ends each request with its
 * HEADERS. It removes frames of unknown types, about which h2o would print a line. It refuses a
 * connection that sends more frames, or longer header blocks, than a client needs. No sockets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP2_PREFACE_BYTES 24

struct http2_filter {
    uint32_t preface_left; /* bytes */
    uint32_t payload_left; /* bytes of the current frame */
    uint32_t block_bytes;  /* of the current header block */
    uint32_t pending;      /* bytes at the end that are not a frame's whole head yet */
    uint32_t credit;       /* how many more frames than requests are allowed at present */
    bool dropping;         /* the current frame is removed */
    uint64_t refilled_ns;  /* when there was full credit */
};

void http2_filter_init(struct http2_filter *filter, uint64_t now_ns);
/* Filters what was received, in place, and sets *count to what is left. `bytes` begins with those
 * that were pending. Returns false if the connection must be closed. */
bool http2_filter_run(struct http2_filter *filter, unsigned char *bytes, size_t *count,
                      uint64_t now_ns);
