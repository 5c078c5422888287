/* lru.c - evicts the least recently used entry. */
#include "recency.h"

const struct policy lru_policy = {
    .name = "lru",
    .summary = "evicts the least recently used entry",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = recency_create,
    .destroy = recency_destroy,
    .insert = recency_insert,
    .hit = recency_hit,
    .victim = recency_victim,
    .remove = recency_remove,
};
