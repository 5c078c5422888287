/* slo.h - an objective for a service: how slow answers may be, said as "p99=2ms,max=50ms".
 *
 * Latency counts from when requests were due. An objective is also missed by any error, and by
 * any request that was due but could not be sent.
 */
#ifndef SLO_H
#define SLO_H

#include "errors.h"
#include "load.h"

#define SLO_LIMITS_MAX 8

struct slo {
    struct {
        const struct slo_figure *figure;
        uint64_t limit_ns;
    } limits[SLO_LIMITS_MAX];
    unsigned count;
};

/* 0, or -1 and one line in error. */
int slo_parse(struct slo *slo, const char *text, struct error *error);
/* Whether the run kept it; `why` says in words why not. */
bool slo_kept(const struct slo *slo, const struct load_result *result, struct error *why);

#endif
