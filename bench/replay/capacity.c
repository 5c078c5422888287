/* capacity.c - parses cache sizes, and spreads them over a curve. */
#include "capacity.h"

#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CURVE_SMALLEST 1000 /* a curve begins at 1/1000 of the distinct keys */

/* Entries, bytes, or a share such as "0.5%". */
static int capacity_parse_one(const char *text, struct capacity *capacity)
{
    char *end;
    double percent = strtod(text, &end);
    *capacity = (struct capacity){0};
    if (end != text && strcmp(end, "%") == 0) {
        capacity->share = percent / 100;
        return percent > 0 && percent <= 100 ? 0 : -1;
    }
    if (units_parse_count(text, &capacity->entries) == 0)
        return capacity->entries > 0 ? 0 : -1;
    return units_parse_size(text, &capacity->bytes) == 0 && capacity->bytes > 0 ? 0 : -1;
}

int capacity_parse(const char *list, struct capacity capacities[CAPACITIES_MAX],
                   struct error *error)
{
    char *copy = xstrdup(list), *rest = copy, *word;
    int count = 0;
    while (count >= 0 && (word = strsep(&rest, ",")) != NULL) {
        if (count == CAPACITIES_MAX)
            count = error_set(error, "--capacity: more than %d capacities", CAPACITIES_MAX);
        else if (capacity_parse_one(word, &capacities[count++]) < 0)
            count = error_set(error,
                              "--capacity: '%s' is no number of entries (1000), size (64MiB) or "
                              "share of the distinct ids (1%%)",
                              word);
    }
    free(copy);
    return count;
}

int capacity_curve(uint64_t distinct, int count, struct capacity capacities[CAPACITIES_MAX])
{
    double largest = (double)(distinct == 0 ? 1 : distinct);
    double smallest = fmax(1, largest / CURVE_SMALLEST);
    int kept = 0;
    for (int i = 0; i < count && i < CAPACITIES_MAX; i++) {
        double part = count == 1 ? 1 : (double)i / (count - 1);
        uint64_t entries = (uint64_t)llround(smallest * pow(largest / smallest, part));
        if (kept == 0 || entries != capacities[kept - 1].entries)
            capacities[kept++] = (struct capacity){.entries = entries};
    }
    return kept;
}

void capacity_resolve(struct capacity *capacity, uint64_t distinct)
{
    if (capacity->share == 0)
        return;
    double entries = capacity->share * (double)distinct;
    capacity->entries = entries < 1 ? 1 : (uint64_t)llround(entries);
}
