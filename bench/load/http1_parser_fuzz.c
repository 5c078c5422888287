/* http1_parser_fuzz.c - the response parser under libFuzzer: any input in any pieces. */
#include "fuzz_check.h"
#include "http1_parser.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

/* Parses pieces of the given length, each in its own allocation. */
static void response_parse(struct response *response, const uint8_t *data, size_t bytes,
                           size_t piece)
{
    response_begin(response);
    while (bytes > 0 && !response_over(response)) {
        size_t count = bytes < piece ? bytes : piece;
        char *copy = xmalloc(count);
        memcpy(copy, data, count);
        size_t used = response_read(response, copy, count);
        free(copy);
        check(used == count || (used < count && response_over(response)));
        data += used;
        bytes -= used;
    }
    response_end(response, true);
    check(response_over(response));
}

static bool responses_agree(const struct response *one, const struct response *two)
{
    return one->state == two->state && one->status == two->status && one->cache == two->cache &&
           one->body_bytes == two->body_bytes;
}

/* The first byte is the length of the pieces, which must not change the result if no line is longer
 * than what the parser keeps of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct response whole, pieces;
    if (bytes < 2)
        return 0;
    response_parse(&whole, data + 1, bytes - 1, bytes - 1);
    response_parse(&pieces, data + 1, bytes - 1, data[0] % 64 + 1);
    check(bytes > RESPONSE_LINE_BYTES || responses_agree(&whole, &pieces));
    return 0;
}
