/* finding.c - describes verdicts in words. */
#include "finding.h"

#include "units.h"
#include "verdict_rules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define LONGER_MOST  1000 /* times as long; more is not proposed */
#define LONGER_LEAST 2

__attribute__((format(printf, 2, 3))) static void words_set(struct result_verdict *verdict,
                                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->words, sizeof verdict->words, format, arguments);
    va_end(arguments);
}

int finding_rate_digits(double per_request)
{
    double size = fabs(per_request);
    return size < 1 ? 2 : size < 10 ? 1 : 0;
}

char *finding_rate(char text[FINDING_RATE_BYTES], double per_request)
{
    snprintf(text, FINDING_RATE_BYTES, "%.*f", finding_rate_digits(per_request), per_request);
    return text;
}

char *finding_bound(char text[FINDING_RATE_BYTES], double per_request)
{
    double unit = pow(10, -finding_rate_digits(per_request));
    return finding_rate(text, fmax(unit, ceil(per_request / unit - 1e-9) * unit));
}

static void bounded_describe(const struct finding *finding, const struct evidence *evidence,
                             struct result_verdict *verdict)
{
    char peak[UNITS_TEXT_BYTES], dead[UNITS_TEXT_BYTES], bound[FINDING_RATE_BYTES];
    units_format_size(peak, (double)verdict->peak_bytes);
    finding_bound(bound, verdict->high);
    if (evidence->dead_entries == 0)
        words_set(verdict, "bounded at %s: grows by at most %s B/request", peak, bound);
    else
        words_set(verdict,
                  "bounded at %s: grows by at most %s B/request, but %s entries are past their age",
                  peak, bound, units_format_count(dead, evidence->dead_entries));
}

/* Requests until the capacity is used, or until VERDICT_TURNOVERS times the capacity is evicted. */
static double requests_left(const struct evidence *evidence)
{
    const struct result_sample *first = evidence->judged.list, *last = evidence_last(evidence);
    if (!evidence->full) {
        double used = fmax(evidence_fullness(evidence), 1e-9);
        double bytes = (double)last->cache_bytes * (1 / used - 1);
        return bytes / evidence->layers[LAYER_CACHE].slope.value;
    }
    double needed = VERDICT_TURNOVERS * (double)evidence->limits->capacity_entries;
    double rate = (double)(last->evictions - first->evictions) / evidence->requests;
    return fmax(0, needed - (double)last->evictions) / fmax(rate, 1e-9);
}

/* Growth that slows is not extrapolated. */
static void slowing_describe(const struct finding *finding, const struct evidence *evidence,
                             struct result_verdict *verdict)
{
    const struct curve *curve = finding->curve;
    char before[FINDING_RATE_BYTES], now[FINDING_RATE_BYTES], level[UNITS_TEXT_BYTES];
    words_set(verdict,
              "slows down: grew by %s B/request in the quarter before the last half, then by %s, "
              "to %s",
              finding_rate(before, curve->octaves[1]), finding_rate(now, curve->octaves[0]),
              units_format_size(level, (double)verdict->last_bytes));
}

