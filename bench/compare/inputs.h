/* inputs.h - the measurements named on the command line, and which are compared with which. */
#pragma once

#include "comparison_report.h"
#include "counters.h"
#include "errors.h"

#define INPUTS_FILES_MAX 1024

struct inputs {
    struct measurements *files[INPUTS_FILES_MAX];
    size_t count;
    size_t old_count; /* of the first, old folder of two; its files come first. 0: single files */
    bool is_many;     /* more than two single files */
    size_t base;      /* of single files: the one that the others are compared with */
    char **notes;     /* what was left out and why, a sentence each */
    size_t note_count, note_capacity;
};

/* Reads two folders (old and new), two and more files, or one of hyperfine with several commands,
 * each of which is then a variant. `base` is a variant or path, NULL for the first of two files,
 * and of more for JUDGEMENT_REFERENCE, or without one the first result. 0, or -1 and one line in
 * error. The caller calls inputs_clear in both cases. */
int inputs_read(struct inputs *inputs, char *const *paths, size_t count, const char *base,
                const struct counters *counters, struct error *error);
void inputs_clear(struct inputs *inputs);
/* Fills in which measurements are compared with which, and returns the number of pairs. `pairs` has
 * room for INPUTS_FILES_MAX. */
size_t inputs_pairs(struct inputs *inputs, struct comparison_pair *pairs);
