/* figure.c - the table of figures. */
#include "figure.h"

#include "verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HITS_FLOOR 0.005 /* it depends this much on the number of requests in a run */
#define INSTRUCTIONS_FLOOR                                                                         \
    0.01                 /* a hit and a miss differ, and their mix differs from run to run         \
                          */
#define BYTES_FLOOR 0.02 /* bytes vary by so much */

const struct figure figures[] = {
    {"requests_per_second", "req/s", SOURCE_RESULT, FIGURE_REQUESTS_PER_SECOND, UNIT_RATE,
     KIND_SPEED, MORE_IS_BETTER, true, 1},
    {"cpu_us_per_request", "cpu", SOURCE_RESULT, FIGURE_CPU_US_PER_REQUEST, UNIT_US, KIND_SPEED,
     LESS_IS_BETTER, true, 1},
    {"p50_ns", "p50", SOURCE_RESULT, FIGURE_P50_NS, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, true, 1},
    {"p90_ns", "p90", SOURCE_RESULT, FIGURE_P90_NS, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, false, 1},
    {"p99_ns", "p99", SOURCE_RESULT, FIGURE_P99_NS, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, true, 1},
    {"p999_ns", "p999", SOURCE_RESULT, FIGURE_P999_NS, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, false,
     FIGURE_TAIL},
    {"max_ns", "max", SOURCE_RESULT, FIGURE_MAX_NS, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, false,
     FIGURE_TAIL},
    {"steady_hit_ratio", "hits", SOURCE_RESULT, FIGURE_STEADY_HITS, UNIT_SHARE, KIND_HITS,
     MORE_IS_BETTER, true, HITS_FLOOR},
    {"cold_hit_ratio", "hits_cold", SOURCE_RESULT, FIGURE_HIT_RATIO, UNIT_SHARE, KIND_HITS,
     MORE_IS_BETTER, true, HITS_FLOOR},
    {"entries", "entries", SOURCE_RESULT, FIGURE_ENTRIES, UNIT_REAL, KIND_HITS, MORE_IS_BETTER,
     false, BYTES_FLOOR},
    {"bytes_per_request", "B/request", SOURCE_RESULT, FIGURE_BYTES_PER_REQUEST, UNIT_REAL,
     KIND_GROWTH, LESS_IS_BETTER, true, VERDICT_LEAK_BYTES_PER_REQUEST},
    {"overhead_bytes_per_entry", "+B/entry", SOURCE_RESULT, FIGURE_OVERHEAD_BYTES_PER_ENTRY,
     UNIT_REAL, KIND_COUNT, LESS_IS_BETTER, false, BYTES_FLOOR},
    {"payload_end_bytes", "payload", SOURCE_RESULT, FIGURE_PAYLOAD_END_BYTES, UNIT_BYTES,
     KIND_COUNT, LESS_IS_BETTER, false, BYTES_FLOOR},
    {"cache_end_bytes", "cache", SOURCE_RESULT, FIGURE_CACHE_END_BYTES, UNIT_BYTES, KIND_COUNT,
     LESS_IS_BETTER, true, BYTES_FLOOR},
    {"allocated_end_bytes", "allocated", SOURCE_RESULT, FIGURE_ALLOCATED_END_BYTES, UNIT_BYTES,
     KIND_COUNT, LESS_IS_BETTER, false, BYTES_FLOOR},
    {"resident_end_bytes", "resident", SOURCE_RESULT, FIGURE_RESIDENT_END_BYTES, UNIT_BYTES,
     KIND_MEMORY, LESS_IS_BETTER, false, BYTES_FLOOR},
    {"rss_end_bytes", "rss", SOURCE_RESULT, FIGURE_RSS_END_BYTES, UNIT_BYTES, KIND_MEMORY,
     LESS_IS_BETTER, true, BYTES_FLOOR},
    {"rss_start_bytes", "rss-start", SOURCE_RESULT, FIGURE_RSS_START_BYTES, UNIT_BYTES, KIND_MEMORY,
     LESS_IS_BETTER, false, BYTES_FLOOR},
    {"rss_peak_bytes", "rss-peak", SOURCE_RESULT, FIGURE_RSS_PEAK_BYTES, UNIT_BYTES, KIND_MEMORY,
     LESS_IS_BETTER, false, BYTES_FLOOR},
    {"instructions_per_request", "instructions", SOURCE_RESULT, FIGURE_INSTRUCTIONS, UNIT_REAL,
     KIND_COUNT, LESS_IS_BETTER, true, INSTRUCTIONS_FLOOR},
    {"allocations_per_request", "allocations", SOURCE_RESULT, FIGURE_ALLOCATIONS, UNIT_REAL,
     KIND_COUNT, LESS_IS_BETTER, true, BYTES_FLOOR},
    {"cpu_time", "cpu", SOURCE_GBENCH, 0, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, true, 1},
    {"real_time", "real", SOURCE_GBENCH, 1, UNIT_NS, KIND_SPEED, LESS_IS_BETTER, false, 1},
    {"time", "time", SOURCE_HYPERFINE, 0, UNIT_SECONDS, KIND_SPEED, LESS_IS_BETTER, true, 1},
};
const size_t figures_count = sizeof figures / sizeof figures[0];

const struct figure *figure_find(const char *name, size_t count, enum figure_source source)
{
    for (size_t i = 0; i < figures_count; i++) {
        const struct figure *figure = &figures[i];
        if (figure->source != source)
            continue;
        if ((strlen(figure->name) == count && memcmp(figure->name, name, count) == 0) ||
            (strlen(figure->brief) == count && memcmp(figure->brief, name, count) == 0))
            return figure;
    }
    return NULL;
}

static char *nanoseconds_format(char text[UNITS_TEXT_BYTES], double ns)
{
    if (fabs(ns) < 1000)
        snprintf(text, UNITS_TEXT_BYTES, "%.1f ns", ns);
    else if (fabs(ns) < 1e6)
        snprintf(text, UNITS_TEXT_BYTES, "%.1f us", ns / 1e3);
    else if (fabs(ns) < 1e9)
        snprintf(text, UNITS_TEXT_BYTES, "%.2f ms", ns / 1e6);
    else
        snprintf(text, UNITS_TEXT_BYTES, "%.3g s", ns / 1e9);
    return text;
}

char *figure_format(char text[UNITS_TEXT_BYTES], const struct figure *figure, double value)
{
    switch (figure->unit) {
    case UNIT_RATE:
        return units_format_count(text, (uint64_t)fmin(fmax(value, 0), 1e18));
    case UNIT_US:
        return nanoseconds_format(text, value * 1e3);
    case UNIT_NS:
        return nanoseconds_format(text, value);
    case UNIT_SECONDS:
        return nanoseconds_format(text, value * 1e9);
    case UNIT_BYTES:
        return units_format_size(text, value);
    case UNIT_SHARE:
        snprintf(text, UNITS_TEXT_BYTES, "%.2f %%", 100 * value);
        return text;
    case UNIT_REAL:
        break;
    }
    snprintf(text, UNITS_TEXT_BYTES, "%.4g", value);
    return text;
}
