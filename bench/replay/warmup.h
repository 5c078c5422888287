/* warmup.h - the first part of a trace, which fills the caches: 50%, 10000. */
#pragma once

#include "corpus.h"
#include "errors.h"

#define WARMUP_DEFAULT "50%"
/* One sentence for --help and for tables. */
#define WARMUP_RULE "steady hits count only after the warm-up, the first part of the trace"

/* Exactly one of these may be more than 0; both 0: no warm-up, all requests count. */
struct warmup {
    double share; /* of the requests, below 1 */
    uint64_t requests;
};

/* A share below 100 %, with a percent sign, or a number of requests. 0, or -1 and one line in
 * error. */
int warmup_parse(const char *text, struct warmup *warmup, struct error *error);
/* How many of the corpus's requests the warm-up is, which may be all. A number of requests counts
 * those of the whole trace: 1000 are about 100 of a sample of 10 %. */
uint64_t warmup_of(const struct warmup *warmup, const struct corpus *corpus);
