/* catalogue.h - every variant under every scenario, and what the verdict ought to be. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "errors.h"
#include "plan.h"

/* What a mistake needs to show. */
enum scenario_gives {
    GIVES_REQUESTS = 1,  /* any */
    GIVES_EVICTIONS = 2, /* to the end, from a cache that is limited */
    GIVES_NEW_IDS = 4,   /* to the end: ids that were never asked for before */
};

struct scenario {
    const char *name, *workload;
    unsigned gives;            /* of enum scenario_gives */
    uint64_t capacity_entries; /* of the variants that keep such a limit */
    int64_t dirty_decay_ns;    /* PLAN_DECAY_DEFAULT: the allocator's own */
    const char *variants;      /* ",a,b,"; NULL: all */
    /* What an honest variant that keeps these limits (enum policy_limits) is; else bounded. */
    unsigned limits;
    enum verdict_class honest;
};

extern const struct scenario scenarios[];
extern const size_t scenarios_count;

bool scenario_has(const struct scenario *scenario, const struct policy *variant);
enum verdict_class scenario_expects(const struct scenario *scenario, const struct policy *variant);
/* 0, or -1 and one line in error. */
int scenario_plan(const struct scenario *scenario, double seconds, uint64_t seed,
                  const char *server_dir, struct plan *plan, struct error *error);

#endif
