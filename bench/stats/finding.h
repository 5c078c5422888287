/* finding.h - a class with its evidence, and its words. Internal to the verdict. */
#pragma once

#include "evidence.h"

struct finding {
    enum verdict_class class;
    const char *grows;         /* of a leak, in words; otherwise "" */
    const struct curve *curve; /* of a leak: what grows; otherwise NULL */
    double unit_bytes;         /* bytes per unit of the curve; 1 if that is bytes */
};

/* Fills in the words, and of warming the requests that are left. The figures must be filled in. */
void finding_describe(const struct finding *finding, const struct evidence *evidence,
                      struct result_verdict *verdict);
/* Fills in class and words if too few samples are left after the warm-up: warming if the load ended
 * before the time to live, otherwise undecided. */
void finding_too_short(const struct evidence *evidence, struct result_verdict *verdict);
/* Digits behind the point of a rate in B/request: 0.12, 1.2, 12. */
int finding_rate_digits(double per_request);
