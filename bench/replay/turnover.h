/* turnover.h - whether a trace is long enough for a cache: how often its entries were replaced.
 *
 * Every cache begins empty. Before its entries have been replaced a few times, its hits tell more
 * about that beginning than about the policy. Pure.
 */
#pragma once

#include "replay.h"

#define TURNOVERS_MIN       3
#define TURNOVER_TEXT_BYTES 320

enum turnover_kind {
    TURNOVER_ENOUGH,   /* the entries were replaced TURNOVERS_MIN times, or there is no limit */
    TURNOVER_FEW,      /* they were replaced less often */
    TURNOVER_NONE,     /* the cache never filled: nothing was evicted */
    TURNOVER_ALL_FITS, /* the same, and after the warm-up no new id was requested */
};

struct turnover {
    enum turnover_kind kind;
    double turnovers;         /* entries that left, per entry that fits */
    uint64_t requests_needed; /* at least, if the rest of the trace misses as often as its steady
                               * part; 0: the trace is long enough, or will never be */
};

struct turnover turnover_of(const struct replay_setup *setup, const struct replay_result *result);
/* Says what the matter is, without a full stop: "" for TURNOVER_ENOUGH. Returns text. */
char *turnover_words(const struct replay_setup *setup, const struct replay_result *result,
                     char text[TURNOVER_TEXT_BYTES]);
