/* response_check.c - decides how an exchange ended; the same rules for all protocols. */
#include "count_of.h"
#include "protocol.h"

static const enum load_failure failure_of_state[] = {
    [RESPONSE_MALFORMED] = LOAD_GARBAGE,
    [RESPONSE_TRUNCATED] = LOAD_TRUNCATED,
    [RESPONSE_EMPTY] = LOAD_RESET,
};

static enum load_status status_class(unsigned status)
{
    static const enum load_status classes[] = {
        [2] = LOAD_2XX, [3] = LOAD_3XX, [4] = LOAD_4XX, [5] = LOAD_5XX};
    unsigned digit = status / 100;
    return digit >= 2 && digit < COUNT_OF(classes) ? classes[digit] : LOAD_OTHER;
}

static bool is_expected(const struct protocol_context *context, unsigned status)
{
    if (context->expect == LOAD_EXPECT_LISTED)
        return load_statuses_have(&context->expected, status);
    return context->expect == LOAD_EXPECT_ANY || status_class(status) == LOAD_2XX;
}

struct outcome exchange_outcome(const struct protocol_context *context,
                                const struct exchange *exchange, const struct response *response,
                                bool excess)
{
    struct outcome outcome = {.cache = response_cache(response),
                              .body_bytes = response->body_bytes,
                              .complete = response->state == RESPONSE_COMPLETE,
                              .status = status_class(response->status)};
    if (response->state != RESPONSE_COMPLETE)
        outcome.failure = failure_of_state[response->state];
    else if (excess)
        outcome.failure = LOAD_LENGTH;
    else if (!is_expected(context, response->status))
        outcome.failure = LOAD_STATUS;
    else if (context->check_id && outcome.status == LOAD_2XX &&
             !request_matches(&context->head, exchange->id, response->prefix, response->body_bytes))
        outcome.failure = LOAD_WRONG;
    else
        outcome.good = true;
    return outcome;
}
