/* wire.h - how the console and its clients talk: frames over a Unix socket.
 *
 * A frame is its kind, a letter, then the number of bytes that follow, four bytes, the highest
 * first, then these. A client sends a statement or a prefix and waits until its last answer has
 * come; meanwhile it may send an interrupt, and nothing else. Answered are any number of texts,
 * then one last frame. Whoever breaks the rules is told so in a FAILED frame and cut off.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>
#include <stdlib.h>

enum wire_kind {
    WIRE_STATEMENT = 's', /* Lua to run, or an expression to show */
    WIRE_COMPLETE = 'c',  /* a prefix such as `main.ca`: each way to end it comes as a line */
    WIRE_INTERRUPT = 'i', /* empty: stop what runs, which answers FAILED. Not answered itself */
    WIRE_TEXT = 't',      /* part of the answer */
    WIRE_DONE = 'd',      /* last: empty, all is well */
    WIRE_FAILED = 'e',    /* last: why, in one line */
    WIRE_INCOMPLETE = 'm' /* last: the statement goes on; send it again with more */
};

#define WIRE_HEADER_BYTES    5
#define WIRE_STATEMENT_BYTES 16384 /* a statement or prefix has no more */
#define WIRE_ANSWER_BYTES    65536 /* nor has a frame of an answer */

static inline void wire_put(unsigned char header[WIRE_HEADER_BYTES], enum wire_kind kind,
                            uint32_t count)
{
    header[0] = (unsigned char)kind;
    for (unsigned i = 1; i < WIRE_HEADER_BYTES; i++)
        header[i] = (unsigned char)(count >> (32 - 8 * i));
}

/* How many bytes follow the header. */
static inline uint32_t wire_count(const unsigned char header[WIRE_HEADER_BYTES])
{
    uint32_t count = 0;
    for (unsigned i = 1; i < WIRE_HEADER_BYTES; i++)
        count = count << 8 | header[i];
    return count;
}

/* Where sockets are that were given no path, and how they are called, by process. */
#define WIRE_NAME "tidemark-%ld.sock"

static inline const char *wire_folder(void)
{
    static const char *const variables[] = {"XDG_RUNTIME_DIR", "TMPDIR"};
    for (unsigned i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *folder = getenv(variables[i]);
        if (folder != NULL && *folder != '\0')
            return folder;
    }
    return "/tmp";
}

#endif
