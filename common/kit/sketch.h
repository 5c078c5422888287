/* sketch.h - estimates how often a key was requested recently, with counters of four bits.
 *
 * A count-min sketch (Cormode & Muthukrishnan 2005) as TinyLFU uses it: four counters a key, up to
 * 15 each, only the smallest of the four raised, all halved from time to time (Einziger et al.
 * 2017). All four lie in one cache line, which the hash chooses (a blocked sketch, after Putze et
 * al. 2009): an estimate costs one access to memory.
 *
 * Growing, shrinking and halving are done one line at a time, without a pause. It grows by linear
 * hashing (Litwin 1980): a new line starts as a copy of the one that it splits, so no count is
 * lost. The final size is a power of two, so that all lines have the same load: 8 to 16 bytes per
 * entry.
 */
#pragma once

#include "array.h"

#define SKETCH_MAX 15

struct sketch {
    struct array words; /* eight per line */
    uint32_t lines;
    uint64_t entries;    /* that its size is for */
    uint64_t increments; /* since the last halving began */
    uint32_t halving;    /* lines from here on are still to be halved; past the end: none */
};

void sketch_create(struct sketch *sketch, struct account *above);
void sketch_destroy(struct sketch *sketch);
/* Goes one step towards the size for this number of entries. */
void sketch_fit(struct sketch *sketch, uint64_t entries);
void sketch_increment(struct sketch *sketch, uint64_t hash);
/* 0 to SKETCH_MAX. Without halving it would be at least the number of increments. */
unsigned sketch_estimate(const struct sketch *sketch, uint64_t hash);
