/* resource_growth.c - slopes of counts over requests, and when such a slope is growth. */
#include "resource_growth.h"

#include "stats_slope.h"
#include "units.h"
#include "verdict_rules.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

/* The later half of the judged requests adds this share of what the earlier half adds; growth by
 * the logarithm adds 0.71. */
#define LATER_SHARE  0.8
#define COUNTS_LEAST 5
#define PAGE_BYTES   4096

static const struct {
    const char *words;
    size_t offset;
    double least; /* growth that matters */
    double step;  /* the smallest possible */
    bool is_size;
} resources[RESOURCES] = {
    [RESOURCE_DESCRIPTORS] = {"open descriptors grow", offsetof(struct result_sample, descriptors),
                              COUNTS_LEAST, 1, false},
    [RESOURCE_THREADS] = {"threads grow", offsetof(struct result_sample, threads), COUNTS_LEAST, 1,
                          false},
    [RESOURCE_ADDRESS_SPACE] = {"address space grows", offsetof(struct result_sample, vsz_bytes),
                                1 << 20, PAGE_BYTES, true},
    [RESOURCE_PAGE_TABLES] = {"page tables grow", offsetof(struct result_sample, page_table_bytes),
                              8 * PAGE_BYTES, PAGE_BYTES, true},
};

static double value_of(const struct result_sample *sample, enum resource resource)
{
    return (double)*(const uint64_t *)((const char *)sample + resources[resource].offset);
}

/* Means of neighbouring samples, as many points as fit. */
static void points_make(struct stats_points *points, const struct result_sample *samples,
                        size_t count, enum resource resource)
{
    *points = (struct stats_points){.count = count < STATS_POINTS_MAX ? count : STATS_POINTS_MAX};
    for (size_t p = 0; p < points->count; p++) {
        size_t from = p * count / points->count, to = (p + 1) * count / points->count;
        for (size_t i = from; i < to; i++) {
            points->x[p] += (double)samples[i].requests / (double)(to - from);
            points->y[p] += value_of(&samples[i], resource) / (double)(to - from);
        }
    }
}

/* All steps from part to part but one are large enough for their requests. */
static bool is_steady(const struct stats_points *points)
{
    size_t small = 0, last = points->count - 1;
    double rate = (points->y[last] - points->y[0]) / (points->x[last] - points->x[0]);
    for (size_t i = 1; i < VERDICT_PARTS; i++) {
        size_t from = (i - 1) * last / (VERDICT_PARTS - 1), to = i * last / (VERDICT_PARTS - 1);
        double requests = points->x[to] - points->x[from];
        small += points->y[to] - points->y[from] < VERDICT_STEP_SHARE * rate * requests;
    }
    return small <= 1;
}

static bool goes_on(const struct stats_points *points, enum resource resource)
{
    size_t last = points->count - 1, middle = 0;
    double half = (points->x[0] + points->x[last]) / 2;
    while (middle < last && points->x[middle] < half)
        middle++;
    double earlier = points->y[middle] - points->y[0], later = points->y[last] - points->y[middle];
    return later + resources[resource].step >= LATER_SHARE * earlier;
}

struct resource_growth resource_growth_find(const struct result_sample *samples, size_t count,
                                            enum resource resource)
{
    struct stats_points points;
    size_t first = 0;
    if (count < VERDICT_SAMPLES_MIN)
        return (struct resource_growth){.grows = false};
    const struct result_sample *last = &samples[count - 1];
    struct resource_growth growth = {.now = (uint64_t)value_of(last, resource)};
    while (first < count &&
           (double)samples[first].requests < VERDICT_WARMUP_SHARE * (double)last->requests)
        first++;
    if (count - first < VERDICT_SAMPLES_MIN)
        return growth;
    points_make(&points, samples + first, count - first, resource);
    struct stats_interval slope = stats_slope(&points);
    growth.per_request = slope.value;
    growth.grows = slope.low > 0 && is_steady(&points) && goes_on(&points, resource) &&
                   points.y[points.count - 1] - points.y[0] >= resources[resource].least;
    return growth;
}

/* "1 per 250 requests", "2.5 per request", "12 KiB per second". */
static void rate_format(double rate, bool is_size, const char *unit, char *text, size_t bytes)
{
    char number[UNITS_TEXT_BYTES];
    long long units = llround(1 / rate);
    if (units > 1)
        snprintf(text, bytes, "1%s per %s %ss", is_size ? " B" : "",
                 units_format_count(number, (uint64_t)units), unit);
    else if (is_size)
        snprintf(text, bytes, "%s per %s", units_format_size(number, rate), unit);
    else
        snprintf(text, bytes, "%.1f per %s", rate, unit);
}

const char *resource_growth_describe(const struct resource_growth *growth, enum resource resource,
                                     const char *unit, double each, char words[RESULT_WORDS_BYTES])
{
    char rate[2 * UNITS_TEXT_BYTES], now[UNITS_TEXT_BYTES];
    bool is_size = resources[resource].is_size;
    rate_format(growth->per_request / each, is_size, unit, rate, sizeof rate);
    if (is_size)
        units_format_size(now, (double)growth->now);
    else
        units_format_count(now, growth->now);
    snprintf(words, RESULT_WORDS_BYTES, "%s by %s, now %s", resources[resource].words, rate, now);
    return words;
}
