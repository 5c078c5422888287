/* wtinylfu.c - a window of one percent before a main part that admits by frequency.
 *
 * Einziger, Friedman & Manes, ACM TOS 2017: the engine is in tinylfu.h.
 */
#include "tinylfu.h"

const struct policy wtinylfu_policy = {
    .name = "wtinylfu",
    .summary = "a small window, and a main part only for what is asked for often",
    .limits = KEEPS_CAPACITY,
    .node_bytes = TINYLFU_NODE_BYTES,
    .create = tinylfu_create,
    .destroy = tinylfu_destroy,
    .insert = tinylfu_insert,
    .hit = tinylfu_hit,
    .victim = tinylfu_victim,
    .remove = tinylfu_remove,
};
