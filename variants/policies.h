/* policies.h - every policy of policies.def, by name and in that order. */
#ifndef POLICIES_H
#define POLICIES_H

#include "policy.h"

#include <stddef.h>

/* Those to choose from. */
extern const struct policy *const policies[];
extern const size_t policies_count;
/* Those that only demonstrate a mistake, or its repair. */
extern const struct policy *const demos[];
extern const size_t demos_count;

/* Of both kinds. NULL: there is no such policy. */
const struct policy *policy_find(const char *name);

#endif
