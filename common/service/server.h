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

/* What lives in the process, by container and type. What has no row of its own, such as h2o, is
 * in one for all of it where the allocator tells how much there is. Any thread may ask. */
void server_census(struct server *server, struct census *census);
/* A walk (walk.h) from the caches, connections and requests in flight; it takes the record's
 * reference over. From the main loop's thread only, where walk_step is called, too; where a step
 * waits, the loop must turn. NULL: another one is not over yet. */
struct walk *server_walk(struct server *server, struct record *record);
/* Instead of walk_destroy; whether it is over or not. */
void server_walk_end(struct server *server);
/* As handler_find. */
struct record *server_find(struct server *server, struct span key);

/* Serves until a signal, finishes what is in flight, and frees the server. A second signal, or
 * SERVER_GRACE_NS, cuts off what is not finished. */
#define SERVER_GRACE_NS UINT64_C(5000000000)
void server_run(struct server *server);

#endif
