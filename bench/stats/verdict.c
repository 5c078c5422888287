/* verdict.c - decides on a class from the slopes, and fills in the figures. */
#include "verdict.h"

#include "finding.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOOKKEEPING "the cache's bookkeeping"

/* The slope is certainly above 0, large enough, and steady. */
static bool curve_leaks(const struct curve *curve)
{
    return curve->slope.low > 0 && curve->slope.value >= VERDICT_LEAK_BYTES_PER_REQUEST &&
           curve->growth >= VERDICT_NOISE_BYTES && curve->steady;
}

/* It grows in steps, but in each octave. */
static bool octaves_leak(const struct octaves *octaves)
{
    return octaves->curve.slope.low >= VERDICT_LEAK_BYTES_PER_REQUEST &&
           octaves->curve.growth >= VERDICT_FRAGMENT_OCTAVES * VERDICT_NOISE_BYTES;
}

/* The same for a number of records. */
static bool records_leak(const struct curve *curve)
{
    return curve->slope.low > 0 && curve->growth >= VERDICT_RECORDS_MIN && curve->steady;
}

/* Even the upper end of the 95 % interval is too small to matter. */
static bool curve_flat(const struct curve *curve, double requests, double tolerated_bytes)
{
    const struct stats_interval *slope = &curve->slope;
    double highest = slope->value + VERDICT_FLAT_REACH * (slope->high - slope->value);
    return highest * requests < fmax(tolerated_bytes, VERDICT_LEAK_BYTES_PER_REQUEST * requests);
}

static double level_of(const struct evidence *evidence, size_t layer)
{
    return evidence_value(&evidence->samples[evidence->count - 1], layer);
}

static bool unaccounted_flat(const struct evidence *evidence)
{
    double level = level_of(evidence, evidence->layer);
    return curve_flat(&evidence->gaps[GAP_UNACCOUNTED], evidence->requests,
                      fmax(VERDICT_NOISE_BYTES, VERDICT_FLAT_SHARE * level));
}

/* The cache's bytes vary with its entries, so a larger share of them is tolerated. */
static bool accounts_flat(const struct evidence *evidence)
{
    double level = level_of(evidence, LAYER_CACHE);
    double tolerated = fmax(VERDICT_NOISE_BYTES, VERDICT_FLAT_CACHE_SHARE * level);
    return curve_flat(&evidence->layers[LAYER_CACHE], evidence->requests, tolerated) ||
           curve_flat(&evidence->late, evidence->requests, tolerated);
}

static bool limits_kept_all(const struct evidence *evidence)
{
    return evidence->limited && evidence->age_kept && evidence->capacity_kept;
}

static double record_bytes(const struct evidence *evidence)
{
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    return (double)last->live_record_bytes / fmax(1, (double)last->live_records);
}

static struct finding finding_of(enum verdict_class class)
{
    return (struct finding){.class = class, .grows = "", .unit_bytes = 1};
}

static struct finding leak_of(enum verdict_class class, const char *grows,
                              const struct curve *curve)
{
    return (struct finding){.class = class, .grows = grows, .curve = curve, .unit_bytes = 1};
}

/* Growth outside the cache's accounts. */
static struct finding outside_find(const struct evidence *evidence)
{
    const struct curve *records = &evidence->gaps[GAP_UNREACHABLE];
    const struct curve *bytes = &evidence->gaps[GAP_UNACCOUNTED];
    if (records_leak(records)) {
        struct finding found = leak_of(VERDICT_LEAK_UNREACHABLE, "unreachable records", records);
        found.unit_bytes = record_bytes(evidence);
        return found;
    }
    if (!curve_leaks(bytes))
        return finding_of(VERDICT_UNDECIDED);
    if (records_leak(&evidence->layers[LAYER_HELD]))
        return leak_of(VERDICT_LEAK_CONTAINER, "records held outside the cache", bytes);
    return leak_of(VERDICT_LEAK_UNREACHABLE,
                   evidence->layer == LAYER_RSS ? "no counted memory explains it"
                                                : "bytes outside the cache and its records",
                   bytes);
}

/* Bookkeeping of a full cache that grows in steps, after VERDICT_TURNOVERS times its entries. */
static bool bookkeeping_grows_in_steps(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    return limits->capacity_entries > 0 && limits->capacity_bytes == 0 && evidence->full &&
           octaves_leak(&evidence->bookkeeping) &&
           evidence->bookkeeping.evictions >= VERDICT_TURNOVERS * (double)limits->capacity_entries;
}

/* The verdict if the limits were kept. A full cache may hold larger entries than before, but its
 * bookkeeping may not grow. */
