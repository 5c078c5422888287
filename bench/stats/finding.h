/* finding.h - a class with the growth that decided, and its words. Internal to the verdict. */
#pragma once

#include "evidence.h"

enum doubt {
    DOUBT_INTERVAL, /* the interval neither excludes growth nor shows it */
    DOUBT_LITTLE,   /* it grows, but too little so far */
    DOUBT_SLOW,     /* it grows, but certainly and steadily by less than a leak */
    DOUBT_HIDDEN,   /* it does not grow, but the samples may hide growth */
    DOUBT_UNSTEADY, /* it grows, but in a single leap, or by no more than it fell before */
};

struct finding {
    enum verdict_class class;
    const char *grows;          /* of a leak, in words; otherwise "" */
    const struct curve *curve;  /* that decided */
    struct stats_interval rate; /* of the curve, per request */
    double unit_bytes;          /* bytes per unit of the curve; 1 if that is bytes */
    bool slows;                 /* the growth slows down */
    enum doubt doubt;           /* of undecided */
};

/* Fills in the words, and what is left or needed. The figures must be filled in. */
void finding_describe(const struct finding *finding, const struct evidence *evidence,
                      struct result_verdict *verdict);
/* The words of a leak whose growth ends at limit_bytes, when all these ids are cached. */
void finding_end(struct result_verdict *verdict, uint64_t ids);
/* Fills in class and words if too few samples are left after the warm-up: warming if the load ended
 * before the time to live, no activity if there were hardly any requests, otherwise undecided. */
void finding_too_short(const struct evidence *evidence, struct result_verdict *verdict);

/* Digits behind the point of a rate in B/request: 0.12, 1.2, 12. */
int finding_rate_digits(double per_request);
/* A rate with these digits. */
#define FINDING_RATE_BYTES 24
char *finding_rate(char text[FINDING_RATE_BYTES], double per_request);
/* The same, rounded up. */
char *finding_bound(char text[FINDING_RATE_BYTES], double per_request);
