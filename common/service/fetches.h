/* fetches.h - what is being fetched: one fetch for an id, however many wait for it.
 *
 * No lock of its own: the fetches of one shard are used inside that shard only.
 */
#ifndef FETCHES_H
#define FETCHES_H

#include "origin.h"

/* Whoever waits for a fetch. Made by the server, which also gives it back after the wake. */
struct waiter {
    struct waiter *next;
    /* Tells the waiter that `answer` and `record` are there. On whatever thread fetched them. */
    void (*wake)(struct waiter *waiter);
    bool head; /* the handler's own note */
    enum origin_answer answer;
    struct record *record; /* a reference of the waiter's own, or NULL */
};

struct fetch {
    struct fetch *next;     /* in its bucket */
    struct fetch *next_due; /* for the thread that fetches */
    struct waiter *waiters;
    uint64_t hash;
    uint64_t due_ns;
    uint32_t id_count;
    char id[];
};

struct fetches;

struct fetches_counts {
    uint64_t live, live_bytes, total, total_bytes;
};

struct fetches *fetches_create(struct memory_zone *zone);
/* None may be left. */
void fetches_destroy(struct fetches *fetches);

/* Adds to the counts. */
void fetches_count(const struct fetches *fetches, struct fetches_counts *counts);

/* The fetch under way for the id, or NULL. */
struct fetch *fetches_find(struct fetches *fetches, struct span id, uint64_t hash);
struct fetch *fetches_begin(struct fetches *fetches, struct span id, uint64_t hash);
/* Others who ask from now on begin anew. The fetch itself is still the caller's. */
void fetches_end(struct fetches *fetches, struct fetch *fetch);
void fetch_free(struct fetch *fetch);

void fetch_join(struct fetch *fetch, struct waiter *waiter);
struct span fetch_id(const struct fetch *fetch);

#endif
