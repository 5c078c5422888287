/* capacity_search.h - searches the highest rate at which an objective is kept, by trials that lie a
 * little.
 *
 * The rate is doubled until the objective is missed, then the bracket is bisected until its ends
 * are a few percent apart. A miss is believed when it was seen twice of up to three times; so is
 * every trial within the bracket, and the answer itself.
 *
 *     for (double rate = capacity_search_begin(&search, 1000); rate > 0;
 *          rate = capacity_search_next(&search, kept_at(rate)))
 *         ;
 */
#ifndef CAPACITY_SEARCH_H
#define CAPACITY_SEARCH_H

#include <stdbool.h>

#define CAPACITY_PRECISION  0.04 /* the bracket's width in the end, as a share */
#define CAPACITY_RATE_MIN   1.0
#define CAPACITY_RATE_MAX   1e8
#define CAPACITY_TRIALS_MAX 60
#define CAPACITY_VOTES      2 /* of up to 2 * CAPACITY_VOTES - 1 */

struct capacity_search {
    double low, high; /* kept and missed; 0: none yet. In the end low is the answer */
    /* The search's own. */
    double rate;
    unsigned kept, missed, trials; /* votes on the rate at hand; all trials */
    bool low_is_sure;              /* it was kept often enough to be the answer */
};

/* The first rate to try. */
double capacity_search_begin(struct capacity_search *search, double first_rps);
/* How the trial ended; the next rate to try, or 0: the search is over. */
double capacity_search_next(struct capacity_search *search, bool kept);

#endif
