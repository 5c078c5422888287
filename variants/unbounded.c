/* unbounded.c - a table that only grows: it never evicts anything. */
#include "orderless.h"

const struct policy unbounded_policy = {
    .name = "unbounded",
    .summary = "a table that only grows: it never evicts anything",
    ORDERLESS_FUNCTIONS,
};
