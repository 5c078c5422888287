/* belady.h - the optimal policy for entries of one size, which only a replay can know. */
#ifndef BELADY_H
#define BELADY_H

#include "policy.h"

extern const struct policy belady_policy;

#endif
