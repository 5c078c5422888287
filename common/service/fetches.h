/* fetches.h - the fetches in progress: one per id, however many requests wait for it.
 *
 * There is no lock: the fetches of a shard, and their waiters, are used under the shard's lock.
 */
#pragma once

#include "origin.h"

struct fetch;

/* A request that waits for a fetch, or for the allocator's dump. Allocated by the server, which
 * frees it after the wake, or after it has left. */
struct waiter {
    struct waiter *next, **link;
    struct fetch *fetch; /* NULL: it does not wait for one, or not any more */
    uint64_t hash;       /* of the id */
    /* `answer` and `record` are set, or `text`. Called on the thread that made them. */
    void (*wake)(struct waiter *waiter);
    bool head; /* the method is HEAD; set by the handler */
    enum origin_answer answer;
    struct record *record; /* a reference, or NULL */
    bool is_dump;          /* it waits for a dump */
    char *text;            /* the dump, from malloc; NULL until the wake */
    size_t text_bytes;
};

struct fetch {
    struct fetch *next;                  /* in its bucket */
    struct fetch *next_due, *before_due; /* in the queue of the thread that fetches */
    struct due_fetches *queue;           /* that queue; the handler's */
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
/* No fetch may be left. */
void fetches_destroy(struct fetches *fetches);

/* Adds to the counts. */
void fetches_count(const struct fetches *fetches, struct fetches_counts *counts);

/* The fetch in progress for the id, or NULL. */
struct fetch *fetches_find(struct fetches *fetches, struct span id, uint64_t hash);
struct fetch *fetches_begin(struct fetches *fetches, struct span id, uint64_t hash);
/* Later requests for the id start a new fetch, and no waiter can leave this one. The caller still
 * has to free it. */
void fetches_end(struct fetches *fetches, struct fetch *fetch);
void fetch_free(struct fetch *fetch);

void fetch_join(struct fetch *fetch, struct waiter *waiter);
/* The waiter must wait for a fetch. Returns whether it was the last one. */
bool fetch_leave(struct waiter *waiter);
struct span fetch_id(const struct fetch *fetch);
