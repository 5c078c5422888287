/* history.h - the hashes of keys that have left, in lists that forget their oldest first.
 *
 * Built from what the cache itself is made of: slots, queues, an index; about 24 bytes a key, all
 * through the account. A hash is in at most one of the lists. A policy may keep a note with each.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "index.h"
#include "queue.h"

#define HISTORY_LISTS 2

struct history {
    struct slots slots; /* the word is the hash, the link's tag the list */
    struct index index;
    struct queue lists[HISTORY_LISTS];
    struct account account;
};

/* In place, since it refers to itself: it must not be moved. note_bytes: a multiple of 8. */
void history_create(struct history *history, struct account *above, size_t note_bytes);
void history_destroy(struct history *history);

/* The hash must not be in any list. Its note, to be written; it stays where it is. */
void *history_add(struct history *history, unsigned list, uint64_t hash);
/* The list that the hash is in; HISTORY_LISTS: in none. */
unsigned history_find(const struct history *history, uint64_t hash);
/* The note of a hash, or of the one that has been in a list for longest; NULL: there is none. */
void *history_note(const struct history *history, uint64_t hash);
void *history_oldest(const struct history *history, unsigned list);
/* The list that the hash was in, which it leaves; HISTORY_LISTS: it was in none. */
unsigned history_take(struct history *history, uint64_t hash);
/* Forgets the oldest until at most this many are left. */
void history_trim(struct history *history, unsigned list, uint32_t most);

static inline uint32_t history_count(const struct history *history, unsigned list)
{
    return history->lists[list].count;
}

#endif
