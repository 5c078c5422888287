/* inputs.h - the files named on the command line, read, and which is set against which. */
#ifndef INPUTS_H
#define INPUTS_H

#include "comparison_report.h"
#include "errors.h"

#define INPUTS_PATHS_MAX 1024

struct inputs {
    struct measurements *files[INPUTS_PATHS_MAX];
    size_t count;
    size_t old_count; /* in two folders: so many of the first; 0: files side by side */
    size_t base;      /* the book that files side by side are set against */
    char (*notes)[MEASUREMENTS_REASON_BYTES]; /* what was left out; room for INPUTS_PATHS_MAX */
    size_t note_count;
};

/* Two folders (old and new), or files. 0, or -1 and one line in error. Released with inputs_clear,
 * whatever came of it. */
int inputs_fill(struct inputs *inputs, char *const *paths, size_t count, const char *base,
                struct error *error);
void inputs_clear(struct inputs *inputs);
/* The pairs, unjudged; room for INPUTS_PATHS_MAX. Returns how many there are. */
size_t inputs_pairs(struct inputs *inputs, struct comparison_pair *pairs);

#endif
