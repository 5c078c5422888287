/* capacity.h - lists of cache sizes as the command line has them: 1000,64MiB,1%. */
#pragma once

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

#define CAPACITIES_MAX 256

struct capacity {
    /* Exactly one of these is not 0. */
    uint64_t entries;
    uint64_t bytes;
    double share; /* of the distinct keys; capacity_resolve replaces it by entries */
};

/* The number of capacities, or -1 with one line in error. */
int capacity_parse(const char *list, struct capacity capacities[CAPACITIES_MAX],
                   struct error *error);
/* `count` capacities from 1/1000 of the distinct keys to all of them, evenly spaced on a
 * logarithmic scale. Returns how many there are without duplicates. */
int capacity_curve(uint64_t distinct, int count, struct capacity capacities[CAPACITIES_MAX]);
/* Replaces a share by entries, at least one: 1 % of 91,079 keys are 911 entries. */
void capacity_resolve(struct capacity *capacity, uint64_t distinct);
