/* wtinylfu.c - a window of 1 % in front of a main part that admits keys by frequency.
 *
 * Einziger, Friedman & Manes, ACM TOS 2017: see tinylfu.h.
 */
#include "tinylfu.h"

const struct policy wtinylfu_policy = {
    .name = "wtinylfu",
    .summary = "a small LRU window, and a main part that admits keys by frequency",
    .limits = KEEPS_CAPACITY,
    .node_bytes = TINYLFU_NODE_BYTES,
    .create = tinylfu_create,
    .destroy = tinylfu_destroy,
    .insert = tinylfu_insert,
    .hit = tinylfu_hit,
    .victim = tinylfu_victim,
    .remove = tinylfu_remove,
};
