/* stats_moments.c - Welch's t with Satterthwaite's degrees of freedom. */
#include "stats_moments.h"

#include "quantile.h"

#include <math.h>

#define P_LEAST     1e-12
#define FREEDOM_MAX 1000 /* more change nothing */

struct stats_moments stats_moments_of(const double *values, size_t count)
{
    double mean = stats_mean(values, count), squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    double deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
    return (struct stats_moments){mean, deviation, count};
}

bool stats_moments_suffice(const struct stats_moments *moments)
{
    return moments->count >= STATS_MOMENTS_MIN && isfinite(moments->deviation);
}

/* The variance of the mean; of a ratio, that of its logarithm. */
static double variance_of(const struct stats_moments *moments, bool ratio)
{
    double scale = ratio ? moments->mean : 1;
    return moments->deviation * moments->deviation / (double)moments->count / (scale * scale);
}

static unsigned freedom_of(double first, uint64_t first_count, double second, uint64_t second_count)
{
    double sum = first + second;
    double parts =
        first * first / (double)(first_count - 1) + second * second / (double)(second_count - 1);
    double freedom = parts > 0 ? sum * sum / parts : (double)(first_count + second_count - 2);
    return (unsigned)fmax(1, fmin(floor(freedom), FREEDOM_MAX));
}

struct stats_interval stats_mean_interval(const struct stats_moments *moments)
{
    double half = 0;
    if (stats_moments_suffice(moments))
        half = quantile_student(STATS_CONFIDENCE_FIGURE,
                                (unsigned)fmin((double)moments->count - 1, FREEDOM_MAX)) *
               sqrt(variance_of(moments, false));
    return (struct stats_interval){moments->mean, moments->mean - half, moments->mean + half};
}

struct stats_interval stats_moments_compare(const struct stats_moments *first,
                                            const struct stats_moments *second, bool ratio,
                                            double *p)
{
    double change = ratio ? log(second->mean / first->mean) : second->mean - first->mean;
    double half = 0;
    *p = 1;
    if (stats_moments_suffice(first) && stats_moments_suffice(second)) {
        double one = variance_of(first, ratio), two = variance_of(second, ratio);
        unsigned freedom = freedom_of(one, first->count, two, second->count);
        double error = sqrt(one + two);
        half = quantile_student(STATS_CONFIDENCE_FIGURE, freedom) * error;
        if (error > 0)
            *p = fmax(P_LEAST, quantile_student_tails(fabs(change) / error, freedom));
        else if (fabs(change) > 0)
            *p = P_LEAST;
    }
    struct stats_interval interval = {change, change - half, change + half};
    if (ratio)
        interval = (struct stats_interval){exp(change), exp(change - half), exp(change + half)};
    return interval;
}
