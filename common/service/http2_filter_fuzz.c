/* http2_filter_fuzz.c - what the filter lets pass does not depend on how the bytes arrive.
 *
 * The first byte is the length of the pieces. Limits per call are not compared: a connection that
 * is refused whole may be accepted in pieces.
 */
#include "http2_filter.h"

#include "fuzz_check.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define NOW_NS     1
#define HEAD_BYTES 9 /* of a frame */
#define DATA       0 /* a frame's type */

struct output {
    unsigned char *bytes;
    size_t count; /* that the filter has kept, those pending included */
    bool accepted;
    struct http2_filter filter;
};

/* Filters pieces as the server does: those pending come again with the next one. */
static void pieces_filter(struct output *output, const uint8_t *data, size_t size, size_t piece)
{
    *output = (struct output){.bytes = xmalloc(size + 1), .accepted = true};
    http2_filter_init(&output->filter, NOW_NS);
    for (size_t at = 0; at < size && output->accepted; at += piece) {
        size_t more = size - at < piece ? size - at : piece;
        size_t pending = output->filter.pending, count = pending + more;
        unsigned char *begin = output->bytes + output->count - pending;
        memcpy(output->bytes + output->count, data + at, more);
        output->accepted = http2_filter_run(&output->filter, begin, &count, NOW_NS);
        check(count <= pending + more && output->filter.pending < HEAD_BYTES);
        output->count = output->count - pending + count;
    }
}

/* Walks through the frames that were kept: there is no DATA, and no unknown type. */
static void frames_check(const struct output *output)
{
    size_t end = output->count - output->filter.pending;
    for (size_t at = HTTP2_PREFACE_BYTES; at + HEAD_BYTES <= end;) {
        const unsigned char *head = output->bytes + at;
        check(head[3] != DATA && head[3] <= 9);
        at += HEAD_BYTES + ((size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct output whole, pieces;
    if (size < 2)
        return 0;
    pieces_filter(&whole, data + 1, size - 1, size - 1);
    pieces_filter(&pieces, data + 1, size - 1, data[0] % 64 + 1);
    if (whole.accepted) {
        frames_check(&whole);
        check(pieces.accepted && pieces.count == whole.count &&
              memcmp(pieces.bytes, whole.bytes, whole.count) == 0);
    }
    free(whole.bytes);
    free(pieces.bytes);
    return 0;
}
