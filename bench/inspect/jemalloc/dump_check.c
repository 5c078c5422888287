/* dump_check.c - compares sums of parts with what the dump says of the whole. */
#include "dump_check.h"

#include "units.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define TOLERANCE 0.01

__attribute__((format(printf, 2, 3))) static void doubt_add(struct dump_check *check,
                                                            const char *format, ...)
{
    va_list arguments;
    if (check->count == DOUBTS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(check->doubts[check->count++], DOUBT_BYTES, format, arguments);
    va_end(arguments);
}

/* Whether the parts are the whole; says it if they are not. */
static bool equals(struct dump_check *check, const char *what, uint64_t parts, uint64_t whole,
                   const char *name)
{
    char sum[UNITS_TEXT_BYTES], all[UNITS_TEXT_BYTES], gap[UNITS_TEXT_BYTES];
    double difference = (double)parts - (double)whole;
    if (parts == DUMP_UNTOLD || whole == DUMP_UNTOLD)
        return false;
    if (parts != whole)
        doubt_add(check, "%s add up to %s, %s %s than %s (%s).", what,
                  units_format_size(sum, (double)parts), units_format_size(gap, fabs(difference)),
                  difference < 0 ? "less" : "more", name, units_format_size(all, (double)whole));
    return fabs(difference) <= TOLERANCE * (double)whole;
}

static uint64_t classes_sum(const struct dump_arena *arena, bool large)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < arena->class_count; i++)
        if ((arena->classes[i].slab_regions == 0) == large)
            sum += arena->classes[i].live * arena->classes[i].size_bytes;
    return sum;
}

static void classes_check(struct dump_check *check, const struct dump *dump)
{
    const struct dump_arena *total = &dump->total;
    bool small = true, large = true;
    if (total->small_listed)
        small = equals(check, "The small size classes", classes_sum(total, false),
                       total->small_bytes, "the small allocations");
    if (total->large_listed)
        large = equals(check, "The large size classes", classes_sum(total, true),
                       total->large_bytes, "the large allocations");
    if (total->small_listed != total->large_listed)
        doubt_add(check, "The dump has no table of %s size classes.",
                  total->small_listed ? "large" : "small");
    check->classes_add_up = total->small_listed && total->large_listed && small && large;
}

static uint64_t arenas_sum(const struct dump *dump)
{
    uint64_t sum = DUMP_UNTOLD;
    for (size_t i = 0; i < dump->arena_count; i++)
        sum = dump_sum(sum, dump->arenas[i].allocated_bytes);
    return sum;
}

static void arenas_check(struct dump_check *check, const struct dump *dump)
{
    const struct dump_arena *total = &dump->total;
    uint64_t listed = dump->allocated_bytes - dump->unlisted_bytes, arenas = arenas_sum(dump);
    char text[UNITS_TEXT_BYTES];
    if (total->allocated_bytes == DUMP_UNTOLD && arenas == DUMP_UNTOLD) {
        doubt_add(check, "The dump has no figures of arenas: nothing is known of dirty pages and "
                         "size classes.");
        return;
    }
    check->arenas_add_up = equals(check, "The arenas", total->allocated_bytes, listed, "allocated");
    if (check->arenas_add_up && arenas != DUMP_UNTOLD && arenas != total->allocated_bytes)
        equals(check, "The arenas that are listed", arenas, listed, "allocated");
    if (total->active_bytes != DUMP_UNTOLD && check->arenas_add_up)
        equals(check, "The active pages of the arenas", total->active_bytes,
               dump->active_bytes - dump->unlisted_bytes, "active");
    if (dump->unlisted_bytes > 0)
        doubt_add(check,
                  "Of allocated, %s are huge allocations: jemalloc 3 tells no sizes of them.",
                  units_format_size(text, (double)dump->unlisted_bytes));
}

void dump_check_make(struct dump_check *check, const struct dump *dump)
{
    *check = (struct dump_check){.count = 0};
    arenas_check(check, dump);
    if (dump->total.small_listed || dump->total.large_listed)
        classes_check(check, dump);
    if (dump->family == DUMP_FAMILY_3)
        doubt_add(check, "jemalloc 3 tells neither resident memory nor metadata.");
    if (!dump->page_told && dump->total.dirty_bytes != DUMP_UNTOLD)
        doubt_add(check, "The dump does not tell the page size: 4 KiB are assumed.");
}
