/* models.h - slow reference implementations of the policies, written from the papers with arrays
 * and linear searches, to compare the real ones with.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MODEL_LISTS    4
#define MODEL_LIST_MAX 4096 /* keys in a list */

struct model_list {
    uint64_t keys[MODEL_LIST_MAX];  /* the head first */
    uint64_t notes[MODEL_LIST_MAX]; /* what the policy stores for a key */
    uint32_t count;
};

struct model {
    uint32_t capacity;
    struct model_list lists[MODEL_LISTS]; /* of keys in the cache */
    struct model_list extra[2]; /* ghosts; LIRS's stack and evicted keys; GDSF's priorities */
    uint32_t hand;
    double adaptive; /* ARC's p, GDSF's L */
    void *sketch;
};

struct model_policy {
    const char *name; /* of the policy in policies.def */
    /* Returns true on a hit; the key is in the cache afterwards. */
    bool (*request)(struct model *model, uint64_t key);
};

extern const struct model_policy model_policies[];
extern const unsigned model_policies_count;
