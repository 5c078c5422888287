/* policies.h - every policy of policies.def, by name and in that order. */
#ifndef POLICIES_H
#define POLICIES_H

#include "policy.h"

#include <stddef.h>

extern const struct policy *const policies[];
extern const size_t policies_count;

/* NULL: there is no such policy. */
const struct policy *policy_find(const char *name);

#endif
