/* quantile.h - quantiles of the studentised range and of Student's t; pure. */
#pragma once

#include <stddef.h>

/* Tukey's: the range of `groups` means, in standard errors of a mean whose estimate has `freedom`
 * degrees of freedom, is at most this with the probability `confidence`. Divided by the square root
 * of 2 it is the distance of two means, in standard errors of a difference, that no pair of equal
 * groups passes. groups: 2 to 50. freedom: at least 1. The relative error is below
 * 0.001 from 2 degrees on. */
double quantile_range(double confidence, size_t groups, unsigned freedom);
/* Student's t, two-sided: the same for the difference of two groups. Exact. */
double quantile_student(double confidence, unsigned freedom);
/* The inverse: the probability that |t| is larger than the value. To within 1e-15, so that one of
 * nearly 0 may be 0 or less. */
double quantile_student_tails(double value, unsigned freedom);
