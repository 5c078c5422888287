/* history.c - queues of hashes with an index. */
#include "history.h"

static uint64_t history_hash(const void *context, uint32_t slot)
{
    return *slot_word(context, slot);
}

void history_create(struct history *history, struct account *above, size_t note_bytes)
{
    account_open(&history->account, above, "history");
    slots_create(&history->slots, &history->account, sizeof(struct link) + note_bytes);
    index_create(&history->index, &history->account, 0, history_hash, &history->slots);
    for (unsigned list = 0; list < HISTORY_LISTS; list++)
        history->lists[list] = QUEUE_EMPTY;
}

void history_destroy(struct history *history)
{
    index_destroy(&history->index);
    slots_destroy(&history->slots);
    account_close(&history->account);
}

static void *slot_note(const struct history *history, uint32_t slot)
{
    return slot == NO_SLOT ? NULL : link_at(&history->slots, slot) + 1;
}

void *history_add(struct history *history, unsigned list, uint64_t hash)
{
    uint32_t slot = slots_take(&history->slots);
    *slot_word(&history->slots, slot) = hash;
    index_insert(&history->index, hash, slot);
    queue_push(&history->lists[list], &history->slots, slot);
    link_at(&history->slots, slot)->tag = list & LINK_TAG_MAX;
    return slot_note(history, slot);
}

static void history_drop(struct history *history, uint32_t slot)
{
    unsigned list = link_at(&history->slots, slot)->tag;
    index_remove(&history->index, *slot_word(&history->slots, slot), slot);
    queue_remove(&history->lists[list], &history->slots, slot);
    slots_give(&history->slots, slot);
}

struct search {
    const struct slots *slots;
    uint64_t hash;
};

static bool search_is(const void *context, uint32_t slot)
{
    const struct search *search = context;
    return *slot_word(search->slots, slot) == search->hash;
}

static uint32_t history_slot(const struct history *history, uint64_t hash)
{
    struct search search = {&history->slots, hash};
    return index_find(&history->index, hash, search_is, &search);
}

unsigned history_find(const struct history *history, uint64_t hash)
{
    uint32_t slot = history_slot(history, hash);
    return slot == NO_SLOT ? HISTORY_LISTS : link_at(&history->slots, slot)->tag;
}

void *history_note(const struct history *history, uint64_t hash)
{
    return slot_note(history, history_slot(history, hash));
}

void *history_oldest(const struct history *history, unsigned list)
{
    return slot_note(history, history->lists[list].tail);
}

unsigned history_take(struct history *history, uint64_t hash)
{
    uint32_t slot = history_slot(history, hash);
    if (slot == NO_SLOT)
        return HISTORY_LISTS;
    unsigned list = link_at(&history->slots, slot)->tag;
    history_drop(history, slot);
    return list;
}

void history_trim(struct history *history, unsigned list, uint32_t most)
{
    while (history->lists[list].count > most)
        history_drop(history, history->lists[list].tail);
}
