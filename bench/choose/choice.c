/* choice.c - figures computed from a candidate's replays. */
#include "choice.h"

double window_hit_ratio(const struct replay_result *result, size_t window)
{
    uint64_t requests =
        replay_window(result->requests, window + 1) - replay_window(result->requests, window);
    return requests > 0 ? (double)result->window_hits[window] / (double)requests : 0;
}

size_t worst_window(const struct replay_result *result)
{
    size_t worst = 1;
    for (size_t window = 2; window < REPLAY_WINDOWS; window++)
        if (window_hit_ratio(result, window) < window_hit_ratio(result, worst))
            worst = window;
    return worst;
}

double regret_points(const struct choice *choice, const struct candidate *candidate)
{
    return 100 * (hit_ratio(&choice->optimum) - hit_ratio(&candidate->now));
}

bool difference_matters(double better, double worse)
{
    return 100 * (better - worse) >= MATTERS_POINTS &&
           better - worse >= MATTERS_MISSES_SHARE * (1 - worse);
}
