/* load_exchange.c - takes requests from the schedule, and counts how they end. */
#include "load_exchange.h"

#include "units.h"

#define OVERTIME_NS    (100 * NS_PER_MS)   /* for sending what was due before the deadline */
#define GIVE_UP_ROUNDS 3                   /* failures in a row, in multiples of in_flight_max */
#define GIVE_UP_NS     (2 * NS_PER_SECOND) /* since the last good response, if there was one */

void schedule_step(struct loop *loop)
{
    double time_ns;
    if (loop->setup->speed <= 0)
        schedule_advance(&loop->schedule);
    else if (request_source_time(&loop->source, &time_ns))
        schedule_set(&loop->schedule, time_ns / loop->setup->speed);
}

bool limit_is_reached(const struct loop *loop)
{
    return loop->setup->requests && loop->started >= loop->setup->requests &&
           loop->now_ns >= loop->least_ns;
}

bool time_is_up(const struct loop *loop)
{
    if (loop->now_ns < loop->deadline_ns)
        return false;
    return schedule_due(&loop->schedule, loop->now_ns) >= loop->deadline_ns ||
           loop->now_ns >= loop->deadline_ns + OVERTIME_NS;
}

void measuring_begin(struct loop *loop)
{
    if (loop->measuring)
        return;
    loop->measuring = true;
    tally_begin(loop->tally, loop->begin_ns);
}

static bool retry_next(struct connection *connection, struct exchange *exchange)
{
    if (connection->retry_count == 0)
        return false;
    *exchange = connection->retries[--connection->retry_count];
    exchange->sent_ns = connection->loop->now_ns;
    return true;
}

bool exchange_next(struct connection *connection, struct exchange *exchange)
{
    struct loop *loop = connection->loop;
    uint64_t due_ns = schedule_due(&loop->schedule, loop->now_ns);
    if (retry_next(connection, exchange))
        return true;
    if (loop->connecting || loop->closing || due_ns > loop->now_ns)
        return false;
    if (time_is_up(loop) || limit_is_reached(loop) ||
        !request_source_next(&loop->source, &exchange->id)) {
        loop->closing = true;
        return false;
    }
    exchange->due_ns = due_ns;
    exchange->sent_ns = loop->now_ns;
    exchange->connection = connection;
    exchange->is_retry = false;
    schedule_step(loop);
    if (due_ns >= loop->begin_ns) {
        measuring_begin(loop);
        loop->started++;
    }
    loop->in_flight++;
    return true;
}

void failure_count(struct loop *loop)
{
    loop->failures_in_row++;
    if (loop->failures_in_row < (uint64_t)GIVE_UP_ROUNDS * loop->in_flight_max)
        return;
    if (loop->good_ns && loop->now_ns - loop->good_ns < GIVE_UP_NS)
        return;
    loop->result->gave_up = true;
}

/* The next connection in its place sends it first. There are never more retries than streams,
 * because a connection sends its retries before anything else. */
static void exchange_retry(const struct exchange *exchange)
{
    struct connection *connection = exchange->connection;
    struct exchange *retry = &connection->retries[connection->retry_count++];
    *retry = *exchange;
    retry->is_retry = true;
    connection->loop->result->resent++;
}

/* Whether the server sent a complete response, which shows that it works. */
static bool outcome_is_response(const struct outcome *outcome)
{
    return outcome->good || outcome->failure == LOAD_STATUS || outcome->failure == LOAD_WRONG;
}

void exchange_ended(void *context, const struct exchange *exchange, const struct outcome *outcome)
{
    struct loop *loop = context;
    if (outcome->unprocessed && !exchange->is_retry) {
        exchange_retry(exchange);
        return;
    }
    loop->in_flight--;
    loop->total.requests++;
    loop->total.hits += outcome->good && outcome->cache == RESPONSE_HIT;
    loop->total.misses += outcome->good && outcome->cache == RESPONSE_MISS;
    loop->total.errors += !outcome->good;
    if (exchange->due_ns >= loop->begin_ns)
        tally_add(loop->tally, exchange, outcome, loop->now_ns);
    if (!outcome_is_response(outcome)) {
        failure_count(loop);
        return;
    }
    loop->failures_in_row = 0;
    loop->good_ns = loop->now_ns;
}
