/* count_plan.h - which operations operation_count does, and where in them it takes counts.
 *
 * For each policy and each operation there are COUNT_PAIRS pairs of stretches, of COUNT_OPERATIONS
 * operations and of twice as many. Before them the operation is done once for each entry, so that
 * the policy's order is that of the operation. COUNT_MARK is called before the first stretch of an
 * operation and after each.
 */
#pragma once

#include "filled_cache.h"

#define COUNT_ENTRIES    1000
#define COUNT_OPERATIONS 1000 /* all entries once */
#define COUNT_PAIRS      3
#define COUNT_STRETCHES  (2 * COUNT_PAIRS)     /* of one operation */
#define COUNT_MARKS      (1 + COUNT_STRETCHES) /* of one operation */
#define COUNT_MARK       "count_mark"          /* the function's name, for callgrind */

static inline uint64_t count_stretch(size_t stretch)
{
    return stretch % 2 == 0 ? COUNT_OPERATIONS : 2 * COUNT_OPERATIONS;
}
