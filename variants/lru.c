/* lru.c - evicts the entry unused for longest. */
#include "recency.h"

const struct policy lru_policy = {
    .name = "lru",
    .summary = "evicts the entry unused for longest",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = recency_create,
    .destroy = recency_destroy,
    .insert = recency_insert,
    .hit = recency_hit,
    .victim = recency_victim,
    .remove = recency_remove,
};
