/* wtinylfu_climb.c - W-TinyLFU whose window adapts.
 *
 * Einziger, Eytan, Friedman & Manes, Middleware 2018: every ten requests an entry the window takes
 * a step, on the way that raised the hit ratio. The engine is in tinylfu.h.
 */
#include "tinylfu.h"

const struct policy wtinylfu_climb_policy = {
    .name = "wtinylfu_climb",
    .summary = "wtinylfu whose window grows and shrinks as the hit ratio likes it",
    .limits = KEEPS_CAPACITY,
    .node_bytes = TINYLFU_NODE_BYTES,
    .create = tinylfu_create_climbing,
    .destroy = tinylfu_destroy,
    .insert = tinylfu_insert,
    .hit = tinylfu_hit,
    .victim = tinylfu_victim,
    .remove = tinylfu_remove,
};
