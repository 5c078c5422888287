/* verdict.c - decides on a class from the curves, and fills in the figures. */
#include "verdict.h"

#include "count_of.h"
#include "finding.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOOKKEEPING "the cache's bookkeeping"
#define ENTRIES     "entries"

/* It certainly grows, by an amount that matters. */
static bool rate_matters(const struct stats_interval *rate)
{
    return rate->low > 0 && rate->value >= VERDICT_LEAK_BYTES_PER_REQUEST;
}

/* The last half of all requests added less than the quarter before. */
static bool curve_ends(const struct curve *curve)
{
    return curve->octaves[0] < VERDICT_SLOWS_SHARE * curve->octaves[1];
}

static bool curve_slows(const struct curve *curve)
{
    bool goes_on =
        curve->late.low > 0 && curve->late.value >= VERDICT_STILL_SHARE * curve->slope.value;
    return curve_ends(curve) && !goes_on;
}

/* A collector lets the RSS grow and fall; only what rises by more than it fell before has grown.
 * The bytes of an allocator are not like that. */
static bool curve_rises(const struct curve *curve)
{
    return curve->hidden == 0 || curve->growth > curve->fall_before;
}

/* It certainly and steadily grows. */
static bool curve_grows(const struct curve *curve)
{
    return rate_matters(&curve->slope) && curve->growth >= VERDICT_NOISE_BYTES && curve->steady &&
           curve_rises(curve);
}

/* It certainly grows in so many requests, by an amount that no bound may hide. */
static bool growth_shows(const struct curve *curve, const struct stats_interval *rate,
                         double requests)
{
    return rate->low > 0 && rate->value * requests >= VERDICT_NOISE_BYTES && curve_rises(curve);
}

/* It grows at about the same rate in each octave. */
static bool octaves_agree(const struct curve *curve)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < CURVE_OCTAVES; i++) {
        if (!(curve->octaves[i] >= VERDICT_LEAK_BYTES_PER_REQUEST)) /* also if it is NAN */
            return false;
        least = fmin(least, curve->octaves[i]);
        most = fmax(most, curve->octaves[i]);
    }
    return most <= VERDICT_LEAP_SPREAD * least && !curve_ends(curve) &&
           curve->octave_growth >= 2 * VERDICT_NOISE_BYTES;
}

/* It grows in leaps, and hardly falls, as noise would. */
static bool curve_leaps(const struct curve *curve)
{
    return octaves_agree(curve) && curve->fall <= VERDICT_LEAP_FALL * curve->octave_growth;
}

static bool curve_leaks(const struct curve *curve)
{
    return (curve_grows(curve) && !curve_slows(curve)) || curve_leaps(curve);
}

/* The same for a number of records. */
static bool records_leak(const struct curve *curve)
{
    return curve->slope.low > 0 && curve->growth >= VERDICT_RECORDS_MIN && curve->steady;
}

static bool rate_flat(const struct stats_interval *rate)
{
    return rate->high <= VERDICT_BOUND_BYTES_PER_REQUEST &&
           rate->value < VERDICT_LEAK_BYTES_PER_REQUEST;
}

/* The interval whose upper end bounds the growth: of the judged requests, or, where growth has
 * ended, of the later half of them. False: neither does. */
static bool curve_bound(const struct curve *curve, struct stats_interval *bound)
{
    *bound = curve->slope;
    bound->high = fmax(bound->high, curve->hidden);
    if (rate_flat(bound) && !growth_shows(curve, bound, curve->requests))
        return true;
    *bound = curve->late;
    bound->high = fmax(bound->high, 2 * curve->hidden);
    return curve_ends(curve) && rate_flat(bound) &&
           !growth_shows(curve, bound, curve->requests / 2);
}

static bool curve_is_bounded(const struct curve *curve)
{
    struct stats_interval bound;
    return curve_bound(curve, &bound);
}

static bool limits_kept_all(const struct evidence *evidence)
{
    return evidence->limited && evidence->age_kept && evidence->capacity_kept;
}

