/* slo.c - parses objectives, and checks runs against them. */
#include "slo.h"

#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

static const struct percentile *percentile_find(const char *name, size_t bytes)
{
    for (size_t i = 0; i < PERCENTILES; i++)
        if (strlen(percentiles[i].name) == bytes && memcmp(percentiles[i].name, name, bytes) == 0)
            return &percentiles[i];
    return NULL;
}

/* "p99=2ms" */
static int limit_parse(struct slo *slo, const char *text)
{
    size_t bytes = strcspn(text, "=");
    struct slo_limit limit = {.percentile = percentile_find(text, bytes)};
    if (text[bytes] == '\0' || limit.percentile == NULL || slo->count == SLO_LIMITS_MAX ||
        units_parse_duration(text + bytes + 1, &limit.ns) < 0 || limit.ns == 0)
        return -1;
    slo->limits[slo->count++] = limit;
    return 0;
}

int slo_parse(struct slo *slo, const char *text, struct error *error)
{
    char *copy = xstrdup(text), *rest = copy, *item;
    slo->count = 0;
    while ((item = strsep(&rest, ",")) != NULL && limit_parse(slo, item) == 0)
        ;
    free(copy);
    if (item == NULL)
        return 0;
    return error_set(error, "--slo: '%s' is no list of limits; write p99=2ms or p50=500us,max=50ms",
                     text);
}

static bool count_misses(uint64_t count, const char *what, struct error *why)
{
    char text[UNITS_TEXT_BYTES];
    error_set(why, "%s %s", units_format_count(text, count), what);
    return count > 0;
}

bool slo_is_met(const struct slo *slo, const struct load_result *result, struct error *why)
{
    char found[UNITS_TEXT_BYTES];
    if (count_misses(result->errors, "errors", why) ||
        count_misses(result->unsent, "requests were due but not sent", why))
        return false;
    error_set(why, "there was no response");
    if (result->requests == 0)
        return false;
    for (unsigned i = 0; i < slo->count; i++) {
        const struct slo_limit *limit = &slo->limits[i];
        uint64_t ns = histogram_percentile(result->all, limit->percentile->value);
        error_set(why, "%s was %s", limit->percentile->name,
                  units_format_duration(found, (double)ns));
        if (ns > limit->ns)
            return false;
    }
    why->text[0] = '\0';
    return true;
}
