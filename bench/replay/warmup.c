/* warmup.c - parses the length of a warm-up, and applies it to a corpus. */
#include "warmup.h"

#include "units.h"

#include <stdlib.h>
#include <string.h>

int warmup_parse(const char *text, struct warmup *warmup, struct error *error)
{
    char *end;
    double percent = strtod(text, &end);
    *warmup = (struct warmup){0};
    if (end != text && strcmp(end, "%") == 0 && percent >= 0 && percent < 100) {
        warmup->share = percent / 100;
        return 0;
    }
    if (units_parse_count(text, &warmup->requests) == 0)
        return 0;
    return error_set(error,
                     "--warmup: '%s' is no share of the requests below 100%% (50%%) and no number "
                     "of requests (10k)",
                     text);
}

uint64_t warmup_of(const struct warmup *warmup, const struct corpus *corpus)
{
    double share = warmup->share;
    if (warmup->requests > 0)
        share = corpus->read > 0 ? (double)warmup->requests / (double)corpus->read : 1;
    return share < 1 ? (uint64_t)(share * (double)corpus->requests + 0.5) : corpus->requests;
}
