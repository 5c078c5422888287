/* server.h - the handler behind HTTP/1.1 and HTTP/2, with one event loop per thread.
 *
 * One server per process: it handles SIGINT and SIGTERM and ignores SIGPIPE.
 */
#pragma once

#include "errors.h"
#include "handler.h"

struct server;

struct server_setup {
    struct handler_setup handler; /* now_ns and threads are filled in by the server */
    const char *address;
    uint16_t port;                /* 0: the kernel picks a free one */
    const char *unix_path;        /* also listen on this Unix socket; NULL: no */
    unsigned threads;             /* event loops, at least 1 */
    uint64_t connection_requests; /* after which an HTTP/1.1 connection is closed; 0: never */
    uint64_t waiting_limit;       /* requests that wait for fetches; 503 for more */
    uint64_t unsent_limit_bytes;  /* in unsent replies; then their connections are closed */
};

/* Opens the listeners and blocks the signals, but accepts no connection yet. NULL: see error. */
struct server *server_create(const struct server_setup *setup, struct error *error);
/* Frees a server that is not run. */
void server_destroy(struct server *server);
/* "http://127.0.0.1:8000"; lives as long as the server. */
const char *server_url(const struct server *server);
/* Lives as long as the server. */
struct handler *server_handler(struct server *server);

/* Another descriptor that the main thread's loop watches. */
struct server_watch {
    int descriptor;               /* the caller's; an epoll descriptor stands for many */
    void (*ready)(void *context); /* called on each turn while the descriptor is readable */
    void (*end)(void *context);   /* called after the loop and before handler_destroy */
    void *context;
};
/* Call it at most once, before server_run. */
void server_watch(struct server *server, const struct server_watch *watch);

/* Serves until a signal, answers the requests in flight, and frees the server. A second signal, or
 * SERVER_GRACE_NS after the first, closes the connections that are left. */
#define SERVER_GRACE_NS (5 * NS_PER_SECOND)
void server_run(struct server *server);
