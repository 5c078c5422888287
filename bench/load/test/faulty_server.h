/* faulty_server.h - a server for tests that responses in every wrong way, and in a few right ones.
 *
 * It runs in a thread of its own until it is closed. */
#ifndef FAULTY_SERVER_H
#define FAULTY_SERVER_H

#include "faulty_http2.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum faulty_end {
    END_KEEP,     /* awaits the next request */
    END_CLOSE,    /* orderly */
    END_RESET,    /* aborts the connection */
    END_HALF,     /* closes its sending side only */
    END_AT_START, /* as soon as it is connected */
};

struct faulty_behaviour {
    const char *name;
    const char *response; /* "{id}" in it becomes the last part of the requested path */
    enum faulty_end end;
    bool drip;               /* byte by byte */
    bool banner;             /* sends the response before it is asked */
    unsigned good_of;        /* every so many-th response is a good one instead; 0: none */
    enum http2_behaviour http2; /* not HTTP2_NONE: of what is above, nothing but the name counts */
    unsigned stall_ms;       /* stands still so long, once a second */
    atomic_bool *stop;       /* set at the first request; may be NULL */
};

struct faulty_server;

/* On a free port of 127.0.0.1, or on the Unix socket `path`. NULL: no socket. */
struct faulty_server *faulty_server_open(const struct faulty_behaviour *behaviour, const char *path);
/* Where it listens: "http://127.0.0.1:PORT". */
const char *faulty_server_url(const struct faulty_server *server);
void faulty_server_close(struct faulty_server *server);

#define FAULTY_SERVER_GOOD                                                                             \
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\nX-Cache: hit\r\n\r\n{\"user_id\":\"{id}\"}"

#endif
