/* wtinylfu_climb.c - W-TinyLFU whose window adapts.
 *
 * Einziger, Eytan, Friedman & Manes, Middleware 2018: after ten requests per entry the window
 * changes by a step, in the direction that raised the hit ratio. See tinylfu.h.
 */
#include "tinylfu.h"

const struct policy wtinylfu_climb_policy = {
    .name = "wtinylfu_climb",
    .summary = "wtinylfu with a window whose size follows the hit ratio",
    .limits = KEEPS_CAPACITY,
    .node_bytes = TINYLFU_NODE_BYTES,
    .create = tinylfu_create_climbing,
    .destroy = tinylfu_destroy,
    .insert = tinylfu_insert,
    .hit = tinylfu_hit,
    .victim = tinylfu_victim,
    .remove = tinylfu_remove,
};
