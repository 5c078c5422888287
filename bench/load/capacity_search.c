/* capacity_search.c - doubles the rate, bisects, and repeats trials near the capacity. */
#include "capacity_search.h"

#include <math.h>
#include <string.h>

double capacity_search_begin(struct capacity_search *search, double first_rps)
{
    memset(search, 0, sizeof *search);
    search->rate = first_rps;
    return first_rps;
}

/* While the rate is doubled, one trial that meets the objective is enough. */
static unsigned votes_needed(const struct capacity_search *search)
{
    bool doubling = search->high == 0 && search->rate != search->low;
    return doubling ? 1 : CAPACITY_VOTES;
}

/* Rounds to three significant digits. */
static double rate_round(double rate)
{
    double unit = pow(10, floor(log10(rate)) - 2);
    return round(rate / unit) * unit;
}

/* The next rate, when the current one is decided. 0: the search is over. */
static double rate_choose(struct capacity_search *search)
{
    if (search->high == 0)
        return 2 * search->low <= CAPACITY_RATE_MAX ? 2 * search->low : 0;
    if (search->low == 0)
        return search->high > CAPACITY_RATE_MIN ? fmax(search->high / 2, CAPACITY_RATE_MIN) : 0;
    if (search->high > search->low * (1 + CAPACITY_PRECISION))
        return rate_round(sqrt(search->low * search->high));
    return search->low_is_sure ? 0 : search->low;
}

/* Also drops the result so far if its repetition missed: the capacity is below it. */
static void rate_miss(struct capacity_search *search)
{
    if (search->rate <= search->low)
        search->low = 0;
    search->high = search->rate;
}

double capacity_search_next(struct capacity_search *search, bool met)
{
    search->met += met;
    search->missed += !met;
    if (++search->trials == CAPACITY_TRIALS_MAX)
        return 0;
    if (search->met >= votes_needed(search)) {
        search->low_is_sure = search->met >= CAPACITY_VOTES;
        search->low = search->rate;
    } else if (search->missed >= CAPACITY_VOTES) {
        rate_miss(search);
    } else {
        return search->rate;
    }
    search->met = search->missed = 0;
    return search->rate = rate_choose(search);
}
