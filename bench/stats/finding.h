/* finding.h - a class with what it rests on, and the words for it. Only verdicts need it. */
#ifndef FINDING_H
#define FINDING_H

#include "evidence.h"

struct finding {
    enum verdict_class class;
    const char *grows;         /* of a leak, for people; otherwise "" */
    const struct curve *curve; /* what does grow, for a leak; otherwise NULL */
    double unit_bytes;         /* of what the curve counts; 1 where that is bytes */
};

/* Fills in words, and of a warming one how many requests are left. The figures are there. */
void finding_say(const struct finding *finding, const struct evidence *evidence,
                 struct result_verdict *verdict);
/* The same where too few samples are left after the warm-up: for lack of time to reach the age, or
 * for lack of samples. Fills in the class, too. */
void finding_refuse(const struct evidence *evidence, struct result_verdict *verdict);

#endif
