/* wire.h - the protocol between the console and its clients: frames over a Unix socket.
 *
 * A frame is its kind (one letter), the number of bytes that follow (four bytes, big-endian), and
 * these bytes. A client sends a statement or a prefix, and waits for the last frame of the answer:
 * any number of TEXT frames, then one DONE, FAILED or INCOMPLETE frame. Meanwhile it may send an
 * INTERRUPT, but nothing else. After a frame that breaks these rules the server sends FAILED and
 * closes the connection. Example, a statement and its answer:
 *
 *     's' 0 0 0 5 "1 + 1"          't' 0 0 0 2 "2\n"  'd' 0 0 0 0
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

enum wire_kind {
    WIRE_STATEMENT = 's', /* request: Lua to run, or an expression to show */
    WIRE_COMPLETE = 'c',  /* request: print the completions of a prefix (`main.ca`), one per line */
    WIRE_INTERRUPT = 'i', /* request: fail the running statement; empty, and not answered itself */
    WIRE_TEXT = 't',      /* answer: part of what the statement prints */
    WIRE_DONE = 'd',      /* last frame of an answer: empty */
    WIRE_FAILED = 'e',    /* last frame: the error, in one line */
    WIRE_INCOMPLETE = 'm', /* last frame: the statement needs more lines; what the parser says */
};

#define WIRE_HEADER_BYTES    5
#define WIRE_STATEMENT_BYTES 16384 /* the most in a request */
#define WIRE_ANSWER_BYTES    65536 /* the most in a frame of an answer */

static inline void wire_put(unsigned char header[WIRE_HEADER_BYTES], enum wire_kind kind,
                            uint32_t count)
{
    header[0] = (unsigned char)kind;
    for (unsigned i = 1; i < WIRE_HEADER_BYTES; i++)
        header[i] = (unsigned char)(count >> (32 - 8 * i));
}

/* The number of bytes that follow the header. */
static inline uint32_t wire_count(const unsigned char header[WIRE_HEADER_BYTES])
{
    uint32_t count = 0;
    for (unsigned i = 1; i < WIRE_HEADER_BYTES; i++)
        count = count << 8 | header[i];
    return count;
}

/* The default socket: WIRE_NAME, with the server's process id, in wire_folder(). */
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
