/* noise.c - draws pairs with replacement and compares the medians of both sides. */
#include "noise.h"

#include "random.h"
#include "stats.h"
#include "summary.h"

#include <math.h>

#define DRAWS         2000
#define PERCENTILE    95
#define REPEATS_DRAWN 64

/* The values of a figure in runs that are neighbours in time. */
struct pairs {
    double one[STATS_VALUES_MAX], other[STATS_VALUES_MAX];
    size_t count;
};

static void pairs_fill(struct pairs *pairs, const struct result *one, const struct result *other,
                       enum result_figure_name figure)
{
    pairs->count = 0;
    for (size_t i = 0; i < one->run_count && i < other->run_count; i++) {
        const struct result_run *first = one->runs[i], *second = other->runs[i];
        if (!summary_figure_counts(first, figure) || !summary_figure_counts(second, figure) ||
            pairs->count == STATS_VALUES_MAX)
            continue;
        pairs->one[pairs->count] = summary_figure(first, figure);
        pairs->other[pairs->count++] = summary_figure(second, figure);
    }
}

/* Draws `repeats` pairs; the difference of the medians as a share of the smaller one. */
static double difference_draw(const struct pairs *pairs, size_t repeats, struct random *random)
{
    double one[REPEATS_DRAWN], other[REPEATS_DRAWN];
    for (size_t i = 0; i < repeats; i++) {
        size_t drawn = (size_t)random_below(random, pairs->count);
        one[i] = pairs->one[drawn];
        other[i] = pairs->other[drawn];
    }
    double a = stats_median(one, repeats), b = stats_median(other, repeats);
    return fmin(a, b) > 0 ? fabs(a - b) / fmin(a, b) : 0;
}

static double noise_of(const struct pairs *pairs, size_t repeats, uint64_t seed)
{
    double differences[DRAWS];
    struct random random;
    random_seed(&random, seed);
    for (size_t i = 0; i < DRAWS; i++)
        differences[i] = difference_draw(pairs, repeats, &random);
    return stats_percentile(differences, DRAWS, PERCENTILE);
}

void noise_make(struct result_noise *noise, const struct result *one, const struct result *other,
                uint64_t repeats, uint64_t seed)
{
    struct pairs pairs;
    size_t drawn = repeats < 1 ? 1 : repeats > REPEATS_DRAWN ? REPEATS_DRAWN : (size_t)repeats;
    *noise = (struct result_noise){.known = false};
    for (size_t i = 0; i < RESULT_NOISES; i++) {
        pairs_fill(&pairs, one, other, (enum result_figure_name)i);
        bool enough = pairs.count >= NOISE_PAIRS_LEAST;
        noise->figures[i] = enough ? noise_of(&pairs, drawn, seed) : NAN;
        noise->known |= enough;
        if (enough && pairs.count > noise->pairs)
            noise->pairs = pairs.count;
    }
}
