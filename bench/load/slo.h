/* slo.h - a service level objective: limits on latency, such as "p99=2ms,max=50ms".
 *
 * Latency counts from when requests were due. A single error, or a single request that was due but
 * could not be sent, also misses the objective.
 */
#pragma once

#include "errors.h"
#include "load.h"

#define SLO_LIMITS_MAX 8

struct slo_limit {
    const struct percentile *percentile;
    uint64_t ns;
};

struct slo {
    struct slo_limit limits[SLO_LIMITS_MAX];
    unsigned count;
};

/* 0, or -1 and one line in error. */
int slo_parse(struct slo *slo, const char *text, struct error *error);
/* Whether the run met it; if not, `why` says which limit it missed. */
bool slo_is_met(const struct slo *slo, const struct load_result *result, struct error *why);
