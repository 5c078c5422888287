/* server.h - the handler behind HTTP/1.1 and HTTP/2: event loops, connections, signals.
 *
 * One server in a process. It takes SIGINT and SIGTERM for itself and ignores SIGPIPE.
 */
#ifndef SERVER_H
#define SERVER_H

#include "handler.h"

#define SERVER_ERROR_BYTES 256

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
struct server *server_create(const struct server_setup *setup, char error[SERVER_ERROR_BYTES]);
/* Where it listens; lives as long as the server. */
const char *server_url(const struct server *server);
/* Serves until a signal, finishes what is in flight, and frees the server. A second signal, or
 * SERVER_GRACE_NS, cuts off what is not finished. */
#define SERVER_GRACE_NS UINT64_C(5000000000)
void server_run(struct server *server);

#endif
