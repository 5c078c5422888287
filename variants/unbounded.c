/* unbounded.c - the dict that only grows: nothing ever leaves it. The leak of the story. */
#include "orderless.h"

const struct policy unbounded_policy = {
    .name = "unbounded",
    .summary = "a dict that only grows: nothing is ever let go",
    .create = orderless_create,
    .destroy = orderless_destroy,
    .insert = orderless_insert,
    .hit = orderless_hit,
    .victim = orderless_victim,
    .remove = orderless_remove,
};
