/* sentence.h - lists and percentages in sentences. Internal to the judgement. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* Prints "a", "a and b", "a, b and c". */
void sentence_list(FILE *out, const char *const *names, size_t count);
/* Digits behind the point of a percentage that is known to +-half, both shares: 1 below 1 %. */
int sentence_digits(double half);
/* Rounds a bound up to that many digits of a percentage: 0.0312 to 4. */
double sentence_bound(double share, int digits);
