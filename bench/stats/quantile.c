/* quantile.c - inverts the distributions: Student's t as a sum, the studentised range integrated.
 */
#include "quantile.h"

#include <math.h>
#include <stdbool.h>

#define NORMAL_REACH      6.5 /* beyond it the normal density is below 1e-9 */
#define NORMAL_STEPS      40  /* even, as Simpson's rule wants them */
#define DEVIATION_SPAN    7.0 /* standard errors of a standard deviation, to both sides */
#define DEVIATION_STEPS   40
#define SEARCH_STEPS      100
#define SEARCH_PRECISION  1e-6
#define STUDENT_MAX       1e6
#define STUDENT_PRECISION 1e-9
#define PI                3.14159265358979323846

static double normal_density(double z)
{
    return 0.39894228040143267794 * exp(-z * z / 2);
}

static double normal_below(double z)
{
    return erfc(-z * 0.70710678118654752440) / 2;
}

/* The weight of point i of `steps` + 1 in Simpson's rule. */
static double simpson_weight(int i, int steps)
{
    return i == 0 || i == steps ? 1.0 / 3 : i % 2 == 1 ? 4.0 / 3 : 2.0 / 3;
}

/* The probability that the range of `groups` standard normal values is at most `range`: the largest
 * is at z, and all others within `range` below it. */
static double range_below(double range, size_t groups)
{
    double width = 2 * NORMAL_REACH / NORMAL_STEPS, sum = 0;
    if (groups == 2)
        return erf(range / 2);
    for (int i = 0; i <= NORMAL_STEPS; i++) {
        double z = -NORMAL_REACH + i * width;
        double within = normal_below(z) - normal_below(z - range);
        sum +=
            simpson_weight(i, NORMAL_STEPS) * normal_density(z) * pow(within, (double)groups - 1);
    }
    return fmin(1, (double)groups * sum * width);
}

/* The density of an estimated standard deviation whose true value is 1. */
static double deviation_density(double s, double freedom)
{
    double half = freedom / 2;
    if (s <= 0)
        return 0;
    return exp(log(2) + half * log(half) - lgamma(half) + (freedom - 1) * log(s) - half * s * s);
}

/* The probability that the studentised range is at most q. The steps are those of the cube root of
 * the deviation, so that they are small where few degrees of freedom need it, near 0. */
static double studentised_below(double q, size_t groups, double freedom)
{
    double spread = DEVIATION_SPAN / sqrt(2 * freedom), from = cbrt(fmax(0, 1 - spread));
    double width = (cbrt(1 + spread) - from) / DEVIATION_STEPS, sum = 0;
    for (int i = 0; i <= DEVIATION_STEPS; i++) {
        double root = from + i * width, s = root * root * root;
        sum += simpson_weight(i, DEVIATION_STEPS) * 3 * root * root *
               deviation_density(s, freedom) * range_below(q * s, groups);
    }
    return sum * width;
}

/* Where the probability reaches the confidence, between two ends: false position, with the weight
 * of an end that stays halved (the Illinois rule). */
static double quantile_search(double confidence, size_t groups, double freedom, double low,
                              double high)
{
    double at_low = studentised_below(low, groups, freedom) - confidence;
    double at_high = studentised_below(high, groups, freedom) - confidence;
    for (int i = 0; i < SEARCH_STEPS && high - low > SEARCH_PRECISION * high; i++) {
        double q = (low * at_high - high * at_low) / (at_high - at_low);
        double here = studentised_below(q, groups, freedom) - confidence;
        if (fabs(here) < SEARCH_PRECISION * (1 - confidence))
            return q;
        if (here < 0) {
            low = q;
            at_low = here;
            at_high /= 2;
        } else {
            high = q;
            at_high = here;
            at_low /= 2;
        }
    }
    return (low + high) / 2;
}

/* P(|t| > value) (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4). */
double quantile_student_tails(double value, unsigned freedom)
{
    double angle = atan2(value, sqrt(freedom)), cosine = cos(angle), square = cosine * cosine;
    bool odd = freedom % 2 == 1;
    double term = odd ? cosine : 1, sum = freedom == 1 ? 0 : term;
    for (unsigned i = odd ? 3 : 2; i + 2 <= freedom; i += 2) {
        term *= square * (i - 1) / i;
        sum += term;
    }
    return odd ? 1 - 2 / PI * (angle + sin(angle) * sum) : 1 - sin(angle) * sum;
}

double quantile_student(double confidence, unsigned freedom)
{
    double low = 0, high = STUDENT_MAX;
    while (high - low > STUDENT_PRECISION * high) {
        double middle = (low + high) / 2;
        if (quantile_student_tails(middle, freedom) > 1 - confidence)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Between that of a single pair, and Bonferroni's bound for all pairs. */
double quantile_range(double confidence, size_t groups, unsigned freedom)
{
    double pairs = (double)(groups * (groups - 1)) / 2;
    double low = sqrt(2) * quantile_student(confidence, freedom);
    double high = sqrt(2) * quantile_student(1 - (1 - confidence) / pairs, freedom);
    return groups == 2 ? low : quantile_search(confidence, groups, freedom, low, high);
}
