/* http1_parser_fuzz.c - the response parser under libFuzzer: whatever comes, however it is cut. */
#include "http1_parser.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Feeds pieces of the given length, each in memory of its own. */
static void response_take(struct response *response, const uint8_t *data, size_t bytes, size_t piece)
{
    response_begin(response);
    while (bytes > 0 && !response_over(response)) {
        size_t count = bytes < piece ? bytes : piece;
        char *copy = malloc(count);
        if (copy == NULL)
            abort();
        memcpy(copy, data, count);
        size_t used = response_read(response, copy, count);
        free(copy);
        if (used > count || (used < count && !response_over(response)))
            abort();
        data += used;
        bytes -= used;
    }
    response_end(response, true);
    if (!response_over(response))
        abort();
}

static bool responses_agree(const struct response *one, const struct response *two)
{
    return one->state == two->state && one->status == two->status && one->cache == two->cache &&
           one->body_bytes == two->body_bytes;
}

/* The first byte says how long the pieces are. How an response is cut must not matter: where lines
 * are no longer than what the parser keeps of them, that is exact. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct response whole, pieces;

    if (bytes < 2)
        return 0;
    response_take(&whole, data + 1, bytes - 1, bytes - 1);
    response_take(&pieces, data + 1, bytes - 1, data[0] % 64 + 1);
    if (bytes <= RESPONSE_LINE_BYTES && !responses_agree(&whole, &pieces))
        abort();
    return 0;
}
