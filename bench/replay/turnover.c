/* turnover.c - counts turnovers, and estimates how many requests are missing. */
#include "turnover.h"

#include "units.h"

#include <stdio.h>

/* Entries that fit: of a cache that never filled, an estimate from the size of those it had. */
static double fitting_entries(const struct replay_setup *setup, const struct replay_result *result)
{
    double peak = (double)result->peak_entries;
    if (setup->capacity_entries > 0)
        return (double)setup->capacity_entries;
    if (result->evictions > 0 || result->peak_bytes == 0)
        return peak;
    return peak * (double)setup->capacity_bytes / (double)result->peak_bytes;
}

/* After the warm-up, if the trace goes on there. */
static double miss_ratio(const struct replay_result *result)
{
    struct replay_result steady = replay_steady(result);
    const struct replay_result *part = steady.requests > 0 ? &steady : result;
    return part->requests > 0 ? (double)part->misses / (double)part->requests : 0;
}

static enum turnover_kind kind_of(const struct replay_setup *setup,
                                  const struct replay_result *result, double turnovers)
{
    if (turnovers >= TURNOVERS_MIN || (setup->capacity_entries == 0 && setup->capacity_bytes == 0))
        return TURNOVER_ENOUGH;
    if (result->evictions > 0)
        return TURNOVER_FEW;
    return miss_ratio(result) > 0 ? TURNOVER_NONE : TURNOVER_ALL_FITS;
}

struct turnover turnover_of(const struct replay_setup *setup, const struct replay_result *result)
{
    double peak = (double)result->peak_entries, fitting = fitting_entries(setup, result);
    double left = (double)(result->evictions + result->expirations);
    /* entries that expire may never fill a cache, however long the trace is */
    double replaced = result->evictions == 0 && result->expirations > 0 ? peak : fitting;
    struct turnover turnover = {.turnovers = replaced > 0 ? left / replaced : 0};
    turnover.kind = kind_of(setup, result, turnover.turnovers);
    if (turnover.kind == TURNOVER_FEW || turnover.kind == TURNOVER_NONE) {
        double missing = (fitting > peak ? fitting - peak : 0) + TURNOVERS_MIN * replaced - left;
        turnover.requests_needed =
            result->requests + (uint64_t)(missing / miss_ratio(result) + 0.5);
    }
    return turnover;
}

/* "64 MiB" or "1,000 entries". */
static void capacity_words(const struct replay_setup *setup, char *text, size_t room)
{
    char number[UNITS_TEXT_BYTES];
    if (setup->capacity_bytes > 0)
        snprintf(text, room, "%s", units_format_size(number, (double)setup->capacity_bytes));
    else
        snprintf(text, room, "%s entries", units_format_count(number, setup->capacity_entries));
}

char *turnover_words(const struct replay_setup *setup, const struct replay_result *result,
                     char text[TURNOVER_TEXT_BYTES])
{
    struct turnover turnover = turnover_of(setup, result);
    char capacity[2 * UNITS_TEXT_BYTES], entries[UNITS_TEXT_BYTES], bytes[UNITS_TEXT_BYTES],
        needed[UNITS_TEXT_BYTES];
    capacity_words(setup, capacity, sizeof capacity);
    units_format_count(entries, result->peak_entries);
    units_format_size(bytes, (double)result->peak_bytes);
    units_format_count(needed, turnover.requests_needed);
    text[0] = '\0';
    if (turnover.kind == TURNOVER_FEW)
        snprintf(text, TURNOVER_TEXT_BYTES,
                 "the trace is too short for %s: it replaces the entries %.1f times, not %d times, "
                 "so the figures cover little but the cold start; it needs about %s requests",
                 capacity, turnover.turnovers, TURNOVERS_MIN, needed);
    else if (turnover.kind == TURNOVER_NONE)
        snprintf(text, TURNOVER_TEXT_BYTES,
                 "the trace is too short for %s: its %s entries take %s and nothing is evicted, so "
                 "the figures cover only the cold start; it needs at least about %s requests",
                 capacity, entries, bytes, needed);
    else if (turnover.kind == TURNOVER_ALL_FITS)
        snprintf(text, TURNOVER_TEXT_BYTES,
                 "all %s ids fit into %s, for they take %s: nothing is evicted, so the figures "
                 "cover only the cold start, and more requests for these ids change nothing",
                 entries, capacity, bytes);
    return text;
}