static void warming_describe(const struct finding *finding, const struct evidence *evidence,
                             struct result_verdict *verdict)
{
    char now[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    if (finding->slows) {
        slowing_describe(finding, evidence, verdict);
        return;
    }
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

static void leak_describe(const struct finding *finding, const struct evidence *evidence,
                          struct result_verdict *verdict)
{
    char limit[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    char per_request[FINDING_RATE_BYTES];
    const char *verb = verdict->class == VERDICT_LEAK_GROWS ? "grows" : "leaks";
    finding_rate(per_request, verdict->bytes_per_request);
    if (verdict->time_to_limit_ns == 0)
        words_set(verdict, "%s %s B/request, and slows down (%s)", verb, per_request,
                  finding->grows);
    else
        words_set(verdict, "%s %s B/request: %s in %s at %s req/s (%s)", verb, per_request,
                  units_format_size(limit, (double)verdict->limit_bytes),
                  units_format_duration(time, (double)verdict->time_to_limit_ns),
                  units_format_count(rate, (uint64_t)verdict->limit_rate_rps), finding->grows);
}

void finding_end(struct result_verdict *verdict, uint64_t ids)
{
    char rate[FINDING_RATE_BYTES], count[UNITS_TEXT_BYTES], end[UNITS_TEXT_BYTES];
    words_set(verdict, "leaks %s B/request until all %s ids are cached, at about %s (%s)",
              finding_rate(rate, verdict->bytes_per_request), units_format_count(count, ids),
              units_format_size(end, (double)verdict->limit_bytes), verdict->grows);
}

static void fragmentation_describe(const struct finding *finding, const struct evidence *evidence,
                                   struct result_verdict *verdict)
{
    char now[UNITS_TEXT_BYTES], pages[UNITS_TEXT_BYTES], rate[FINDING_RATE_BYTES];
    const struct result_sample *last = evidence_last(evidence);
    words_set(verdict, "fragments: %s allocated, but pages grow by %s B/request, to %s",
              units_format_size(now, (double)last->allocated_bytes),
              finding_rate(rate, verdict->bytes_per_request),
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

/* How many times as long a run may decide. The interval narrows with the length to the power of 1.5
 * around noise that returns to the line, and of 0.5 around a random walk. */
static double longer_needed(const struct finding *finding)
{
    const struct stats_interval *rate = &finding->curve->slope;
    double target = fmax(VERDICT_BOUND_BYTES_PER_REQUEST, rate->value);
    double narrower = (rate->value - rate->low) / target;
    double power = finding->curve->memory < 1 ? 2.0 / 3 : 2;
    double hidden = finding->curve->hidden / VERDICT_BOUND_BYTES_PER_REQUEST;
    if (finding->doubt == DOUBT_LITTLE)
        return VERDICT_NOISE_BYTES / finding->curve->growth;
    if (finding->doubt == DOUBT_HIDDEN)
        return hidden;
    return fmax(LONGER_LEAST, fmax(hidden, pow(fmax(0, narrower), power)));
}

/* "20,000 requests (10 s at 2,000 req/s)" */
#define NEED_BYTES (3 * UNITS_TEXT_BYTES + 32)
static char *need_format(char text[NEED_BYTES], const struct result_sample *last, uint64_t requests)
{
    char count[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    double per_second = (double)last->requests / fmax(1, (double)last->time_ns) * NS_PER_SECOND;
    units_format_count(count, requests);
    if (per_second < 1)
        snprintf(text, NEED_BYTES, "%s requests", count);
    else
        snprintf(text, NEED_BYTES, "%s requests (%s at %s req/s)", count,
                 units_format_duration(time, (double)requests / per_second * NS_PER_SECOND),
                 units_format_count(rate, (uint64_t)per_second));
    return text;
}

static void undecided_describe(const struct finding *finding, const struct evidence *evidence,
                               struct result_verdict *verdict)
{
    const struct result_sample *last = evidence_last(evidence);
    char low[FINDING_RATE_BYTES], high[FINDING_RATE_BYTES], growth[UNITS_TEXT_BYTES];
    char count[UNITS_TEXT_BYTES], need[NEED_BYTES];
    double longer = longer_needed(finding);
    units_format_size(growth, finding->curve->growth);
    if (finding->doubt == DOUBT_SLOW) {
        words_set(verdict,
                  "undecided: grew by %s, between %s and %s B/request: too slow for a leak, but "
                  "not bounded",
                  growth, finding_rate(low, verdict->low), finding_rate(high, verdict->high));
        return;
    }
    if (longer > LONGER_MOST) {
        words_set(verdict, "undecided: between %s and %s B/request; memory varies too much",
                  finding_rate(low, verdict->low), finding_rate(high, verdict->high));
        return;
    }
    verdict->requests_needed = (uint64_t)(longer * (double)last->requests);
    need_format(need, last, verdict->requests_needed);
    if (finding->doubt == DOUBT_LITTLE)
        words_set(verdict, "undecided: grows %s B/request, but only %s so far; needs about %s",
                  finding_rate(low, verdict->bytes_per_request), growth, need);
    else if (finding->doubt == DOUBT_HIDDEN)
        words_set(verdict,
                  "undecided: no growth seen in %s requests, too few for a bound; needs about %s",
                  units_format_count(count, verdict->judged_requests), need);
    else if (finding->doubt == DOUBT_UNSTEADY)
        words_set(verdict, "undecided: grew by %s, but not steadily; needs about %s", growth, need);
    else
        words_set(verdict, "undecided: between %s and %s B/request; needs about %s",
                  finding_rate(low, verdict->low), finding_rate(high, verdict->high), need);
}

static void no_activity_words(const struct result_sample *last, struct result_verdict *verdict)
{
    char requests[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], needed[UNITS_TEXT_BYTES];
    verdict->class = VERDICT_NO_ACTIVITY;
    verdict->requests_needed = (uint64_t)(VERDICT_REQUESTS_MIN / (1 - VERDICT_WARMUP_SHARE));
    words_set(verdict, "no activity seen: %s requests in %s; needs at least %s under load",
              units_format_count(requests, last == NULL ? 0 : last->requests),
              units_format_duration(time, last == NULL ? 0 : (double)last->time_ns),
              units_format_count(needed, verdict->requests_needed));
}

static void no_activity_describe(const struct finding *finding, const struct evidence *evidence,
                                 struct result_verdict *verdict)
{
    const struct result_sample *last = evidence_last(evidence);
    if (evidence->requests < VERDICT_REQUESTS_MIN)
        no_activity_words(last, verdict);
    else
        words_set(verdict, "no activity seen: hardly any CPU time was used; needs load");
}

static void (*const describe[VERDICT_CLASSES])(const struct finding *, const struct evidence *,
                                               struct result_verdict *) = {
    [VERDICT_BOUNDED] = bounded_describe,
    [VERDICT_WARMING] = warming_describe,
    [VERDICT_LEAK_CONTAINER] = leak_describe,
    [VERDICT_LEAK_UNREACHABLE] = leak_describe,
    [VERDICT_LEAK_EXPIRED] = leak_describe,
    [VERDICT_LEAK_GROWS] = leak_describe,
    [VERDICT_FRAGMENTATION] = fragmentation_describe,
    [VERDICT_NOT_RETURNED] = not_returned_describe,
    [VERDICT_UNDECIDED] = undecided_describe,
    [VERDICT_NO_ACTIVITY] = no_activity_describe,
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
    const struct result_sample *last = evidence->run.count > 0 ? evidence_last(evidence) : NULL;
    uint64_t ttl_ns = evidence->limits->ttl_ns;
    if (last == NULL || last->requests < VERDICT_REQUESTS_MIN / (1 - VERDICT_WARMUP_SHARE))
        no_activity_words(last, verdict);
    else if (ttl_ns > 0 && last->time_ns < ttl_ns + 2 * VERDICT_AGE_SLACK_NS)
        age_describe(evidence, last, verdict);
    else
        words_set(verdict, "undecided: %zu samples after the warm-up, needs %d",
                  evidence->judged.count, VERDICT_SAMPLES_MIN);
}
