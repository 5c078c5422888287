/* models.h - each policy once more, slow and obviously right, to compare with: arrays and searches,
 * written from the papers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MODEL_LISTS 4
#define MODEL_ROOM  4096 /* keys in a list */

struct model_list {
    uint64_t keys[MODEL_ROOM];  /* the head first */
    uint64_t notes[MODEL_ROOM]; /* what the policy wants to know of a key */
    uint32_t count;
};

struct model {
    uint32_t capacity;
    struct model_list lists[MODEL_LISTS]; /* of keys in the cache */
    struct model_list ghosts[2];          /* of keys that have left */
    uint32_t hand;
    double number; /* ARC's p, GDSF's L */
    uint64_t clock;
    void *sketch;
};

struct model_policy {
    const char *name; /* of the policy in policies.def */
    /* True: the key was there. It is now. */
    bool (*ask)(struct model *model, uint64_t key);
};

extern const struct model_policy model_policies[];
extern const unsigned model_policies_count;
