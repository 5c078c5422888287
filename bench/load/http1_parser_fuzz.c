/* http1_parser_fuzz.c - the answer parser under libFuzzer: whatever comes, however it is cut. */
#include "http1_parser.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Feeds pieces of the given length, each in memory of its own. */
static void answer_take(struct answer *answer, const uint8_t *data, size_t bytes, size_t piece)
{
    answer_begin(answer);
    while (bytes > 0 && !answer_over(answer)) {
        size_t count = bytes < piece ? bytes : piece;
        char *copy = malloc(count);
        if (copy == NULL)
            abort();
        memcpy(copy, data, count);
        size_t used = answer_read(answer, copy, count);
        free(copy);
        if (used > count || (used < count && !answer_over(answer)))
            abort();
        data += used;
        bytes -= used;
    }
    answer_end(answer, true);
    if (!answer_over(answer))
        abort();
}

static bool answers_agree(const struct answer *one, const struct answer *two)
{
    return one->state == two->state && one->status == two->status && one->cache == two->cache &&
           one->body_bytes == two->body_bytes;
}

/* The first byte says how long the pieces are. How an answer is cut must not matter: where lines
 * are no longer than what the parser keeps of them, that is exact. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct answer whole, pieces;

    if (bytes < 2)
        return 0;
    answer_take(&whole, data + 1, bytes - 1, bytes - 1);
    answer_take(&pieces, data + 1, bytes - 1, data[0] % 64 + 1);
    if (bytes <= ANSWER_LINE_BYTES && !answers_agree(&whole, &pieces))
        abort();
    return 0;
}
