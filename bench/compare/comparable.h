/* comparable.h - which books may be set against each other, and why others may not. */
#ifndef COMPARABLE_H
#define COMPARABLE_H

#include "measurements.h"

/* What the user says does not matter. */
enum comparable_allowed {
    ALLOW_MACHINE = 1,
    ALLOW_LOAD = 2,
    ALLOW_LIMITS = 4,
    ALLOW_INCOMPLETE = 8,
};
/* "machine,limits"; 0, or -1 and one line in error. */
int comparable_allow_parse(const char *list, unsigned *allowed,
                           char error[MEASUREMENTS_REASON_BYTES]);

/* Whether the two cannot be compared; the reason, in words, says what would help. */
bool comparable_refuses(const struct measurements *before, const struct measurements *after,
                        unsigned allowed, char reason[MEASUREMENTS_REASON_BYTES]);
/* Whether the runs of one repetition stood side by side: they are of one bench. */
bool comparable_is_in_turns(const struct measurements *before, const struct measurements *after);
/* Names what else differs, as "commit, compiler"; "" for nothing. */
void comparable_differences(const struct measurements *before, const struct measurements *after,
                            char names[MEASUREMENTS_REASON_BYTES]);

#endif
