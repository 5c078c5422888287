/* belady.h - the optimum for entries of one size, known only to a replay. */
#ifndef BELADY_H
#define BELADY_H

#include "policy.h"

extern const struct policy belady_policy;

#endif
