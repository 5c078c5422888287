/* faulty_server.h - an HTTP server for tests with all kinds of faults.
 *
 * It runs in its own thread until it is closed. */
#pragma once

#include "faulty_http2.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum faulty_end {
    END_KEEP,     /* keeps the connection */
    END_CLOSE,    /* closes the connection */
    END_RESET,    /* aborts the connection */
    END_HALF,     /* shuts down the sending side only */
    END_AT_START, /* closes every connection at once */
};

struct faulty_behaviour {
    const char *name;
    const char *response; /* "{id}" in it becomes the last part of the requested path */
    enum faulty_end end;
    bool drip;                  /* sends byte by byte */
    bool banner;                /* sends the response before the request */
    unsigned good_of;           /* every good_of-th response is a good one instead; 0: none */
    enum http2_behaviour http2; /* if not HTTP2_NONE, only the name matters above */
    unsigned idle_ms;  /* closes all connections if nothing happens for this time; 0: never */
    unsigned stall_ms; /* sleeps for this time, once a second */
    atomic_bool *stop; /* set at the first request; may be NULL */
};

struct faulty_server;

/* Listens on a free port of 127.0.0.1, or on the Unix socket `path`. NULL: it could not. */
struct faulty_server *faulty_server_open(const struct faulty_behaviour *behaviour,
                                         const char *path);
/* "http://127.0.0.1:PORT" */
const char *faulty_server_url(const struct faulty_server *server);
void faulty_server_close(struct faulty_server *server);

#define FAULTY_SERVER_GOOD                                                                         \
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\nX-Cache: hit\r\n\r\n{\"user_id\":\"{id}\"}"
