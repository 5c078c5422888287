/* match.h - which books may be set against each other, and why others may not. */
#ifndef MATCH_H
#define MATCH_H

#include "book.h"

/* What the user says does not matter. */
enum match_allowed {
    ALLOW_MACHINE = 1,
    ALLOW_LOAD = 2,
    ALLOW_LIMITS = 4,
    ALLOW_INCOMPLETE = 8,
};
/* "machine,limits"; 0, or -1 and one line in error. */
int match_allow_parse(const char *list, unsigned *allowed, char error[BOOK_REASON_BYTES]);

/* Whether the two cannot be compared; the reason, in words, says what would help. */
bool match_refuses(const struct book *before, const struct book *after, unsigned allowed,
                   char reason[BOOK_REASON_BYTES]);
/* Whether the runs of one repetition stood side by side: they are of one bench. */
bool match_is_in_turns(const struct book *before, const struct book *after);
/* Names what else differs, as "commit, compiler"; "" for nothing. */
void match_differences(const struct book *before, const struct book *after,
                       char names[BOOK_REASON_BYTES]);

#endif
