/* lru.c - evicts the least recently used entry. */
#include "recency.h"

const struct policy lru_policy = {
    .name = "lru",
    .summary = "evicts the least recently used entry",
    .limits = KEEPS_CAPACITY,
    RECENCY_FUNCTIONS,
};
