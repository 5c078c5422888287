/* loop_state.h - the state of a running load: its connections, its clock and its counts.
 *
 * Private to load_exchange.c, load_connection.c and loop.c. One thread owns all of it.
 */
#pragma once

#include "address.h"
#include "protocol.h"
#include "request_source.h"
#include "schedule.h"
#include "tally.h"

enum connection_state { CONNECTION_DOWN, CONNECTION_CONNECTING, CONNECTION_OPEN };

struct connection {
    struct loop *loop;
    struct session *session;
    enum connection_state state;
    int fd;            /* -1: none */
    bool idle;         /* is in the idle queue */
    uint64_t since_ns; /* connecting, open: when connecting began; down: when to try again */
    char *unsent;      /* bytes that the socket has not accepted yet */
    size_t unsent_bytes;
    struct exchange *retries; /* requests to send again, before all others */
    unsigned retry_count;
};

struct loop {
    const struct load_setup *setup;
    const struct protocol *protocol;
    const struct address *address;
    struct tally *tally;
    struct load_result *result;
    struct protocol_context context;
    struct request_source source;
    struct schedule schedule;
    struct { /* of all runs, warm-ups included; for setup->progress */
        uint64_t requests, hits, misses, errors;
    } total;

    int poll_fd;
    bool waits_in_ms; /* the kernel has no epoll_pwait2 */
    struct connection *connections;
    unsigned in_flight_max;         /* connections times streams */
    unsigned down;                  /* number of connections that are down */
    struct connection **idle_queue; /* a ring: the connection that is idle for longest is first */
    unsigned idle_first, idle_count;
    uint64_t idle_since_ns; /* since when the queue is not empty; UINT64_MAX: it is empty */
    uint64_t events_ns;     /* when epoll returned the current events */
    char *buffer;           /* READ_BYTES, for recv */

    uint64_t now_ns, tick_ns;       /* tick_ns: when to check the timeouts next */
    uint64_t begin_ns, deadline_ns; /* of the measured part */
    uint64_t least_ns;              /* the measured part does not end before */
    uint64_t timeout_ns;
    uint64_t runs;      /* that have begun */
    uint64_t started;   /* requests of the measured part that were sent or counted as unsent */
    uint64_t in_flight; /* requests sent and not ended, warm-up included */
    uint64_t failures_in_row, good_ns; /* good_ns: when the last good response came; 0: never */
    bool connecting;                   /* waits for the connections, before the first request */
    bool measuring;
    bool closing; /* sends no further new requests */
};

#define READ_BYTES 65536

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
