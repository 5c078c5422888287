/* objective.c - scores a replay by requests, bytes or latency. */
#include "objective.h"

#include <string.h>

static const struct {
    const char *name, *unit;
} objectives[OBJECTIVES] = {
    [OPTIMISE_REQUESTS] = {"requests", "hits"},
    [OPTIMISE_BYTES] = {"bytes", "byte hits"},
    [OPTIMISE_LATENCY] = {"latency", "of the waiting saved"},
};

int objective_parse(const char *text, enum objective *objective)
{
    for (unsigned i = 0; i < OBJECTIVES; i++)
        if (strcmp(text, objectives[i].name) == 0) {
            *objective = (enum objective)i;
            return 0;
        }
    return -1;
}

const char *objective_name(enum objective objective)
{
    return objectives[objective].name;
}

const char *objective_unit(enum objective objective)
{
    return objectives[objective].unit;
}

static double share(uint64_t part, uint64_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

/* Fetches for which requests wait, on average: 1 for a miss, the rest of it for a joined one. */
static double waits(const struct replay_result *steady)
{
    double sum = (double)steady->misses;
    for (int i = 0; i < REPLAY_JOINED_PARTS; i++)
        sum += (double)steady->joined_after[i] * (1 - (i + 0.5) / REPLAY_JOINED_PARTS);
    return steady->requests > 0 ? sum / (double)steady->requests : 1;
}

double objective_score(enum objective objective, const struct replay_result *result)
{
    struct replay_result steady = replay_steady(result);
    if (objective == OPTIMISE_BYTES)
        return share(steady.bytes_hit, steady.bytes_requested);
    if (objective == OPTIMISE_LATENCY)
        return 1 - waits(&steady);
    return share(steady.hits, steady.requests);
}
