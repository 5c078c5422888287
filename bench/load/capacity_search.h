/* capacity_search.h - searches the highest rate that meets an objective, by noisy trials.
 *
 * The rate is doubled until the objective is missed; then the bracket between the highest rate that
 * met it and the lowest that missed it is bisected until its ends are 4 % apart. Noise may decide
 * a single trial, so a miss needs two trials of up to three, and so does every rate within the
 * bracket and the result itself.
 *
 *     for (double rate = capacity_search_begin(&search, 1000); rate > 0;
 *          rate = capacity_search_next(&search, kept_at(rate)))
 *         ;
 */
#pragma once

#include <stdbool.h>

#define CAPACITY_PRECISION  0.04 /* width of the final bracket, relative to its lower end */
#define CAPACITY_RATE_MIN   1.0
#define CAPACITY_RATE_MAX   1e8
#define CAPACITY_TRIALS_MAX 60
#define CAPACITY_VOTES      2 /* of up to 2 * CAPACITY_VOTES - 1 */

struct capacity_search {
    /* The highest rate that met it, the lowest that missed it; 0: none yet. low is the result. */
    double low, high;
    /* Private to the search. */
    double rate;
    unsigned met, missed, trials; /* votes on the current rate; all trials */
    bool low_is_sure;             /* it met the objective in CAPACITY_VOTES trials */
};

/* The first rate to try. */
double capacity_search_begin(struct capacity_search *search, double first_rps);
/* Takes the trial's outcome; returns the next rate to try, or 0: the search is over. */
double capacity_search_next(struct capacity_search *search, bool met);