static double record_bytes(const struct evidence *evidence)
{
    const struct result_sample *last = evidence_last(evidence);
    return (double)last->live_record_bytes / fmax(1, (double)last->live_records);
}

/* The rate of growth in leaps is that of all octaves. */
static struct stats_interval curve_rate(const struct curve *curve)
{
    double low = INFINITY, high = -INFINITY, requests = 0, growth = 0, share = 0.5;
    if (curve_grows(curve) || !octaves_agree(curve))
        return curve->slope;
    for (size_t i = 0; i < CURVE_OCTAVES; i++, share /= 2) {
        low = fmin(low, curve->octaves[i]);
        high = fmax(high, curve->octaves[i]);
        growth += curve->octaves[i] * share;
        requests += share;
    }
    return (struct stats_interval){growth / requests, low, high};
}

static struct finding finding_of(enum verdict_class class, const struct curve *curve,
                                 const char *grows)
{
    return (struct finding){.class = class,
                            .curve = curve,
                            .grows = grows,
                            .rate = curve_rate(curve),
                            .unit_bytes = 1,
                            .slows = curve_slows(curve)};
}

/* A longer run would not decide more. */
static bool growth_is_slow(const struct curve *curve)
{
    return curve->slope.high < VERDICT_LEAK_BYTES_PER_REQUEST && !curve_ends(curve);
}

static struct finding undecided_of(const struct curve *curve)
{
    struct finding found = finding_of(VERDICT_UNDECIDED, curve, "");
    found.rate = curve->slope;
    if (rate_matters(&curve->slope))
        found.doubt = curve->growth < VERDICT_NOISE_BYTES ? DOUBT_LITTLE : DOUBT_UNSTEADY;
    else if (growth_shows(curve, &curve->slope, curve->requests))
        found.doubt = growth_is_slow(curve) ? DOUBT_SLOW : DOUBT_INTERVAL;
    else if (rate_flat(&curve->slope))
        found.doubt = DOUBT_HIDDEN;
    if (found.doubt == DOUBT_HIDDEN)
        found.rate.high = curve->hidden;
    return found;
}

static const struct curve *unaccounted_of(const struct evidence *evidence)
{
    return &evidence->gaps[GAP_UNACCOUNTED];
}

/* Which kind of leak it is if bytes outside the cache's accounts grow. */
static struct finding outside_kind(const struct evidence *evidence)
{
    const struct curve *bytes = unaccounted_of(evidence);
    const struct result_sample *last = evidence_last(evidence);
    if (evidence->layer == LAYER_RSS && last->cache_bytes == 0 && last->live_records == 0)
        return finding_of(VERDICT_LEAK_GROWS, bytes, "RSS");
    if (records_leak(&evidence->layers[LAYER_HELD]))
        return finding_of(VERDICT_LEAK_CONTAINER, bytes, "records held outside the cache");
    return finding_of(VERDICT_LEAK_UNREACHABLE, bytes, "bytes outside the cache and its records");
}

/* Growth outside the cache's accounts. */
static struct finding outside_find(const struct evidence *evidence)
{
    const struct curve *records = &evidence->gaps[GAP_UNREACHABLE];
    const struct curve *bytes = unaccounted_of(evidence);
    if (records_leak(records)) {
        struct finding found = finding_of(VERDICT_LEAK_UNREACHABLE, records, "unreachable records");
        found.unit_bytes = record_bytes(evidence);
        return found;
    }
    if (curve_leaks(bytes))
        return outside_kind(evidence);
    if (curve_grows(bytes) && !curve_is_bounded(bytes))
        return finding_of(VERDICT_WARMING, bytes, "");
    return undecided_of(bytes);
}

/* Bookkeeping of a full cache that grows in leaps, after VERDICT_TURNOVERS times its entries. It is
 * counted, not sampled, and falls where a table was held twice while it was rebuilt. */
static bool bookkeeping_leaps(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    return limits->capacity_entries > 0 && limits->capacity_bytes == 0 && evidence->full &&
           evidence->turnovers_before >= VERDICT_TURNOVERS &&
           octaves_agree(&evidence->gaps[GAP_BOOKKEEPING]);
}

