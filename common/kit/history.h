/* history.h - hashes of keys whose entries have left the cache, in lists trimmed from the oldest
 * end.
 *
 * Built from slots, queues and an index, like the cache; about 24 bytes per key, all accounted. A
 * hash is in at most one of the lists. A policy may store a note with each hash.
 */
#pragma once

#include "index.h"
#include "queue.h"

#define HISTORY_LISTS 2

struct history {
    struct slots slots; /* the word is the hash, the link's tag the list */
    struct index index;
    struct queue lists[HISTORY_LISTS];
    struct account account;
};

/* The history must not be moved. note_bytes must be a multiple of 8. */
void history_create(struct history *history, struct account *above, size_t note_bytes);
void history_destroy(struct history *history);

/* The hash must not be in any list. Returns its note, uninitialised, which does not move. */
void *history_add(struct history *history, unsigned list, uint64_t hash);
/* The list that contains the hash; HISTORY_LISTS: none. */
unsigned history_find(const struct history *history, uint64_t hash);
/* The note of a hash, or of the oldest hash of a list; NULL if there is none. */
void *history_note(const struct history *history, uint64_t hash);
void *history_oldest(const struct history *history, unsigned list);
/* Removes the hash. Returns the list that contained it; HISTORY_LISTS: none. */
unsigned history_take(struct history *history, uint64_t hash);
/* Removes the oldest hashes until at most `most` are left. */
void history_trim(struct history *history, unsigned list, uint32_t most);

static inline uint32_t history_count(const struct history *history, unsigned list)
{
    return history->lists[list].count;
}
