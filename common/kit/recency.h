/* recency.h - least recently used order, as functions of a struct policy. A node is a link. */
#pragma once

#include "queue.h"

struct recency {
    const struct slots *slots;
    struct queue order; /* most recently used at the head */
};

void *recency_create(const struct policy_setup *setup);
void recency_insert(void *order, uint32_t slot, const struct access *access);
void recency_hit(void *order, uint32_t slot, const struct access *access);
uint32_t recency_victim(void *order, const struct access *access);
void recency_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);

/* The members of a struct policy. */
#define RECENCY_FUNCTIONS                                                                          \
    .node_bytes = sizeof(struct link), .create = recency_create, .insert = recency_insert,         \
    .hit = recency_hit, .victim = recency_victim, .remove = recency_remove