static struct finding limited_find(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    const struct curve *overhead = &evidence->gaps[GAP_BOOKKEEPING];
    if (limits->capacity_bytes > 0 || (limits->capacity_entries > 0 && !evidence->full))
        return finding_of(evidence->full ? VERDICT_BOUNDED : VERDICT_WARMING);
    if (bookkeeping_grows_in_steps(evidence))
        return leak_of(VERDICT_LEAK_CONTAINER, BOOKKEEPING, &evidence->bookkeeping.curve);
    if (limits->capacity_entries > 0 && curve_leaks(overhead))
        return evidence->turned_over ? leak_of(VERDICT_LEAK_CONTAINER, BOOKKEEPING, overhead)
                                     : finding_of(VERDICT_WARMING);
    return finding_of(VERDICT_BOUNDED);
}

/* Growth of the cache's accounts. */
static struct finding accounts_find(const struct evidence *evidence)
{
    const struct curve *accounts = &evidence->layers[LAYER_CACHE];
    const struct curve *entries = &evidence->layers[LAYER_ENTRIES];
    if (!curve_leaks(accounts) && !bookkeeping_grows_in_steps(evidence))
        return finding_of(VERDICT_UNDECIDED);
    if (limits_kept_all(evidence))
        return limited_find(evidence);
    if (!evidence->age_kept)
        return leak_of(VERDICT_LEAK_EXPIRED, "entries past their age", accounts);
    bool more = entries->slope.low > 0 && entries->steady;
    return leak_of(VERDICT_LEAK_CONTAINER, more ? "entries" : BOOKKEEPING, accounts);
}

static bool pages_kept(const struct evidence *evidence)
{
    const struct fall *fall = &evidence->fall;
    double least = fmax(VERDICT_FELL_BYTES, VERDICT_FELL_SHARE * fall->peak_bytes);
    return level_of(evidence, LAYER_RESIDENT) > 0 && fall->allocated_bytes >= least &&
           fall->resident_bytes < VERDICT_RETURNED_SHARE * fall->allocated_bytes;
}

/* Pages that stay or grow while the allocations do not. */
static struct finding pages_find(const struct evidence *evidence)
{
    const struct curve *pages[] = {&evidence->gaps[GAP_FRAGMENTATION], &evidence->dirty};
    size_t kinds = evidence->samples[0].time_ns >= VERDICT_DECAY_NS ? 2 : 1;
    double allocated = level_of(evidence, LAYER_ALLOCATED);
    if (pages_kept(evidence))
        return finding_of(VERDICT_NOT_RETURNED);
    double least = VERDICT_FRAGMENT_SHARE * allocated;
    for (size_t i = 0; i < kinds && allocated > 0; i++)
        if (curve_leaks(pages[i]) && pages[i]->growth >= least)
            return leak_of(VERDICT_FRAGMENTATION, "pages", pages[i]);
    if (allocated > 0 && octaves_leak(&evidence->fragments) && evidence->fragments.last >= least)
        return leak_of(VERDICT_FRAGMENTATION, "pages", &evidence->fragments.curve);
    return finding_of(VERDICT_UNDECIDED);
}

/* Bytes per request of a leak; otherwise 0. */
static double rate_of(const struct finding *finding)
{
    return finding->curve == NULL ? 0 : finding->curve->slope.value * finding->unit_bytes;
}

/* The faster growth decides. While a cache fills, slower growth outside its accounts may come with
 * its entries. */
static struct finding growth_find(const struct evidence *evidence)
{
    struct finding outside = outside_find(evidence), accounts = accounts_find(evidence);
    bool fills = accounts.class == VERDICT_WARMING && !evidence->full;
    if (fills && outside.curve == &evidence->gaps[GAP_UNACCOUNTED] &&
        rate_of(&outside) < evidence->layers[LAYER_CACHE].slope.value)
        return accounts;
    return rate_of(&outside) > rate_of(&accounts) ? outside : accounts;
}

static struct finding finding_choose(const struct evidence *evidence)
{
    struct finding found = growth_find(evidence);
    if (found.class != VERDICT_UNDECIDED && found.class != VERDICT_BOUNDED)
        return found;
    struct finding pages = pages_find(evidence);
    if (pages.class != VERDICT_UNDECIDED)
        return pages;
    bool flat =
        unaccounted_flat(evidence) && (limits_kept_all(evidence) || accounts_flat(evidence));
    return flat ? finding_of(VERDICT_BOUNDED) : found;
}

static struct result_slope slope_of(const struct curve *curve)
{
    return (struct result_slope){curve->slope.value, curve->slope.low, curve->slope.high};
}

