/* comparable.h - which measurements may be compared with each other, and why others may not. */
#pragma once

#include "measurements.h"

/* Differences that the user accepts (--allow). */
enum comparable_allowed {
    ALLOW_MACHINE = 1,
    ALLOW_LOAD = 2,
    ALLOW_LIMITS = 4,
    ALLOW_INCOMPLETE = 8,
};
/* Parses a list such as "machine,limits"; NULL is an empty one. 0, or -1 and one line in error. */
int comparable_allow_parse(const char *list, unsigned *allowed, struct error *error);

/* 0 if the two may be compared. Otherwise -1, and error says why not and which option helps. */
int comparable_check(const struct measurements *before, const struct measurements *after,
                     unsigned allowed, struct error *error);
/* Whether one bench measured both, run by run in alternation, so that runs with the same repetition
 * number are neighbours in time. */
bool comparable_is_interleaved(const struct measurements *before, const struct measurements *after);
/* The names of all settings that differ, as "commit, compiler", or ""; the caller frees it. */
char *comparable_differences(const struct measurements *before, const struct measurements *after);
