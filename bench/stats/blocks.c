/* blocks.c - fits variants and repetitions, and leaves single bad values out. */
#include "blocks.h"

#include "quantile.h"
#include "stats.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>

#define MEDIAN_TO_DEVIATION 1.4826 /* of normal errors: deviation / median of the distances */
#define MISSING_PASSES      4

void blocks_create(struct blocks *blocks, size_t variants, size_t repetitions)
{
    *blocks = (struct blocks){.variants = variants, .repetitions = repetitions};
    blocks->logs = xcalloc(variants * repetitions + 1, sizeof *blocks->logs);
    blocks->effects = xcalloc(variants + 1, sizeof *blocks->effects);
}

void blocks_release(struct blocks *blocks)
{
    free(blocks->logs);
    free(blocks->effects);
}

static double repetition_mean(const struct blocks *blocks, size_t repetition)
{
    double sum = 0;
    for (size_t v = 0; v < blocks->variants; v++)
        sum += blocks->logs[v * blocks->repetitions + repetition];
    return sum / (double)blocks->variants;
}

/* Fits the effects of the variants, and fills in what the model leaves of each logarithm. */
static void residuals_fill(struct blocks *blocks, double *residuals)
{
    size_t repetitions = blocks->repetitions;
    double all = stats_mean(blocks->logs, blocks->variants * repetitions);
    for (size_t v = 0; v < blocks->variants; v++)
        blocks->effects[v] = stats_mean(&blocks->logs[v * repetitions], repetitions);
    for (size_t r = 0; r < repetitions; r++) {
        double shift = repetition_mean(blocks, r) - all;
        for (size_t v = 0; v < blocks->variants; v++) {
            size_t at = v * repetitions + r;
            residuals[at] = blocks->logs[at] - blocks->effects[v] - shift;
        }
    }
}

static double freedom_of(const struct blocks *blocks)
{
    return (double)((blocks->variants - 1) * (blocks->repetitions - 1)) - (double)blocks->outliers;
}

/* Of an error, from the median distance of the residuals: half of them may be of any size. */
static double robust_deviation(const struct blocks *blocks, const double *residuals)
{
    size_t count = blocks->variants * blocks->repetitions;
    double *distances = xcalloc(count, sizeof *distances);
    for (size_t i = 0; i < count; i++)
        distances[i] = fabs(residuals[i]);
    double median = stats_median(distances, count);
    free(distances);
    return MEDIAN_TO_DEVIATION * median * sqrt((double)count / freedom_of(blocks));
}

/* Gives the values that are left out the ones that the model expects (Yates 1933). */
static void missing_fill(struct blocks *blocks, double *residuals, const bool *left_out)
{
    double variants = (double)blocks->variants, repetitions = (double)blocks->repetitions;
    double own = (1 - 1 / variants) * (1 - 1 / repetitions);
    for (size_t pass = 0; pass < MISSING_PASSES; pass++)
        for (size_t i = 0; i < blocks->variants * blocks->repetitions; i++)
            if (left_out[i]) {
                blocks->logs[i] -= residuals[i] / own;
                residuals_fill(blocks, residuals);
            }
}

/* The value that is farthest from the model, of those that are not left out. */
static size_t farthest_find(const struct blocks *blocks, const double *residuals,
                            const bool *left_out)
{
    size_t farthest = 0;
    for (size_t i = 1; i < blocks->variants * blocks->repetitions; i++)
        if (!left_out[i] && (left_out[farthest] || fabs(residuals[i]) > fabs(residuals[farthest])))
            farthest = i;
    return farthest;
}

static void outliers_leave(struct blocks *blocks, double *residuals)
{
    bool *left_out = xcalloc(blocks->variants * blocks->repetitions, sizeof *left_out);
    while (freedom_of(blocks) > BLOCKS_OUTLIER_FREEDOM) {
        size_t farthest = farthest_find(blocks, residuals, left_out);
        double limit = BLOCKS_OUTLIER * robust_deviation(blocks, residuals);
        if (limit <= 0 || fabs(residuals[farthest]) <= limit)
            break;
        left_out[farthest] = true;
        blocks->outliers++;
        missing_fill(blocks, residuals, left_out);
    }
    free(left_out);
}

static bool has_interval(const struct blocks *blocks)
{
    return blocks->repetitions >= BLOCKS_REPETITIONS_MIN && blocks->variants >= 2;
}

/* Returns what the model leaves of each logarithm; the caller frees it. */
static double *effects_fit(struct blocks *blocks)
{
    double *residuals = xcalloc(blocks->variants * blocks->repetitions + 1, sizeof *residuals);
    residuals_fill(blocks, residuals);
    if (has_interval(blocks))
        outliers_leave(blocks, residuals);
    return residuals;
}

void blocks_fit_effects(struct blocks *blocks)
{
    free(effects_fit(blocks));
}

void blocks_fit(struct blocks *blocks)
{
    size_t count = blocks->variants * blocks->repetitions;
    double *residuals = effects_fit(blocks), sum = 0;
    blocks->freedom = freedom_of(blocks);
    blocks->deviation = blocks->half_one = blocks->half_all = NAN;
    if (has_interval(blocks)) {
        for (size_t i = 0; i < count; i++)
            sum += residuals[i] * residuals[i];
        blocks->deviation = sqrt(sum / blocks->freedom);
        double error = blocks->deviation / sqrt((double)blocks->repetitions);
        unsigned freedom = (unsigned)blocks->freedom;
        blocks->half_one = sqrt(2) * error * quantile_student(BLOCKS_CONFIDENCE, freedom);
        blocks->half_all = error * quantile_range(BLOCKS_CONFIDENCE, blocks->variants, freedom);
    }
    free(residuals);
}

/* NULL: it has none. */
static const double *value_find(const struct blocks_series *series, uint64_t repetition)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->repetitions[i] == repetition)
            return &series->values[i];
    return NULL;
}

bool blocks_has_all(const struct blocks_series *series, const struct blocks_series *base)
{
    for (size_t i = 0; i < base->count; i++)
        if (value_find(series, base->repetitions[i]) == NULL)
            return false;
    return true;
}

static void logs_fill(struct blocks *blocks, size_t variant, const struct blocks_series *series,
                      const struct blocks_series *base)
{
    for (size_t i = 0; i < base->count; i++)
        blocks->logs[variant * base->count + i] = log(*value_find(series, base->repetitions[i]));
}

void blocks_compare(struct blocks *blocks, const struct blocks_series *series, size_t count,
                    size_t base, const struct blocks_series *control, size_t copied)
{
    blocks_create(blocks, count + (control != NULL), series[base].count);
    for (size_t i = 0; i < count; i++)
        logs_fill(blocks, i, &series[i], &series[base]);
    if (control != NULL)
        logs_fill(blocks, count, control, &series[base]);
    blocks_fit(blocks);
    if (control != NULL)
        blocks->control = blocks->effects[count] - blocks->effects[copied];
    double distance = fabs(blocks->control);
    blocks->half = blocks->half_all + (distance > blocks->half_one ? distance : 0);
}
