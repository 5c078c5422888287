/* policies.h - every policy of policies.def, by name and in that order. */
#pragma once

#include "policy.h"

#include <stddef.h>

/* The policies for use. */
extern const struct policy *const policies[];
extern const size_t policies_count;
/* Demonstrations of a mistake, or of its repair. */
extern const struct policy *const demos[];
extern const size_t demos_count;

/* Finds a policy or demonstration. NULL if none has that name. */
const struct policy *policy_find(const char *name);
