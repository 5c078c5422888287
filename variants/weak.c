/* weak.c - keeps a record only while somebody else owns it, as a weak dictionary does.
 *
 * It needs no order and no capacity: the cache takes no reference, and the record's last release
 * takes the entry out.
 */
#include "orderless.h"

const struct policy weak_policy = {
    .name = "weak",
    .summary = "keeps a record while a request or a connection still owns it",
    .weak = true,
    .create = orderless_create,
    .destroy = orderless_destroy,
    .insert = orderless_insert,
    .hit = orderless_hit,
    .victim = orderless_victim,
    .remove = orderless_remove,
};
