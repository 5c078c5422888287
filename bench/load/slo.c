/* slo.c - parses objectives, and checks runs against them. */
#include "slo.h"

#include "units.h"

#include <stdio.h>
#include <string.h>

#define COPY_BYTES 256 /* the longest objective */

static const struct slo_figure {
    const char *name;
    double percentile;
} figures[] = {{"p50", 50},     {"p90", 90},       {"p99", 99},
               {"p99.9", 99.9}, {"p99.99", 99.99}, {"max", 100}};

#define FIGURES (sizeof figures / sizeof figures[0])

static const struct slo_figure *figure_find(const char *name, size_t bytes)
{
    for (size_t i = 0; i < FIGURES; i++)
        if (strlen(figures[i].name) == bytes && memcmp(figures[i].name, name, bytes) == 0)
            return &figures[i];
    return NULL;
}

/* "p99=2ms" */
static int limit_parse(struct slo *slo, char *text)
{
    size_t name_bytes = strcspn(text, "=");
    uint64_t limit_ns;
    if (text[name_bytes] == '\0' || slo->count == SLO_LIMITS_MAX ||
        figure_find(text, name_bytes) == NULL ||
        units_parse_duration(text + name_bytes + 1, &limit_ns) < 0 || limit_ns == 0)
        return -1;
    slo->limits[slo->count].figure = figure_find(text, name_bytes);
    slo->limits[slo->count++].limit_ns = limit_ns;
    return 0;
}

int slo_parse(struct slo *slo, const char *text, struct error *error)
{
    char copy[COPY_BYTES], *rest = copy, *item;
    slo->count = 0;
    if (snprintf(copy, sizeof copy, "%s", text) < COPY_BYTES) {
        while ((item = strsep(&rest, ",")) != NULL && limit_parse(slo, item) == 0)
            ;
        if (item == NULL)
            return 0;
    }
    return error_set(error, "--slo: '%s' is no list of limits; write p99=2ms or p50=500us,max=50ms",
                     text);
}

static bool count_misses(uint64_t count, const char *what, struct error *why)
{
    char text[UNITS_TEXT_BYTES];
    error_set(why, "%s %s", units_format_count(text, count), what);
    return count > 0;
}

bool slo_kept(const struct slo *slo, const struct load_result *result, struct error *why)
{
    char found[UNITS_TEXT_BYTES];
    if (count_misses(result->errors, "errors", why) ||
        count_misses(result->unsent, "requests were due but not sent", why))
        return false;
    error_set(why, "there was no response");
    if (result->requests == 0)
        return false;
    for (unsigned i = 0; i < slo->count; i++) {
        const struct slo_figure *figure = slo->limits[i].figure;
        uint64_t ns = histogram_percentile(result->all, figure->percentile);
        error_set(why, "%s was %s", figure->name, units_format_duration(found, (double)ns));
        if (ns > slo->limits[i].limit_ns)
            return false;
    }
    why->text[0] = '\0';
    return true;
}