/* The verdict if the limits were kept. A full cache may hold larger entries than before, but its
 * bookkeeping may not grow. */
static struct finding limited_find(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    const struct curve *accounts = &evidence->layers[LAYER_CACHE];
    const struct curve *overhead = &evidence->gaps[GAP_BOOKKEEPING];
    if (limits->capacity_bytes > 0 || (limits->capacity_entries > 0 && !evidence->full))
        return finding_of(evidence->full ? VERDICT_BOUNDED : VERDICT_WARMING, accounts, "");
    if (bookkeeping_leaps(evidence))
        return finding_of(VERDICT_LEAK_CONTAINER, overhead, BOOKKEEPING);
    if (limits->capacity_entries > 0 && curve_grows(overhead) && !curve_slows(overhead))
        return evidence->turnovers >= VERDICT_TURNOVERS
                   ? finding_of(VERDICT_LEAK_CONTAINER, overhead, BOOKKEEPING)
                   : finding_of(VERDICT_WARMING, overhead, "");
    return finding_of(VERDICT_BOUNDED, accounts, "");
}

/* Growth of the cache's accounts. A container without a limit leaks even while it slows down, as
 * long as it certainly grows. */
static struct finding accounts_find(const struct evidence *evidence)
{
    const struct curve *accounts = &evidence->layers[LAYER_CACHE];
    const struct curve *entries = &evidence->layers[LAYER_ENTRIES];
    if (!curve_grows(accounts) && !bookkeeping_leaps(evidence))
        return undecided_of(accounts);
    if (limits_kept_all(evidence))
        return limited_find(evidence);
    if (curve_ends(accounts) && !rate_matters(&accounts->late))
        return finding_of(curve_is_bounded(accounts) ? VERDICT_UNDECIDED : VERDICT_WARMING,
                          accounts, "");
    if (!evidence->age_kept)
        return finding_of(VERDICT_LEAK_EXPIRED, accounts, "entries past their age");
    bool more = entries->slope.low > 0 && entries->steady;
    return finding_of(VERDICT_LEAK_CONTAINER, accounts, more ? ENTRIES : BOOKKEEPING);
}

static double level_of(const struct evidence *evidence, size_t layer)
{
    return layer_value(evidence_last(evidence), layer);
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
    size_t kinds = evidence->judged.list->time_ns >= VERDICT_DECAY_NS ? 2 : 1;
    double allocated = level_of(evidence, LAYER_ALLOCATED);
    if (pages_kept(evidence))
        return finding_of(VERDICT_NOT_RETURNED, &evidence->layers[LAYER_ALLOCATED], "");
    for (size_t i = 0; i < kinds && allocated > 0; i++) {
        double grown = curve_rate(pages[i]).value * evidence->requests;
        if (curve_leaks(pages[i]) && grown >= VERDICT_FRAGMENT_SHARE * allocated)
            return finding_of(VERDICT_FRAGMENTATION, pages[i], "pages");
    }
    return undecided_of(pages[0]);
}

/* Bytes per request of a leak; otherwise 0. */
static double rate_of(const struct finding *finding)
{
    return verdict_is_leak(finding->class) ? finding->rate.value * finding->unit_bytes : 0;
}

/* The faster leak decides. While a cache fills, slower growth outside its accounts may come with
 * its entries. */
static struct finding growth_find(const struct evidence *evidence)
{
    struct finding outside = outside_find(evidence), accounts = accounts_find(evidence);
    bool fills = accounts.class == VERDICT_WARMING && !evidence->full;
    if (fills && outside.curve == unaccounted_of(evidence) &&
        outside.rate.value < accounts.rate.value)
        return accounts;
    if (rate_of(&outside) > rate_of(&accounts))
        return outside;
    return accounts.class == VERDICT_UNDECIDED || accounts.class == VERDICT_BOUNDED ? outside
                                                                                    : accounts;
}

/* What needs a bound inside the cache's accounts; NULL: nothing, their limits were kept. A limit of
 * entries does not bound the bookkeeping. */
