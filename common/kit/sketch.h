/* sketch.h - how often a key was asked for of late, roughly, in half a byte a counter.
 *
 * A count-min sketch (Cormode & Muthukrishnan 2005) as TinyLFU uses it: four counters a key, up to
 * 15 each, only the smallest of the four raised, all halved from time to time (Einziger et al.
 * 2017). All four lie in one cache line, which the hash chooses (a blocked sketch, after Putze et
 * al. 2009): an estimate costs one access to memory.
 *
 * It never stops the world. It grows a line at a time, by linear hashing (Litwin 1980): a new line
 * begins as a copy of the one that it splits, so no count is lost. It shrinks the same way, and is
 * halved a line at a time. It comes to rest at a power of two, where all lines carry the same load:
 * eight to sixteen bytes an entry.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include "array.h"

#define SKETCH_MAX 15

struct sketch {
    struct array words; /* eight a line */
    uint32_t lines;
    uint64_t entries;    /* that it is to fit */
    uint64_t increments; /* since the last halving began */
    uint32_t halving;    /* lines from here on are to be halved; past the end: none */
};

void sketch_create(struct sketch *sketch, struct account *above);
void sketch_destroy(struct sketch *sketch);
/* A step towards the size for so many entries. */
void sketch_fit(struct sketch *sketch, uint64_t entries);
void sketch_increment(struct sketch *sketch, uint64_t hash);
/* 0 to SKETCH_MAX; but for the halving, no less than the increments. */
unsigned sketch_estimate(const struct sketch *sketch, uint64_t hash);

#endif
