/* capacity.h - lists of cache sizes as people write them: 1000,64MiB,1%. */
#ifndef CAPACITY_H
#define CAPACITY_H

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

#define CAPACITIES_MAX 256

struct capacity {
    uint64_t entries; /* one of these is not zero, */
    uint64_t bytes;
    double share; /* of the distinct keys: until capacity_resolve makes entries of it */
};

/* The number of capacities, or -1 with one line in error. */
int capacity_parse(const char *list, struct capacity capacities[CAPACITIES_MAX],
                   struct error *error);
/* `count` sizes from a thousandth of the distinct keys to all of them, evenly on a logarithmic
 * scale; returns how many remain once equal ones are dropped. */
int capacity_curve(uint64_t distinct, int count, struct capacity capacities[CAPACITIES_MAX]);
/* Shares become entries, at least one. */
void capacity_resolve(struct capacity *capacity, uint64_t distinct);

#endif
