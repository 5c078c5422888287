/* finding.c - describes verdicts in words. */
#include "finding.h"

#include "units.h"
#include "verdict_rules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define LONGER_MOST 1000 /* times as long; more is not proposed */

__attribute__((format(printf, 2, 3))) static void words_set(struct result_verdict *verdict,
                                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->words, sizeof verdict->words, format, arguments);
    va_end(arguments);
}

static void bounded_describe(const struct finding *finding, const struct evidence *evidence,
                             struct result_verdict *verdict)
{
    char peak[UNITS_TEXT_BYTES], dead[UNITS_TEXT_BYTES];
    units_format_size(peak, (double)verdict->peak_bytes);
    if (evidence->dead_entries == 0)
        words_set(verdict, "bounded at %s", peak);
    else
        words_set(verdict, "bounded at %s, but %s entries are past their age", peak,
                  units_format_count(dead, evidence->dead_entries));
}

/* Requests until the capacity is used, or until VERDICT_TURNOVERS times the capacity is evicted. */
static double requests_left(const struct evidence *evidence)
{
    const struct result_sample *first = evidence->samples, *last = first + evidence->count - 1;
    if (!evidence->full) {
        double used = fmax(evidence_fullness(evidence), 1e-9);
        double bytes = (double)last->cache_bytes * (1 / used - 1);
        return bytes / evidence->layers[LAYER_CACHE].slope.value;
    }
    double needed = VERDICT_TURNOVERS * (double)evidence->limits->capacity_entries;
    double rate = (double)(last->evictions - first->evictions) / evidence->requests;
    return fmax(0, needed - (double)last->evictions) / fmax(rate, 1e-9);
}

static void warming_describe(const struct finding *finding, const struct evidence *evidence,
                             struct result_verdict *verdict)
{
    char now[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    verdict->requests_until_full = (uint64_t)fmax(1, requests_left(evidence));
    units_format_size(now, (double)verdict->last_bytes);
    units_format_count(left, verdict->requests_until_full);
    if (evidence->full)
        words_set(verdict,
                  "still fills: full at %s, but its list of evicted keys grows for about %s more "
                  "requests",
                  now, left);
    else
        words_set(verdict, "still fills: %.0f %% of its capacity at %s, full in about %s requests",
                  100 * evidence_fullness(evidence), now, left);
}

int finding_rate_digits(double per_request)
{
    return per_request < 1 ? 2 : per_request < 10 ? 1 : 0;
}

static void leak_describe(const struct finding *finding, const struct evidence *evidence,
                          struct result_verdict *verdict)
{
    char limit[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    double per_request = verdict->bytes_per_request;
    words_set(verdict, "leaks %.*f B/request: %s in %s at %s req/s (%s)",
              finding_rate_digits(per_request), per_request,
              units_format_size(limit, (double)verdict->limit_bytes),
              units_format_duration(time, (double)verdict->time_to_limit_ns),
              units_format_count(rate, (uint64_t)verdict->limit_rate_rps), finding->grows);
}

static void fragmentation_describe(const struct finding *finding, const struct evidence *evidence,
                                   struct result_verdict *verdict)
{
    char now[UNITS_TEXT_BYTES], pages[UNITS_TEXT_BYTES];
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    words_set(verdict, "fragments: %s allocated, but pages grow by %.1f B/request, to %s",
              units_format_size(now, (double)last->allocated_bytes), finding->curve->slope.value,
              units_format_size(pages, (double)last->resident_bytes));
}

static void not_returned_describe(const struct finding *finding, const struct evidence *evidence,
                                  struct result_verdict *verdict)
{
    char fell[UNITS_TEXT_BYTES], returned[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    const struct fall *fall = &evidence->fall;
    words_set(verdict, "not returned: allocated fell by %s, resident by %s, %s after the peak",
              units_format_size(fell, fall->allocated_bytes),
              units_format_size(returned, fall->resident_bytes),
              units_format_duration(time, (double)fall->time_ns));
}

/* For a bounded verdict: the interval of a slope narrows with the length to the power of 1.5. */
static double requests_needed(const struct evidence *evidence)
{
    const struct stats_interval *slope = &evidence->gaps[GAP_UNACCOUNTED].slope;
    double half = VERDICT_FLAT_REACH * (slope->high - slope->value);
    double longer = pow(half / VERDICT_LEAK_BYTES_PER_REQUEST, 2.0 / 3);
    return (double)evidence->samples[evidence->count - 1].requests *
           fmin(fmax(longer, 2), LONGER_MOST);
}

static void undecided_describe(const struct finding *finding, const struct evidence *evidence,
                               struct result_verdict *verdict)
{
    char growth[UNITS_TEXT_BYTES], needed[UNITS_TEXT_BYTES];
    const struct curve *total = &evidence->layers[evidence->layer];
    units_format_count(needed, (uint64_t)requests_needed(evidence));
    if (total->slope.low > 0 && !total->steady)
        words_set(verdict, "undecided: grew by %s, but not steadily; needs about %s requests",
                  units_format_size(growth, total->growth), needed);
    else
        words_set(verdict, "undecided: between %.1f and %.1f B/request; needs about %s requests",
                  verdict->low, verdict->high, needed);
}

static void (*const describe[VERDICT_CLASSES])(const struct finding *, const struct evidence *,
                                               struct result_verdict *) = {
    [VERDICT_BOUNDED] = bounded_describe,
    [VERDICT_WARMING] = warming_describe,
    [VERDICT_LEAK_CONTAINER] = leak_describe,
    [VERDICT_LEAK_UNREACHABLE] = leak_describe,
    [VERDICT_LEAK_EXPIRED] = leak_describe,
    [VERDICT_FRAGMENTATION] = fragmentation_describe,
    [VERDICT_NOT_RETURNED] = not_returned_describe,
    [VERDICT_UNDECIDED] = undecided_describe,
};

void finding_describe(const struct finding *finding, const struct evidence *evidence,
                      struct result_verdict *verdict)
{
    describe[finding->class](finding, evidence, verdict);
}

static void age_describe(const struct evidence *evidence, const struct result_sample *last,
                         struct result_verdict *verdict)
{
    char age[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    uint64_t ttl_ns = evidence->limits->ttl_ns;
    double left_ns = (double)(ttl_ns + 2 * VERDICT_AGE_SLACK_NS - last->time_ns);
    double rate = (double)last->requests / fmax(1, (double)last->time_ns);
    verdict->class = VERDICT_WARMING;
    verdict->requests_until_full = (uint64_t)fmax(1, left_ns * rate);
    words_set(verdict,
              "still fills: the load ended before anything was %s old; full in about %s requests",
              units_format_duration(age, (double)ttl_ns),
              units_format_count(left, verdict->requests_until_full));
}

void finding_too_short(const struct evidence *evidence, struct result_verdict *verdict)
{
    const struct result_sample *last =
        evidence->whole_count > 0 ? &evidence->whole_run[evidence->whole_count - 1] : NULL;
    uint64_t ttl_ns = evidence->limits->ttl_ns;
    if (last != NULL && ttl_ns > 0 && last->time_ns < ttl_ns + 2 * VERDICT_AGE_SLACK_NS)
        age_describe(evidence, last, verdict);
    else
        words_set(verdict, "undecided: %zu samples after the warm-up, needs %d", evidence->count,
                  VERDICT_SAMPLES_MIN);
}
