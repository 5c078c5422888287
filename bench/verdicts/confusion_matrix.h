/* confusion_matrix.h - verdicts expected and given, side by side. One thread at a time. */
#ifndef CONFUSION_MATRIX_H
#define CONFUSION_MATRIX_H

#include "errors.h"
#include "result.h"

struct matrix_run { /* names outlive the matrix */
    const char *variant, *scenario;
    uint64_t seed;
    enum verdict_class expected;
    bool failed; /* of such a run only the words count, which say why */
    struct result_verdict verdict;
    uint64_t requests;
};

struct matrix {
    struct memory_zone *zone;
    struct matrix_run *runs;
    size_t count, room;
};

/* Released with matrix_destroy. */
struct matrix *matrix_create(size_t room);
void matrix_destroy(struct matrix *matrix); /* NULL is fine */
/* Not more than there is room for. */
void matrix_add(struct matrix *matrix, const struct matrix_run *run);

/* Worse than a doubt: a leak missed or mistaken for another, something honest called a leak, or no
 * verdict at all. */
bool matrix_run_grave(const struct matrix_run *run);
bool matrix_run_right(const struct matrix_run *run);
size_t matrix_grave(const struct matrix *matrix);
/* The counts, then each run that is not right. */
void matrix_print(const struct matrix *matrix, bool colours, FILE *out);
/* 0, or -1 and one line in error. */
int matrix_write(const struct matrix *matrix, double seconds, const char *path,
                 struct error *error);

#endif
