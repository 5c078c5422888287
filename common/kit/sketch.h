/* sketch.h - how often a key was asked for, roughly, in four bits a counter.
 *
 * A count-min sketch (Cormode & Muthukrishnan 2005) with conservative update and the ageing of
 * TinyLFU (Einziger, Friedman & Manes 2017): after a number of increments in proportion to its size
 * all counts are halved. The four counters of a key lie in one cache line. An estimate is never too
 * low but for the halving, and at most SKETCH_MAX.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include "account.h"

#define SKETCH_MAX 15

struct sketch {
    uint64_t *words; /* sixteen counters each; lines of eight words */
    uint64_t lines;
    uint64_t increments; /* since the last halving */
    uint64_t capacity;   /* entries that it was sized for */
    struct account *account;
};

void sketch_create(struct sketch *sketch, struct account *account, uint64_t capacity);
void sketch_destroy(struct sketch *sketch);
/* Sizes it anew where the number of entries has outgrown it or fallen far below. Counts are
 * forgotten then. */
void sketch_fit(struct sketch *sketch, uint64_t capacity);
void sketch_increment(struct sketch *sketch, uint64_t hash);
unsigned sketch_estimate(const struct sketch *sketch, uint64_t hash);

#endif
