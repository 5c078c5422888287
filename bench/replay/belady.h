/* belady.h - the optimal policy for entries of one size, which only a replay can know. */
#pragma once

#include "policy.h"

extern const struct policy belady_policy;
