/* load_exchange.h - which request a connection sends next, and what happens when one ends. */
#pragma once

#include "loop_state.h"

/* Advances the schedule to the next due time: by the rate, or by the trace's own times. */
void schedule_step(struct loop *loop);
/* Whether setup->requests are started and setup->least_ns have passed. False where there is no such
 * limit. */
bool limit_is_reached(const struct loop *loop);
/* Whether the duration is over, and everything that was due in it was sent. Requests that were due
 * before the deadline may be sent up to 100 ms after it. */
bool time_is_up(const struct loop *loop);
void measuring_begin(struct loop *loop);

/* Fills in the request to send on this connection now; exchange_ended must be called for it later.
 * False: none is due, or the run is over (it sets loop->closing then). */
bool exchange_next(struct connection *connection, struct exchange *exchange);
/* protocol_context.ended: counts the outcome, or keeps the request for one retry. */
void exchange_ended(void *loop, const struct exchange *exchange, const struct outcome *outcome);
/* Counts a failure of the connection; gives the run up after too many in a row. */
void failure_count(struct loop *loop);
