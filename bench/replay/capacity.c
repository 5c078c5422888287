/* capacity.c - parses cache sizes, and spreads them over a curve. */
#include "capacity.h"

#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES     64
#define CURVE_SMALLEST 1000 /* a curve begins at 1/1000 of the distinct keys */

/* "1%", "0.5%": 0, or -1. */
static int share_parse(const char *text, double *share)
{
    char *end;
    double percent = strtod(text, &end);
    if (end == text || strcmp(end, "%") != 0 || !(percent > 0 && percent <= 100))
        return -1;
    *share = percent / 100;
    return 0;
}

static int capacity_parse_one(const char *text, struct capacity *capacity)
{
    *capacity = (struct capacity){0};
    if (share_parse(text, &capacity->share) == 0)
        return 0;
    if (units_parse_count(text, &capacity->entries) == 0 && capacity->entries > 0)
        return 0;
    capacity->entries = 0;
    return units_parse_size(text, &capacity->bytes) == 0 && capacity->bytes > 0 ? 0 : -1;
}

int capacity_parse(const char *list, struct capacity capacities[CAPACITIES_MAX],
                   struct error *error)
{
    int count = 0;
    for (const char *at = list; count < CAPACITIES_MAX; at++) {
        char word[WORD_BYTES];
        size_t length = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (length >= sizeof word || capacity_parse_one(word, &capacities[count]) < 0)
            return error_set(error,
                             "--capacity: '%s' is no number of entries (1000), size (64MiB) or "
                             "share of the distinct ids (1%%)",
                             word);
        count++;
        at += length;
        if (*at == '\0')
            return count;
    }
    return error_set(error, "--capacity: more than %d capacities", CAPACITIES_MAX);
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