static const struct curve *accounts_unlimited(const struct evidence *evidence)
{
    if (!limits_kept_all(evidence))
        return &evidence->layers[LAYER_CACHE];
    bool by_entries =
        evidence->limits->capacity_entries > 0 && evidence->limits->capacity_bytes == 0;
    return by_entries ? &evidence->gaps[GAP_BOOKKEEPING] : NULL;
}

/* Bounded where all curves that count are; the one with the highest bound decides. */
static struct finding bounded_find(const struct evidence *evidence)
{
    const struct curve *curves[] = {unaccounted_of(evidence), accounts_unlimited(evidence)};
    struct finding found = {.rate.high = -INFINITY};
    for (size_t i = 0; i < COUNT_OF(curves) && curves[i] != NULL; i++) {
        struct stats_interval bound;
        if (!curve_bound(curves[i], &bound))
            return undecided_of(curves[i]);
        if (bound.high > found.rate.high) {
            found = finding_of(VERDICT_BOUNDED, curves[i], "");
            found.rate = bound;
        }
    }
    return found;
}

static struct finding finding_choose(const struct evidence *evidence)
{
    struct finding found = growth_find(evidence);
    if (found.class == VERDICT_UNDECIDED || found.class == VERDICT_BOUNDED)
        found = pages_find(evidence);
    if (found.class == VERDICT_UNDECIDED)
        found = bounded_find(evidence);
    bool idle = !evidence_is_active(evidence);
    if (idle && (found.class == VERDICT_BOUNDED || found.class == VERDICT_UNDECIDED))
        found.class = VERDICT_NO_ACTIVITY;
    return found;
}

static struct result_slope slope_of(const struct curve *curve)
{
    return (struct result_slope){curve->slope.value, curve->slope.low, curve->slope.high};
}

static void levels_fill(struct result_verdict *verdict, const struct evidence *evidence)
{
    const struct samples *judged = &evidence->judged;
    verdict->first_bytes = (uint64_t)layer_value(judged->list, evidence->layer);
    verdict->last_bytes = (uint64_t)level_of(evidence, evidence->layer);
    for (size_t i = 0; i < judged->count; i++) {
        uint64_t bytes = (uint64_t)layer_value(&judged->list[i], evidence->layer);
        verdict->peak_bytes = bytes > verdict->peak_bytes ? bytes : verdict->peak_bytes;
    }
}

static void evidence_fill(struct result_verdict *verdict, const struct evidence *evidence)
{
    levels_fill(verdict, evidence);
    verdict->judged_requests = (uint64_t)evidence->requests;
    verdict->limits_kept = evidence->age_kept && evidence->capacity_kept;
    verdict->dead_entries = evidence->dead_entries;
    verdict->first = evidence_counts(evidence->judged.list);
    verdict->last = evidence_counts(evidence_last(evidence));
    for (size_t i = 0; i < RESULT_LAYERS; i++)
        verdict->layers[i] = slope_of(&evidence->layers[i]);
    for (size_t i = 0; i < RESULT_GAPS; i++)
        verdict->gaps[i] = slope_of(&evidence->gaps[i]);
}

/* The figures, the words and the class come from the growth that decided. */
static void rate_fill(struct result_verdict *verdict, const struct finding *finding)
{
    snprintf(verdict->figure, sizeof verdict->figure, "%s", finding->curve->name);
    verdict->bytes_per_request = finding->rate.value * finding->unit_bytes;
    verdict->low = finding->rate.low * finding->unit_bytes;
    verdict->high = finding->rate.high * finding->unit_bytes;
}

/* When the memory of a leak reaches the limit that its words name; never, if it slows down. */
static void limit_fill(struct result_verdict *verdict, const struct finding *finding)
{
    double per_second = verdict->bytes_per_request * VERDICT_WORDS_RATE_RPS;
    if (!verdict_is_leak(verdict->class) || finding->slows)
        return;
    verdict->limit_bytes = (uint64_t)VERDICT_WORDS_LIMIT_BYTES;
    verdict->limit_rate_rps = VERDICT_WORDS_RATE_RPS;
    verdict->time_to_limit_ns =
        (uint64_t)fmin(VERDICT_WORDS_LIMIT_BYTES / per_second * (double)NS_PER_SECOND, 0x1p62);
}

