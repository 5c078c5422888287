/* evidence.c - checks limits and draws the curves of a run. */
#include "evidence.h"

#include "count_of.h"
#include "verdict_rules.h"

#include <math.h>

size_t evidence_layer_choose(const struct result_sample *last)
{
    static const size_t layers[] = {LAYER_ALLOCATED, LAYER_ZONE_ALLOCATED};
    for (size_t i = 0; i < COUNT_OF(layers); i++)
        if (layer_value(last, layers[i]) > 0)
            return layers[i];
    return LAYER_RSS;
}

const struct result_sample *evidence_last(const struct evidence *evidence)
{
    return &evidence->run.list[evidence->run.count - 1];
}

/* Misses up to a time, interpolated between samples. */
static double misses_at(const struct evidence *evidence, uint64_t time_ns)
{
    const struct result_sample *samples = evidence->run.list;
    size_t after = 0, count = evidence->run.count;
    while (after < count && samples[after].time_ns < time_ns)
        after++;
    if (after == count || samples[after].time_ns == time_ns)
        return (double)samples[after == count ? count - 1 : after].misses;
    struct result_sample before = {0};
    if (after > 0)
        before = samples[after - 1];
    double share =
        (double)(time_ns - before.time_ns) / (double)(samples[after].time_ns - before.time_ns);
    return (double)before.misses + share * (double)(samples[after].misses - before.misses);
}

/* Entries beyond the misses within the time to live. */
static uint64_t dead_count(const struct evidence *evidence, const struct result_sample *sample)
{
    uint64_t age_ns = evidence->limits->ttl_ns + VERDICT_AGE_SLACK_NS;
    if (evidence->limits->ttl_ns == 0 || sample->time_ns <= age_ns)
        return 0;
    double young = (double)sample->misses - misses_at(evidence, sample->time_ns - age_ns);
    return (double)sample->entries > young ? (uint64_t)((double)sample->entries - young) : 0;
}

static void limits_check(struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    evidence->limited = limits->capacity_entries || limits->capacity_bytes || limits->ttl_ns;
    evidence->age_kept = evidence->capacity_kept = true;
    for (size_t i = 0; i < evidence->judged.count; i++) {
        const struct result_sample *sample = &evidence->judged.list[i];
        evidence->dead_entries = dead_count(evidence, sample);
        evidence->age_kept &= evidence->dead_entries == 0;
        evidence->capacity_kept &=
            (limits->capacity_entries == 0 || sample->entries <= limits->capacity_entries) &&
            (limits->capacity_bytes == 0 || sample->cache_bytes <= limits->capacity_bytes);
    }
}

double evidence_fullness(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    const struct result_sample *last = evidence_last(evidence);
    double used = 0;
    if (limits->capacity_entries > 0)
        used = (double)last->entries / (double)limits->capacity_entries;
    if (limits->capacity_bytes > 0)
        used = fmax(used, (double)last->cache_bytes / (double)limits->capacity_bytes);
    return used;
}

void evidence_cut(struct evidence *evidence, struct samples run, const struct result_limits *limits,
                  double alpha)
{
    struct samples judged = run;
    double warm =
        run.count == 0 ? 0 : VERDICT_WARMUP_SHARE * (double)run.list[run.count - 1].requests;
    uint64_t warm_ns = limits->ttl_ns > 0 ? limits->ttl_ns + VERDICT_AGE_SLACK_NS : 0;
    while (judged.count > 0 &&
           ((double)judged.list->requests < warm || judged.list->time_ns < warm_ns)) {
        judged.list++;
        judged.count--;
    }
    *evidence = (struct evidence){.run = run, .judged = judged, .limits = limits, .alpha = alpha};
}

static struct fall fall_find(const struct evidence *evidence)
{
    const struct result_sample *last = evidence_last(evidence), *peak = last;
    double resident = 0;
    for (size_t i = 0; i < evidence->run.count; i++) {
        const struct result_sample *sample = &evidence->run.list[i];
        resident = fmax(resident, (double)sample->resident_bytes);
        if (sample->allocated_bytes > peak->allocated_bytes)
            peak = sample;
    }
    return (struct fall){
        .allocated_bytes = (double)(peak->allocated_bytes - last->allocated_bytes),
        .peak_bytes = (double)peak->allocated_bytes,
        .resident_bytes = resident - (double)last->resident_bytes,
        .time_ns = last->time_ns - peak->time_ns,
    };
}

