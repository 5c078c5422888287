/* catalogue.h - scenarios for policies with a known verdict. */
#pragma once

#include "errors.h"
#include "plan.h"

/* What a scenario offers; each mistake shows only where it gets what it needs. */
enum scenario_offer {
    OFFERS_REQUESTS = 1,  /* any requests */
    OFFERS_EVICTIONS = 2, /* evictions until the end, from caches with a capacity */
    OFFERS_NEW_IDS = 4,   /* until the end, ids that were never requested before */
};

struct scenario {
    const char *name, *workload;
    unsigned offers;           /* of enum scenario_offer */
    uint64_t capacity_entries; /* of the policies that keep such a limit */
    int64_t dirty_decay_ns;    /* or SERVER_DECAY_DEFAULT */
    const char *policies;      /* ",a,b,"; NULL: all */
    /* The verdict expected of a correct policy that keeps one of these limits (enum
     * policy_limits); of all others bounded is expected. */
    unsigned limits;
    enum verdict_class correct;
};

extern const struct scenario scenarios[];
extern const size_t scenarios_count;

bool scenario_has(const struct scenario *scenario, const struct policy *policy);
enum verdict_class scenario_expects(const struct scenario *scenario, const struct policy *policy);
/* A plan of one run. server_dir NULL: the default. 0, or -1 and one line in error. */
int scenario_plan(const struct scenario *scenario, uint64_t duration_ns, uint64_t seed,
                  const char *server_dir, struct plan *plan, struct error *error);