void verdict_end(struct result_verdict *verdict, uint64_t ids)
{
    uint64_t entries = verdict->last.entries;
    if (verdict->class != VERDICT_LEAK_CONTAINER || strcmp(verdict->grows, ENTRIES) != 0 ||
        entries == 0 || entries >= ids)
        return;
    double each = (double)verdict->last.cache_bytes / (double)entries;
    verdict->limit_bytes = verdict->last_bytes + (uint64_t)(each * (double)(ids - entries));
    verdict->limit_rate_rps = 0;
    verdict->time_to_limit_ns = 0;
    finding_end(verdict, ids);
}

const char *verdict_brief(const struct result_verdict *verdict, char text[RESULT_NAME_BYTES])
{
    char rate[FINDING_RATE_BYTES], low[FINDING_RATE_BYTES];
    const char *name = verdict_class_name(verdict->class);
    finding_rate(rate, verdict->bytes_per_request);
    if (verdict->class == VERDICT_LEAK_GROWS)
        snprintf(text, RESULT_NAME_BYTES, "grows %s B/request (RSS)", rate);
    else if (verdict_is_leak(verdict->class))
        snprintf(text, RESULT_NAME_BYTES, "leaks %s B/request:%s", rate, strchr(name, ':') + 1);
    else if (verdict->class == VERDICT_FRAGMENTATION)
        snprintf(text, RESULT_NAME_BYTES, "fragments %s B/request", rate);
    else if (verdict->class == VERDICT_BOUNDED)
        snprintf(text, RESULT_NAME_BYTES, "bounded: at most %s B/request",
                 finding_bound(rate, verdict->high));
    else if (verdict->class == VERDICT_UNDECIDED && verdict->judged_samples >= VERDICT_SAMPLES_MIN)
        snprintf(text, RESULT_NAME_BYTES, "undecided: %s to %s B/request",
                 finding_rate(low, verdict->low), finding_rate(rate, verdict->high));
    else
        snprintf(text, RESULT_NAME_BYTES, "%s", name);
    return text;
}

unsigned verdict_look(uint64_t length, uint64_t first)
{
    unsigned look = 0;
    while (length >= first) {
        length /= 2;
        look++;
    }
    return look;
}

/* The chances of a wrong interval at looks 1, 2, ... add up to STATS_SLOPE_ALPHA. */
static double look_alpha(unsigned look)
{
    return look == 0 ? STATS_SLOPE_ALPHA : STATS_SLOPE_ALPHA / ((double)look * (look + 1.0));
}

void verdict_give_look(struct result_verdict *verdict, const struct result_sample *samples,
                       size_t sample_count, const struct result_limits *limits, unsigned look)
{
    struct evidence evidence;
    struct samples run = {samples, sample_count};
    *verdict = (struct result_verdict){.class = VERDICT_UNDECIDED};
    evidence_cut(&evidence, run, limits, look_alpha(look));
    verdict->judged_samples = evidence.judged.count;
    if (sample_count > 0)
        snprintf(verdict->layer, sizeof verdict->layer, "%s",
                 result_layers[evidence_layer_choose(&samples[sample_count - 1])]);
    if (evidence.judged.count < VERDICT_SAMPLES_MIN) {
        finding_too_short(&evidence, verdict);
        return;
    }
    evidence_collect(&evidence);
    struct finding finding = finding_choose(&evidence);
    verdict->class = finding.class;
    verdict->steady = finding.curve->steady && !finding.slows;
    snprintf(verdict->grows, sizeof verdict->grows, "%s", finding.grows);
    evidence_fill(verdict, &evidence);
    rate_fill(verdict, &finding);
    limit_fill(verdict, &finding);
    finding_describe(&finding, &evidence, verdict);
}

void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits)
{
    verdict_give_look(verdict, samples, sample_count, limits, 0);
}
