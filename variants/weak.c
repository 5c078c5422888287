/* weak.c - stores a record only while something else owns it, like a weak dictionary.
 *
 * It needs no order and no capacity: the cache takes no reference, and the last release of the
 * record removes the entry.
 */
#include "orderless.h"

const struct policy weak_policy = {
    .name = "weak",
    .summary = "stores a record while a request or a connection owns it",
    .weak = true,
    ORDERLESS_FUNCTIONS,
};
