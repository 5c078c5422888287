/* dump_version.c - the versions that are known, and how they are told apart without a number. */
#include "dump_version.h"

#include <stdio.h>
#include <string.h>

/* From jemalloc's src/stats.c and src/ctl.c at each release. */
static const struct {
    unsigned major, minor_first, minor_last;
    enum dump_family family;
} versions[] = {
    {3, 0, 6, DUMP_FAMILY_3},
    {4, 0, 5, DUMP_FAMILY_4},
    {5, 0, 2, DUMP_FAMILY_5},
    {5, 3, 3, DUMP_FAMILY_5_3},
};

/* Whether the resident bytes are explained better with the muzzy pages than without. */
static bool muzzy_is_resident(const struct dump *dump)
{
    const struct dump_arena *total = &dump->total;
    if (total->muzzy_bytes == DUMP_UNTOLD || total->dirty_bytes == DUMP_UNTOLD ||
        dump->metadata_bytes == DUMP_UNTOLD || dump->resident_bytes == DUMP_UNTOLD)
        return false;
    double rest = (double)dump->resident_bytes - (double)dump->active_bytes -
                  (double)total->dirty_bytes - (double)dump->metadata_bytes;
    if (total->internal_bytes != DUMP_UNTOLD)
        rest += (double)total->internal_bytes;
    return rest > (double)total->muzzy_bytes / 2;
}

/* Only 5.x has muzzy pages, and only 3.x has no metadata. */
static enum dump_family family_guess(const struct dump *dump)
{
    bool old_purge = dump->dirty_ratio_lg != DUMP_UNKNOWN;
    if (dump->metadata_bytes == DUMP_UNTOLD)
        return DUMP_FAMILY_3;
    if (dump->total.muzzy_bytes == DUMP_UNTOLD && dump->muzzy_decay_ms == DUMP_UNKNOWN &&
        (old_purge || dump->total.dirty_bytes != DUMP_UNTOLD))
        return DUMP_FAMILY_4;
    return muzzy_is_resident(dump) ? DUMP_FAMILY_5 : DUMP_FAMILY_5_3;
}

static bool family_find(struct dump *dump, unsigned major, unsigned minor)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (major == versions[i].major && minor >= versions[i].minor_first &&
            minor <= versions[i].minor_last) {
            dump->family = versions[i].family;
            return true;
        }
    return false;
}

int dump_version_settle(struct dump *dump, struct error *error)
{
    unsigned major = 0, minor = 0;
    bool named = sscanf(dump->version, "%u.%u", &major, &minor) == 2;
    if (dump->version[0] != '\0' && !named)
        return error_set(error,
                         "jemalloc's version '%s' is no number such as 5.3.0; correct that "
                         "line, or leave it out",
                         dump->version);
    if (!named || (major == 0 && minor == 0))
        dump->family = family_guess(dump);
    else if (!family_find(dump, major, minor))
        return error_set(error,
                         "is by jemalloc %s, whose figures are not known here: known are 3.0 to "
                         "3.6, 4.0 to 4.5 and 5.0 to 5.3",
                         dump->version);
    if (major == 4 && minor == 1) /* opt.narenas shows another option's value */
        dump->automatic_arenas = 0;
    if (dump->family == DUMP_FAMILY_3)
        dump->cache_oblivious = false;
    return 0;
}
