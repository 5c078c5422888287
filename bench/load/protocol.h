/* protocol.h - what requests and answers look like on a connection: one table a protocol.
 *
 * A session is the protocol's state of one connection; it outlives reconnects and owns no socket.
 * Every exchange submitted is reported exactly once as ended.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include "http1_parser.h"
#include "load.h"
#include "request.h"

struct exchange {
    uint64_t id;
    uint64_t due_ns, sent_ns;
    void *sender; /* whoever runs the load knows it by this */
    bool again;   /* sent a second time */
};

/* How an exchange ended. */
struct ending {
    bool good;
    enum load_failure failure; /* unless good */
    bool untouched;            /* failed before the server took it: safe to send again */
    enum answer_cache cache;   /* if good */
    uint64_t body_bytes;
};

/* What all sessions of a run share. Requests are rendered in place, so whatever was submitted is
 * fetched with `output` before another session submits. */
struct protocol_context {
    struct request_head head;
    bool check_id;
    unsigned streams; /* exchanges in flight on a connection, where the protocol has several */
    unsigned allowed; /* of these, by the server that allows the fewest */
    void (*ended)(void *load, const struct exchange *exchange, const struct ending *ending);
    void *load;
};

struct protocol {
    const char *name;
    void *(*create)(struct protocol_context *context); /* NULL: out of memory */
    void (*destroy)(void *session);
    /* A connection was made: begins afresh. Nothing is in flight. */
    void (*connected)(void *session);
    /* How many more requests it takes now. */
    unsigned (*room)(const void *session);
    void (*submit)(void *session, const struct exchange *exchange);
    /* The next bytes to be sent, and how many; 0: nothing. They stay valid until `submit`. */
    size_t (*output)(void *session, const char **bytes);
    /* Bytes came. False: the connection must be closed. */
    bool (*receive)(void *session, const char *data, size_t bytes);
    /* The connection ended, orderly or not: ends what is in flight. */
    void (*closed)(void *session, bool orderly);
    /* Ends what is in flight and was sent before as LOAD_TIMEOUT. False: the connection must be
     * closed, and nothing is in flight. True: there may be output. */
    bool (*expire)(void *session, uint64_t sent_before_ns);
    /* When the oldest exchange in flight was sent; UINT64_MAX where there is none. */
    uint64_t (*oldest_ns)(const void *session);
};

extern const struct protocol protocol_http1, protocol_http2;

/* How an exchange ended whose answer is over; excess: it has more bytes than it announced. */
struct ending exchange_judge(const struct protocol_context *context,
                             const struct exchange *exchange, const struct answer *answer,
                             bool excess);

#endif
