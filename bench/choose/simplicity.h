/* simplicity.h - which of two policies is simpler: among equals the simplest is chosen. */
#pragma once

#include "policy.h"

#include <stddef.h>

/* The place of a policy in the list, from 0, the simplest. A policy that is not in the list comes
 * after all others. */
size_t simplicity_rank(const struct policy *policy);
