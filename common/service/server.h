/* server.h - the handler behind HTTP/1.1 and HTTP/2: event loops, connections, signals.
 *
 * One server in a process. It takes SIGINT and SIGTERM for itself and ignores SIGPIPE.
 */
#ifndef SERVER_H
#define SERVER_H

#include "errors.h"
#include "handler.h"

struct server;

struct server_setup {
    struct handler_setup handler; /* its now_ns and threads are the server's to fill in */
    const char *address;
    uint16_t port;                /* 0: the kernel picks one */
    const char *unix_path;        /* listened on as well; NULL: not */
    unsigned threads;             /* event loops, at least 1 */
    uint64_t connection_requests; /* after so many an HTTP/1.1 connection is closed; 0: never */
};

/* Listens and takes the signals, but answers nobody yet. NULL: error says why in one line. */
struct server *server_create(const struct server_setup *setup, struct error *error);
/* Instead of server_run. */
void server_destroy(struct server *server);
/* Where it listens; lives as long as the server. */
const char *server_url(const struct server *server);
/* What is served; lives as long as the server. */
struct handler *server_handler(struct server *server);

/* Something else that the main thread's loop has an eye on. */
struct server_watch {
    int descriptor;               /* its owner's; an epoll descriptor stands for many */
    void (*ready)(void *context); /* it can be read: each turn, as long as it can */
    void (*end)(void *context);   /* the loop is over, the handler still there */
    void *context;
};
/* Before server_run, once. */
void server_watch(struct server *server, const struct server_watch *watch);

/* Serves until a signal, finishes what is in flight, and frees the server. A second signal, or
 * SERVER_GRACE_NS, cuts off what is not finished. */
#define SERVER_GRACE_NS (5 * NS_PER_SECOND)
void server_run(struct server *server);

#endif