/* How often the capacity was evicted in the first requests of the run. */
static double turnovers_within(const struct evidence *evidence, double requests)
{
    double evictions = 0, capacity = (double)evidence->limits->capacity_entries;
    for (size_t i = 0;
         i < evidence->run.count && (double)evidence->run.list[i].requests <= requests; i++)
        evictions = (double)evidence->run.list[i].evictions;
    return evictions / fmax(1, capacity);
}

static void curve_fill(const struct evidence *evidence, struct curve *curve,
                       struct quantity quantity)
{
    curve_draw(curve, evidence->run, evidence->judged, quantity, evidence->alpha);
}

static void curves_draw(struct evidence *evidence)
{
    const struct quantity gaps[RESULT_GAPS] = {
        [GAP_UNACCOUNTED] = {result_gaps[GAP_UNACCOUNTED], evidence->layer, LAYER_CACHE},
        [GAP_BOOKKEEPING] = {result_gaps[GAP_BOOKKEEPING], LAYER_CACHE, LAYER_PAYLOAD},
        [GAP_UNREACHABLE] = {result_gaps[GAP_UNREACHABLE], UNREACHABLE, NOTHING},
        [GAP_FRAGMENTATION] = {result_gaps[GAP_FRAGMENTATION], LAYER_ACTIVE, LAYER_ALLOCATED},
    };
    for (size_t i = 0; i < RESULT_LAYERS; i++)
        curve_fill(evidence, &evidence->layers[i], (struct quantity){result_layers[i], i, NOTHING});
    for (size_t i = 0; i < RESULT_GAPS; i++)
        curve_fill(evidence, &evidence->gaps[i], gaps[i]);
    curve_fill(evidence, &evidence->dirty,
               (struct quantity){"resident_bytes", LAYER_RESIDENT, LAYER_ACTIVE});
    evidence->gaps[GAP_UNACCOUNTED].hidden = evidence->hidden_bytes / fmax(1, evidence->requests);
}

bool evidence_is_active(const struct evidence *evidence)
{
    const struct result_sample *first = evidence->judged.list, *last = evidence_last(evidence);
    bool has_cpu_time = last->cpu_ns > 0;
    return evidence->requests >= VERDICT_REQUESTS_MIN &&
           (!has_cpu_time || last->cpu_ns - first->cpu_ns >= VERDICT_CPU_MIN_NS);
}

void evidence_collect(struct evidence *evidence)
{
    const struct result_sample *last = evidence_last(evidence);
    double octaves = (double)last->requests / (1 << CURVE_OCTAVES);
    evidence->requests = samples_requests(evidence->judged);
    evidence->layer = evidence_layer_choose(last);
    evidence->hidden_bytes = evidence->layer == LAYER_RSS ? VERDICT_HIDDEN_BYTES : 0;
    evidence->turnovers = turnovers_within(evidence, (double)evidence->judged.list->requests);
    evidence->turnovers_before = turnovers_within(evidence, octaves);
    evidence->full = evidence_fullness(evidence) >= VERDICT_FULL_SHARE;
    limits_check(evidence);
    curves_draw(evidence);
    evidence->fall = fall_find(evidence);
}

struct result_counts evidence_counts(const struct result_sample *sample)
{
    return (struct result_counts){
        .entries = sample->entries,
        .live_records = sample->live_records,
        .held_records = sample->held_records,
        .unreachable_records = unreachable_records(sample),
        .evictions = sample->evictions,
        .expirations = sample->expirations,
        .payload_bytes = sample->payload_bytes,
        .cache_bytes = sample->cache_bytes,
        .allocated_bytes = sample->allocated_bytes,
        .active_bytes = sample->active_bytes,
        .resident_bytes = sample->resident_bytes,
    };
}
