/* pattern.h - Lua's patterns, found within a given number of steps.
 *
 * Lua's own search may take any time (`.-.-.-x`), and nothing can stop it. This one counts.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include "record.h"

#define PATTERN_CAPTURES    32
#define PATTERN_HERE        SIZE_MAX /* as a length: the capture is a position */
#define PATTERN_STEPS       50000    /* then the search pauses, between two places to begin at */
#define PATTERN_STEPS_PLACE 200000   /* for one place to begin at */

struct pattern_match {
    size_t from, to; /* [from, to) of the text */
    struct {
        size_t from, count; /* count: or PATTERN_HERE */
    } captures[PATTERN_CAPTURES];
    unsigned capture_count;
};

enum pattern_outcome {
    PATTERN_FOUND,
    PATTERN_NOWHERE,
    PATTERN_PAUSED, /* call again from match->from */
    PATTERN_WRONG,  /* *error says why */
};

/* The first match that begins at `from` or later, at `from` only for a pattern that begins with ^.
 */
enum pattern_outcome pattern_find(struct span text, struct span pattern, size_t from,
                                  struct pattern_match *match, const char **error);

#endif
