/* simplicity.c - the policies by how much they do and keep, the simplest first. */
#include "simplicity.h"

#include "count_of.h"

#include <string.h>

static const char *const simplest_first[] = {
    "fifo",  /* one queue; a hit does nothing */
    "clock", /* and a counter, which a hit sets */
    "sieve", /* and a hand */
    "lru",   /* a hit moves the entry in its list */
    "ttl",   /* a heap by age */
    "slru",  /* two lists */
    "twoq",  /* two lists and a history */
    "s3fifo",
    "lfu",
    "gdsf",
    "arc", /* two lists, two histories, and a size that adapts */
    "lirs",
    "wtinylfu", /* a window, two lists and a sketch */
    "wtinylfu_climb",
};

size_t simplicity_rank(const struct policy *policy)
{
    size_t rank = 0;
    while (rank < COUNT_OF(simplest_first) && strcmp(simplest_first[rank], policy->name) != 0)
        rank++;
    return rank;
}
