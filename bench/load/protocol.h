/* protocol.h - requests and responses on a connection: one table for each protocol.
 *
 * A session is the protocol's state of one connection; it survives reconnects and owns no socket.
 * An exchange is one request and its response. Every exchange submitted is reported exactly once
 * through protocol_context.ended.
 */
#pragma once

#include "http1_parser.h"
#include "load.h"
#include "request.h"

struct connection;
struct protocol;
struct tls_client;
struct session; /* defined by each protocol */

struct exchange {
    uint64_t id;
    uint64_t due_ns, sent_ns;
    struct connection *connection; /* that sent it; protocols do not use it */
    bool is_retry;
};

/* How an exchange ended. */
struct outcome {
    bool good;
    enum load_failure failure; /* unless good */
    bool unprocessed;          /* the server did not process it (GOAWAY): it may be sent again */
    bool complete;             /* the response was, whatever its status */
    enum load_status status;   /* if complete */
    enum response_cache cache; /* if good */
    uint64_t body_bytes;
};

/* Shared by all sessions of a run. Requests are rendered in place: the output of one session must
 * be fetched before another session submits. */
struct protocol_context {
    struct request_head head;
    enum load_expect expect;
    struct load_statuses expected;
    bool check_id;
    unsigned streams; /* exchanges in flight on a connection, at most; 1 for HTTP/1.1 */
    unsigned allowed; /* of these, the fewest that a server allowed */
    void (*ended)(void *load, const struct exchange *exchange, const struct outcome *outcome);
    void *load; /* the first argument of `ended` */
    /* For https: what is carried through TLS. */
    const struct protocol *inner;
    struct tls_client *tls;
};

struct protocol {
    struct session *(*create)(struct protocol_context *context);
    void (*destroy)(struct session *session);
    /* A connection was established: starts from the beginning. Nothing may be in flight. */
    void (*connected)(struct session *session);
    /* The number of requests that can be submitted now. */
    unsigned (*available)(const struct session *session);
    void (*submit)(struct session *session, const struct exchange *exchange);
    /* The next bytes to send, and their number; 0: none. They are valid until `submit`. */
    size_t (*output)(struct session *session, const char **bytes);
    /* Takes received bytes. False: the connection must be closed; nothing is in flight. */
    bool (*receive)(struct session *session, const char *data, size_t bytes);
    /* The connection was closed, orderly or by a reset: ends what is in flight. */
    void (*closed)(struct session *session, bool orderly);
    /* Ends exchanges sent before this time as LOAD_TIMEOUT. False: the connection must be closed,
     * and nothing is in flight. True: there may be output. */
    bool (*expire)(struct session *session, uint64_t sent_before_ns);
    /* When the oldest exchange in flight was sent; UINT64_MAX: none is in flight. */
    uint64_t (*oldest_ns)(const struct session *session);
};

extern const struct protocol protocol_http1, protocol_http2;

/* The outcome of an exchange whose response is over. excess: the body is longer than announced. */
struct outcome exchange_outcome(const struct protocol_context *context,
                                const struct exchange *exchange, const struct response *response,
                                bool excess);
