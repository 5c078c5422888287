/* faulty_server.h - a server for tests that answers in every wrong way, and in a few right ones.
 *
 * It runs in a thread of its own until it is closed. */
#ifndef FAULTY_SERVER_H
#define FAULTY_SERVER_H

#include "faulty_http2.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum misbehave_end {
    END_KEEP,     /* awaits the next request */
    END_CLOSE,    /* orderly */
    END_RESET,    /* aborts the connection */
    END_HALF,     /* closes its sending side only */
    END_AT_START, /* as soon as it is connected */
};

struct misbehave_manner {
    const char *name;
    const char *answer; /* "{id}" in it becomes the last part of the requested path */
    enum misbehave_end end;
    bool drip;               /* byte by byte */
    bool banner;             /* sends the answer before it is asked */
    unsigned good_of;        /* every so many-th answer is a good one instead; 0: none */
    enum http2_manner http2; /* not HTTP2_NONE: of what is above, nothing but the name counts */
    unsigned stall_ms;       /* stands still so long, once a second */
    atomic_bool *stop;       /* set at the first request; may be NULL */
};

struct misbehave;

/* On a free port of 127.0.0.1, or on the Unix socket `path`. NULL: no socket. */
struct misbehave *misbehave_open(const struct misbehave_manner *manner, const char *path);
/* Where it listens: "http://127.0.0.1:PORT". */
const char *misbehave_url(const struct misbehave *server);
void misbehave_close(struct misbehave *server);

#define MISBEHAVE_GOOD                                                                             \
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\nX-Cache: hit\r\n\r\n{\"user_id\":\"{id}\"}"

#endif
