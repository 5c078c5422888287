/* http1_parser.h - reads one HTTP/1 answer, however it is cut into pieces, and believes none of it.
 *
 * Content-Length, chunked and until-close bodies; interim 1xx answers are skipped. Memory per
 * parser is fixed, and so is the longest head. One thread at a time.
 */
#ifndef HTTP1_PARSER_H
#define HTTP1_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANSWER_LINE_BYTES   256   /* of a line split between reads, so much is looked at */
#define ANSWER_HEAD_BYTES   65536 /* heads and trailers that are longer are garbage */
#define ANSWER_PREFIX_BYTES 32

enum answer_state {
    /* Waiting for more: */
    ANSWER_STATUS,
    ANSWER_HEADER,
    ANSWER_BODY,
    ANSWER_BODY_UNTIL_CLOSE,
    ANSWER_CHUNK_SIZE,
    ANSWER_CHUNK,
    ANSWER_CHUNK_END,
    ANSWER_TRAILER,
    /* Over: */
    ANSWER_WHOLE,
    ANSWER_GARBAGE,
    ANSWER_TRUNCATED,
    ANSWER_ABSENT, /* the connection ended before the first byte */
};

enum answer_cache { ANSWER_PLAIN, ANSWER_HIT, ANSWER_MISS, ANSWER_CACHES };

/* Of the status line's or of :status. */
#define ANSWER_STATUS_DIGITS 3

struct answer {
    enum answer_state state;
    unsigned status;
    enum answer_cache cache; /* from X-Cache */
    bool close;              /* the connection is of no further use */
    uint64_t body_bytes;
    char prefix[ANSWER_PREFIX_BYTES]; /* of the body: its first bytes */

    /* The parser's own. */
    bool begun, sized, chunked;
    uint64_t remaining; /* of the body or the chunk */
    uint32_t head_bytes, line_bytes;
    char line[ANSWER_LINE_BYTES]; /* begun in an earlier read */
};

void answer_begin(struct answer *answer);
/* Reads on; returns how many bytes belonged to the answer: fewer than given only when it is
 * over. */
size_t answer_read(struct answer *answer, const char *data, size_t bytes);
/* The connection ended, orderly or by a reset: the answer is over. */
void answer_end(struct answer *answer, bool orderly);

/* For protocols that cut an answer into its parts themselves: */
void answer_status(struct answer *answer, const char *text, size_t bytes);
void answer_header(struct answer *answer, const char *name, size_t name_bytes, const char *value,
                   size_t value_bytes);
/* A piece of the body: counted, and its first bytes kept. */
void answer_body(struct answer *answer, const char *data, size_t bytes);

static inline bool answer_over(const struct answer *answer)
{
    return answer->state >= ANSWER_WHOLE;
}

#endif
