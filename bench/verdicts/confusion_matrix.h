/* confusion_matrix.h - counts verdicts by what was expected and what was given. */
#pragma once

#include "errors.h"
#include "result.h"

#include <jansson.h>
#include <stdio.h>

struct matrix_run { /* the names outlive the matrix */
    const char *policy, *scenario;
    uint64_t seed;
    enum verdict_class expected;
    bool failed; /* the verdict's words say why; the rest of it does not count */
    struct result_verdict verdict;
    uint64_t requests;
};

/* A wrong verdict is a clear error: a leak called bounded; something else called a leak, or a leak
 * called another kind of leak, with an interval above VERDICT_LEAK_BYTES_PER_REQUEST. Any other
 * verdict that is not right is undecided: the run was too short, or the machine too busy. */
enum matrix_outcome {
    MATRIX_RIGHT,
    MATRIX_UNDECIDED,
    MATRIX_WRONG,
    MATRIX_FAILED,
    MATRIX_OUTCOMES
};
enum matrix_outcome matrix_outcome_of(const struct matrix_run *run);
/* "right", "undecided", "WRONG", "FAILED". */
const char *matrix_outcome_name(enum matrix_outcome outcome);

struct matrix {
    struct matrix_run *runs;
    size_t count, room;
};

/* An empty matrix is all zero. matrix_free releases what it holds. */
void matrix_add(struct matrix *matrix, const struct matrix_run *run);
void matrix_free(struct matrix *matrix);
size_t matrix_count(const struct matrix *matrix, enum matrix_outcome outcome);
/* Prints the counts, then each run that is not right. */
void matrix_print(const struct matrix *matrix, bool colours, FILE *out);
/* The document of results/README.md; the caller releases it. */
json_t *matrix_json(const struct matrix *matrix, double seconds);
