/* response_check.c - what every answer must keep, whatever the protocol that brought it. */
#include "protocol.h"

static const enum load_failure failure_of_state[] = {
    [ANSWER_GARBAGE] = LOAD_GARBAGE,
    [ANSWER_TRUNCATED] = LOAD_TRUNCATED,
    [ANSWER_ABSENT] = LOAD_RESET,
};

struct ending exchange_judge(const struct protocol_context *context,
                             const struct exchange *exchange, const struct answer *answer,
                             bool excess)
{
    struct ending ending = {.cache = answer->cache, .body_bytes = answer->body_bytes};

    if (answer->state != ANSWER_WHOLE)
        ending.failure = failure_of_state[answer->state];
    else if (excess)
        ending.failure = LOAD_LENGTH;
    else if (answer->status / 100 != 2)
        ending.failure = LOAD_STATUS;
    else if (context->check_id &&
             !request_is_answered(&context->head, exchange->id, answer->prefix, answer->body_bytes))
        ending.failure = LOAD_WRONG;
    else
        ending.good = true;
    return ending;
}
