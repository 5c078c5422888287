/* shelf.h - the files named on the command line, read, and which is set against which. */
#ifndef SHELF_H
#define SHELF_H

#include "sheet.h"

#define SHELF_PATHS_MAX 1024

struct shelf {
    struct book *books[SHELF_PATHS_MAX];
    size_t count;
    size_t old_count; /* in two folders: so many of the first; 0: files side by side */
    size_t base;      /* the book that files side by side are set against */
    char (*notes)[BOOK_REASON_BYTES]; /* what was left out; room for SHELF_PATHS_MAX */
    size_t note_count;
};

/* Two folders (old and new), or files. 0, or -1 and one line in error. Released with shelf_clear,
 * whatever came of it. */
int shelf_fill(struct shelf *shelf, char *const *paths, size_t count, const char *base,
               char error[RESULT_ERROR_BYTES]);
void shelf_clear(struct shelf *shelf);
/* The pairs, unjudged; room for SHELF_PATHS_MAX. Returns how many there are. */
size_t shelf_pairs(struct shelf *shelf, struct sheet_pair *pairs);

#endif
