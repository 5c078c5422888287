/* response_check.c - decides how an exchange ended; the same rules for all protocols. */
#include "protocol.h"

static const enum load_failure failure_of_state[] = {
    [RESPONSE_MALFORMED] = LOAD_GARBAGE,
    [RESPONSE_TRUNCATED] = LOAD_TRUNCATED,
    [RESPONSE_EMPTY] = LOAD_RESET,
};

struct outcome exchange_outcome(const struct protocol_context *context,
                                const struct exchange *exchange, const struct response *response,
                                bool excess)
{
    struct outcome outcome = {.cache = response->cache, .body_bytes = response->body_bytes};
    if (response->state != RESPONSE_COMPLETE)
        outcome.failure = failure_of_state[response->state];
    else if (excess)
        outcome.failure = LOAD_LENGTH;
    else if (response->status / 100 != 2)
        outcome.failure = LOAD_STATUS;
    else if (context->check_id &&
             !request_matches(&context->head, exchange->id, response->prefix, response->body_bytes))
        outcome.failure = LOAD_WRONG;
    else
        outcome.good = true;
    return outcome;
}
