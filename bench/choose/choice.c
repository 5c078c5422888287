/* choice.c - figures computed from a candidate's replays. */
#include "choice.h"

double window_hit_ratio(const struct replay_result *result, size_t window)
{
    uint64_t requests =
        replay_window(result->requests, window + 1) - replay_window(result->requests, window);
    return requests > 0 ? (double)result->window_hits[window] / (double)requests : 0;
}

size_t first_steady_window(const struct replay_result *result)
{
    uint64_t warmup = result->requests - result->steady_requests;
    size_t window = 0;
    while (window + 1 < REPLAY_WINDOWS && replay_window(result->requests, window) < warmup)
        window++;
    return window;
}

size_t worst_window(const struct replay_result *result)
{
    size_t worst = first_steady_window(result);
    for (size_t window = worst + 1; window < REPLAY_WINDOWS; window++)
        if (window_hit_ratio(result, window) < window_hit_ratio(result, worst))
            worst = window;
    return worst;
}

double score(const struct choice *choice, const struct candidate *candidate)
{
    return objective_score(choice->question.objective, &candidate->now);
}

double regret_points(const struct choice *choice, const struct candidate *candidate)
{
    return 100 * (objective_score(choice->question.objective, &choice->optimum) -
                  score(choice, candidate));
}

bool difference_matters(double better, double worse)
{
    return 100 * (better - worse) >= MATTERS_POINTS &&
           better - worse >= MATTERS_MISSES_SHARE * (1 - worse);
}

bool are_equal(const struct choice *choice, const struct candidate *one,
               const struct candidate *other)
{
    double own = score(choice, one), theirs = score(choice, other);
    return !difference_matters(own, theirs) && !difference_matters(theirs, own);
}
