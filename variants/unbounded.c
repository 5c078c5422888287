/* unbounded.c - a table that only grows: it never evicts anything. */
#include "orderless.h"

const struct policy unbounded_policy = {
    .name = "unbounded",
    .summary = "a table that only grows: it never evicts anything",
    .create = orderless_create,
    .destroy = orderless_destroy,
    .insert = orderless_insert,
    .hit = orderless_hit,
    .victim = orderless_victim,
    .remove = orderless_remove,
};
