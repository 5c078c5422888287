/* reasons.h - says in words how a policy compares with the baseline, and why one is chosen. Pure.
 */
#pragma once

#include "choice.h"
#include "units.h"

/* The state while an answer is written. */
struct reasons {
    struct choice *choice;
    const struct candidate *baseline;
    struct candidate *ranking[CHOICE_POLICIES_MAX]; /* the best first */
    size_t count;
    char memory[UNITS_TEXT_BYTES]; /* the limit in words */
};

__attribute__((format(printf, 2, 3))) void reason_add(struct reasons *reasons, const char *format,
                                                      ...);
/* Adds all reasons for the policy. */
void reasons_explain(struct reasons *reasons, const struct candidate *chosen);
/* Sets the words of a candidate. */
void reasons_compare(const struct reasons *reasons, struct candidate *candidate);
/* How much better one is: "5.3 points more hits", "13 % less waiting for the origin". Returns the
 * length, as snprintf. */
int words_difference(const struct choice *choice, const struct candidate *one,
                     const struct candidate *other, char *text, size_t room);
