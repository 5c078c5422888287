/* belady.h - the optimal policy for entries of one size, which needs the whole trace in advance. */
#pragma once

#include "policy.h"

extern const struct policy belady_policy;