static void evidence_fill(struct result_verdict *verdict, const struct evidence *evidence)
{
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    verdict->first_bytes = (uint64_t)evidence_value(evidence->samples, evidence->layer);
    verdict->last_bytes = (uint64_t)evidence_value(last, evidence->layer);
    for (size_t i = 0; i < evidence->count; i++) {
        uint64_t bytes = (uint64_t)evidence_value(&evidence->samples[i], evidence->layer);
        verdict->peak_bytes = bytes > verdict->peak_bytes ? bytes : verdict->peak_bytes;
    }
    verdict->judged_requests = (uint64_t)evidence->requests;
    verdict->steady = evidence->layers[evidence->layer].steady;
    verdict->limits_kept = evidence->age_kept && evidence->capacity_kept;
    verdict->dead_entries = evidence->dead_entries;
    verdict->first = evidence_counts(evidence->samples);
    verdict->last = evidence_counts(last);
    for (size_t i = 0; i < RESULT_LAYERS; i++)
        verdict->layers[i] = slope_of(&evidence->layers[i]);
    for (size_t i = 0; i < RESULT_GAPS; i++)
        verdict->gaps[i] = slope_of(&evidence->gaps[i]);
}

/* The slope of the layer; of a leak smaller than the layer's noise, the slope of what leaks. */
static void rate_fill(struct result_verdict *verdict, const struct evidence *evidence,
                      const struct finding *finding)
{
    const struct curve *layer = &evidence->layers[evidence->layer];
    bool own = finding->curve != NULL && verdict_is_leak(finding->class) && !curve_leaks(layer);
    const struct stats_interval *slope = own ? &finding->curve->slope : &layer->slope;
    double unit = own ? finding->unit_bytes : 1;
    verdict->bytes_per_request = slope->value * unit;
    verdict->low = slope->low * unit;
    verdict->high = slope->high * unit;
}

/* When the memory of a leak reaches the limit that its words name. */
static void limit_fill(struct result_verdict *verdict)
{
    double per_second = verdict->bytes_per_request * VERDICT_WORDS_RATE_RPS;
    if (!verdict_is_leak(verdict->class))
        return;
    verdict->limit_bytes = (uint64_t)VERDICT_WORDS_LIMIT_BYTES;
    verdict->limit_rate_rps = VERDICT_WORDS_RATE_RPS;
    if (per_second > 0)
        verdict->time_to_limit_ns =
            (uint64_t)fmin(VERDICT_WORDS_LIMIT_BYTES / per_second * (double)NS_PER_SECOND, 0x1p62);
}

const char *verdict_brief(const struct result_verdict *verdict, char text[RESULT_NAME_BYTES])
{
    char peak[UNITS_TEXT_BYTES];
    double rate = verdict->bytes_per_request;
    const char *name = verdict_class_name(verdict->class);
    if (verdict_is_leak(verdict->class))
        snprintf(text, RESULT_NAME_BYTES, "leaks %.*f B/request:%s", finding_rate_digits(rate),
                 rate, strchr(name, ':') + 1);
    else if (verdict->class == VERDICT_BOUNDED)
        snprintf(text, RESULT_NAME_BYTES, "bounded at %s",
                 units_format_size(peak, (double)verdict->peak_bytes));
    else if (verdict->class == VERDICT_UNDECIDED && verdict->judged_samples >= VERDICT_SAMPLES_MIN)
        snprintf(text, RESULT_NAME_BYTES, "undecided: %.*f to %.*f B/request",
                 finding_rate_digits(fabs(verdict->low)), verdict->low,
                 finding_rate_digits(fabs(verdict->high)), verdict->high);
    else
        snprintf(text, RESULT_NAME_BYTES, "%s", name);
    return text;
}

void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits)
{
    struct evidence evidence;
    *verdict = (struct result_verdict){.class = VERDICT_UNDECIDED};
    evidence_cut(&evidence, samples, sample_count, limits);
    verdict->judged_samples = evidence.count;
    if (sample_count > 0)
        snprintf(verdict->layer, sizeof verdict->layer, "%s",
                 result_layers[evidence_layer_choose(&samples[sample_count - 1])]);
    if (evidence.count < VERDICT_SAMPLES_MIN) {
        finding_too_short(&evidence, verdict);
        return;
    }
    evidence_collect(&evidence);
    struct finding finding = finding_choose(&evidence);
    verdict->class = finding.class;
    snprintf(verdict->grows, sizeof verdict->grows, "%s", finding.grows);
    evidence_fill(verdict, &evidence);
    rate_fill(verdict, &evidence, &finding);
    limit_fill(verdict);
    finding_describe(&finding, &evidence, verdict);
}
