/* dump_advice.c - the rules, and the figures that are inserted into their texts. */
#include "dump_advice.h"

#include "row_output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A finding is worth advice from this share and this many bytes on. */
#define UNUSED_SHARE   0.20
#define DIRTY_SHARE    0.10
#define TCACHE_SHARE   0.10
#define METADATA_SHARE 0.10
#define RETAINED_SHARE 1.0
#define LARGEST_SHARE  0.50
#define GROWTH_SHARE   0.50
#define BYTES_MIN      (1024.0 * 1024)
#define METADATA_MIN   (8.0 * 1024 * 1024)
#define RETAINED_MIN   (64.0 * 1024 * 1024)
#define GROWN_SHARE    0.02
#define GROWN_MIN      (64.0 * 1024)
#define ARENAS_MANY    16

/* What may stand in braces. */
#define FIGURE(name) offsetof(struct facts, name)
static const struct row_column placeholders[] = {
    {"unused", NULL, COLUMN_REAL_BYTES, FIGURE(unused)},
    {"unused%", NULL, COLUMN_SHARE, FIGURE(unused_share)},
    {"tcache", NULL, COLUMN_REAL_BYTES, FIGURE(tcache)},
    {"tcache%", NULL, COLUMN_SHARE, FIGURE(tcache_share)},
    {"dirty", NULL, COLUMN_REAL_BYTES, FIGURE(dirty)},
    {"dirty%", NULL, COLUMN_SHARE, FIGURE(dirty_share)},
    {"dirty decay", NULL, COLUMN_REAL_MS, FIGURE(dirty_decay_ms)},
    {"ratio", NULL, COLUMN_REAL_COUNT, FIGURE(dirty_ratio)},
    {"muzzy", NULL, COLUMN_REAL_BYTES, FIGURE(muzzy)},
    {"metadata", NULL, COLUMN_REAL_BYTES, FIGURE(metadata)},
    {"metadata%", NULL, COLUMN_SHARE, FIGURE(metadata_share)},
    {"retained", NULL, COLUMN_REAL_BYTES, FIGURE(retained)},
    {"arenas", NULL, COLUMN_REAL_COUNT, FIGURE(arenas)},
    {"worst", NULL, COLUMN_REAL_COUNT, FIGURE(wasteful.classes[0].size_bytes)},
    {"worst wasted", NULL, COLUMN_REAL_BYTES, FIGURE(wasteful.classes[0].wasted_bytes)},
    {"worst used%", NULL, COLUMN_SHARE, FIGURE(wasteful.classes[0].utilisation)},
    {"largest", NULL, COLUMN_REAL_COUNT, FIGURE(largest.classes[0].size_bytes)},
    {"largest below", NULL, COLUMN_REAL_COUNT, FIGURE(largest.classes[0].below_bytes)},
    {"largest live", NULL, COLUMN_REAL_COUNT, FIGURE(largest.classes[0].live)},
    {"largest%", NULL, COLUMN_SHARE, FIGURE(largest_share)},
    {"grown", NULL, COLUMN_REAL_COUNT, FIGURE(grown_most.size_bytes)},
    {"grown below", NULL, COLUMN_REAL_COUNT, FIGURE(grown_most.below_bytes)},
    {"grown count", NULL, COLUMN_REAL_COUNT, FIGURE(grown_most.grown)},
    {"grown bytes", NULL, COLUMN_REAL_BYTES, FIGURE(grown_most.grown_bytes)},
    {"grown%", NULL, COLUMN_SHARE, FIGURE(grown_most_share)},
    {"arena", NULL, COLUMN_TEXT, FIGURE(manual_arena)},
    {"arena bytes", NULL, COLUMN_REAL_BYTES, FIGURE(manual_arena_bytes)},
    {"arena%", NULL, COLUMN_SHARE, FIGURE(manual_arena_share)},
    {"arena grown", NULL, COLUMN_REAL_BYTES, FIGURE(manual_arena_grown)},
    {"arena grown%", NULL, COLUMN_SHARE, FIGURE(manual_arena_grown_share)},
    {"allocated grown", NULL, COLUMN_REAL_BYTES, FIGURE(allocated_grown)},
    {"unused grown", NULL, COLUMN_REAL_BYTES, FIGURE(unused_grown)},
};

/* The conditions, one line each. */
#define CONDITION(name, expression)                                                                \
    static bool name(const struct facts *f)                                                        \
    {                                                                                              \
        return expression;                                                                         \
    }
CONDITION(is_of_5, f->dump->family >= DUMP_FAMILY_5)
CONDITION(much_unused, f->unused_share > UNUSED_SHARE && f->unused > BYTES_MIN)
CONDITION(is_fragmented, much_unused(f) && f->adds_up && f->wasteful.count > 0)
CONDITION(is_fragmented_somewhere, much_unused(f) && !is_fragmented(f))
CONDITION(much_dirty,
          f->check.arenas_add_up && f->dirty_share > DIRTY_SHARE && f->dirty > BYTES_MIN)
CONDITION(dirty_by_ratio, much_dirty(f) && f->dirty_ratio > 0)
CONDITION(dirty_is_kept, much_dirty(f) && is_of_5(f) && f->dirty_decay_ms == -1)
CONDITION(dirty_is_kept_by_old,
          much_dirty(f) && !is_of_5(f) && (f->dirty_decay_ms == -1 || f->dirty_ratio == -1))
CONDITION(dirty_decays, much_dirty(f) && f->dirty_decay_ms >= 0)
CONDITION(dirty_waits, dirty_decays(f) && is_of_5(f) && !f->dump->background_thread)
CONDITION(dirty_waits_in_old, dirty_decays(f) && !is_of_5(f))
CONDITION(dirty_is_returned, dirty_decays(f) && f->dump->background_thread)
CONDITION(much_muzzy,
          f->check.arenas_add_up && f->muzzy_share > DIRTY_SHARE && f->muzzy > BYTES_MIN)
CONDITION(much_in_tcaches,
          f->check.arenas_add_up && f->tcache_share > TCACHE_SHARE && f->tcache > BYTES_MIN)
CONDITION(much_metadata, f->metadata_share > METADATA_SHARE && f->metadata > METADATA_MIN)
CONDITION(metadata_of_few_arenas, much_metadata(f) && f->arenas < ARENAS_MANY)
CONDITION(metadata_of_many_arenas, much_metadata(f) && f->arenas >= ARENAS_MANY)
CONDITION(much_retained, f->retained_share > RETAINED_SHARE && f->retained > RETAINED_MIN)
CONDITION(one_class_dominates, f->before == NULL && f->adds_up &&
                                   f->largest_share > LARGEST_SHARE &&
                                   f->largest.classes[0].used_bytes > BYTES_MIN)
CONDITION(manual_arena_dominates, f->before == NULL && f->check.arenas_add_up &&
                                      f->manual_arena_share > LARGEST_SHARE &&
                                      f->manual_arena_bytes > BYTES_MIN)
CONDITION(has_wrong_order, f->wrong_order)

static double growth_min(const struct facts *f)
{
    return fmax(GROWN_MIN, GROWN_SHARE * f->allocated);
}

CONDITION(grew, f->before != NULL && f->allocated_grown > growth_min(f))
CONDITION(one_class_grew, grew(f) && f->adds_up && f->grown_most_share > GROWTH_SHARE)
CONDITION(manual_arena_grew,
          grew(f) && f->check.arenas_add_up && f->manual_arena_grown_share > GROWTH_SHARE)
CONDITION(many_classes_grew, grew(f) && f->adds_up && !one_class_grew(f) && !manual_arena_grew(f))
CONDITION(grew_somewhere, grew(f) && !f->adds_up && !manual_arena_grew(f))
CONDITION(grew_with_profiling, grew(f) && f->dump->profiling)
CONDITION(grew_without_profiling, grew(f) && !f->dump->profiling)
CONDITION(fragmentation_grew, f->before != NULL && !grew(f) && f->unused_grown > growth_min(f))
CONDITION(freed_not_returned, f->before != NULL && f->allocated_grown < -growth_min(f) &&
                                  f->resident_grown > f->allocated_grown / 2)
CONDITION(did_not_grow, f->before != NULL && !grew(f) && !f->wrong_order)
/* A dump whose last line alone is missing is as good as whole. */
CONDITION(is_cut_off, (!f->dump->finished && !f->check.classes_add_up) ||
                          (f->before != NULL && !f->before->finished && !f->adds_up))

static const struct rule {
    const char *name;
    bool (*applies)(const struct facts *facts);
    const char *words;
} rules[] = {
    {"cut off", is_cut_off,
     "A dump ends before its last line, so arenas or size classes may be missing. The totals at "
     "its "
     "beginning are correct; make a new dump for the rest."},
    {"order", has_wrong_order,
     "The second dump is of a younger process than the first. Give the older dump first, and two "
     "dumps of the same process; the comparison is wrong otherwise."},
    {"one size grows", one_class_grew,
     "{grown%} of the growth is {grown}-byte allocations: {grown count} more, {grown bytes}. The "
     "program allocates {grown below} to {grown} bytes at a time and does not free them. Look for "
     "a struct, node or buffer of that size, and for the container that holds it: does anything "
     "ever leave it?"},
    {"manual arena grows", manual_arena_grew,
     "{arena grown%} of the growth ({arena grown}) is in arena {arena}, which the program created. "
     "In Tidemark's servers it belongs to the cache: entries are added and not removed. Set a "
     "limit (--capacity 64MiB, --ttl 60s) or use a policy that evicts. In another program, search "
     "for the allocations with MALLOCX_ARENA({arena})."},
    {"many sizes grow", many_classes_grew,
     "The program holds {allocated grown} more, in many sizes. That points to a container of "
     "objects of all sizes, such as a cache of responses, sessions or a log, rather than to one "
     "struct; or the load increased. Take a third dump when the load is steady."},
    {"growth", grew_somewhere,
     "The program holds {allocated grown} more. The size classes in the dumps are not all there, "
     "so "
     "nothing is said of what grew: give two whole dumps."},
    {"profile", grew_with_profiling,
     "This jemalloc can profile who allocates: start with MALLOC_CONF=prof:true,"
     "lg_prof_sample:17,prof_prefix:jeprof.out, write a profile (mallctl \"prof.dump\") before "
     "and after the growth, and compare with `jeprof --text --base=FIRST PROGRAM SECOND`."},
    {"no profile", grew_without_profiling,
     "To find out who allocates, use a jemalloc built with --enable-prof (Debian's is) and its "
     "heap profiles, or set a breakpoint on allocations of that size."},
    {"fragmentation grew", fragmentation_grew,
     "The program does not hold more, but the pages that contain it grew by {unused grown}: this "
     "is fragmentation, not a leak. Long-lived objects keep pages in use whose other objects are "
     "freed."},
    {"not returned", freed_not_returned,
     "The program freed memory, but the process did not shrink: the pages are not yet returned, or "
     "each still holds a live object. The rows `dirty` and `unused in pages` show which."},
    {"no growth", did_not_grow,
     "Between the dumps the program's allocations grew by less than 2 %: no leak, unless there was "
     "too little activity between them."},
    {"fragmentation", is_fragmented,
     "Fragmentation is high: {unused} ({unused%}) of the pages in use is free, but only "
     "allocations of the same size can use it. The worst is the {worst}-byte class: {worst used%} "
     "used, {worst wasted} wasted. Decay settings do not help. Separate long-lived from "
     "short-lived objects (in an arena of its own: MALLOCX_ARENA), use fewer sizes, "
     "or limit the peak that left these pages behind."},
    {"fragmentation somewhere", is_fragmented_somewhere,
     "Fragmentation is high: {unused} ({unused%}) of the pages in use is free, but only "
     "allocations of the same size can use it. Which size, a whole dump with all size classes "
     "shows."},
    {"dirty pages by ratio", dirty_by_ratio,
     "{dirty} is free and kept: this version of jemalloc returns pages only when there is more "
     "than one such page to {ratio} pages in use (lg_dirty_mult). A greater lg_dirty_mult returns "
     "more; mallctl(\"arena.<i>.purge\"), in Redis MEMORY PURGE, returns them once."},
    {"dirty pages are kept", dirty_is_kept,
     "{dirty} ({dirty%} of resident) is free and never returned, because dirty_decay_ms is -1. Set "
     "MALLOC_CONF=dirty_decay_ms:10000, or purge after a peak: mallctl(\"arena.4096.purge\")."},
    {"dirty pages are kept", dirty_is_kept_by_old,
     "{dirty} is free and never returned, because lg_dirty_mult or decay_time is -1. Purge after a "
     "peak: mallctl(\"arena.<i>.purge\"), in Redis MEMORY PURGE."},
    {"dirty pages wait", dirty_waits,
     "{dirty} ({dirty%} of resident) is free but not yet returned. It is returned within "
     "{dirty decay}, but without a background thread only while the program allocates and frees: "
     "an idle process keeps it. Set MALLOC_CONF=background_thread:true, and a shorter "
     "dirty_decay_ms such as 1000 if memory matters more than speed."},
    {"dirty pages wait", dirty_waits_in_old,
     "{dirty} is free but not yet returned. It is returned within {dirty decay}, but only while "
     "the "
     "program allocates and frees: an idle process keeps it. Purge after a peak: "
     "mallctl(\"arena.<i>.purge\"), in Redis MEMORY PURGE."},
    {"dirty pages go", dirty_is_returned,
     "{dirty} ({dirty%} of resident) is free, and a background thread returns it within "
     "{dirty decay}. Wait that long before you call it a leak. A shorter dirty_decay_ms returns it "
     "sooner and costs page faults."},
    {"muzzy pages", much_muzzy,
     "{muzzy} is released with MADV_FREE: the kernel takes it back only when memory is short, and "
     "counts it in RSS until then. Set muzzy_decay_ms:0 to see the true RSS."},
    {"thread caches", much_in_tcaches,
     "{tcache} ({tcache%} of allocated) is free but kept in thread caches. Use fewer threads or "
     "smaller caches (MALLOC_CONF=lg_tcache_max:12), or flush the cache of threads that go idle "
     "(mallctl \"thread.tcache.flush\")."},
    {"metadata", metadata_of_few_arenas,
     "{metadata} ({metadata%} of resident) is jemalloc's metadata: its records of pages and "
     "extents, never returned. Fewer and larger allocations need less."},
    {"many arenas", metadata_of_many_arenas,
     "{metadata} ({metadata%} of resident) is jemalloc's metadata, for {arenas} arenas; and free "
     "memory of one arena cannot be used by another. Try MALLOC_CONF=narenas:4, or one per core."},
    {"retained", much_retained,
     "{retained} is retained: address space kept for later, without memory behind it. It counts in "
     "VSZ and not in RSS. It is not a leak; nothing needs to be done."},
    {"manual arena dominates", manual_arena_dominates,
     "{arena%} of all memory ({arena bytes}) is in arena {arena}, which the program created; in "
     "Tidemark's servers it belongs to the cache. Is it meant to be that large? Without a limit "
     "(--capacity, --ttl) it grows without end. A later dump shows whether it does: "
     "`tidemark jemalloc FIRST SECOND`."},
    {"one size dominates", one_class_dominates,
     "{largest%} of all memory is in {largest live} allocations of {largest} bytes (for requests "
     "of more than {largest below} bytes). If the process grows, check these first: take a second "
     "dump later and run `tidemark jemalloc FIRST SECOND`."},
};

#define RULES        (sizeof rules / sizeof rules[0])
#define PLACEHOLDERS (sizeof placeholders / sizeof placeholders[0])

static void placeholder_print(const struct facts *facts, const char *name, size_t length, FILE *out)
{
    char text[ROW_TEXT_BYTES];
    for (size_t i = 0; i < PLACEHOLDERS; i++)
        if (strlen(placeholders[i].key) == length && memcmp(placeholders[i].key, name, length) == 0)
            fputs(row_text(text, &placeholders[i], facts), out);
}

static void words_format(char words[ADVICE_WORDS_BYTES], const char *from,
                         const struct facts *facts)
{
    FILE *out = fmemopen(words, ADVICE_WORDS_BYTES, "w");
    while (*from != '\0') {
        size_t plain = strcspn(from, "{");
        fwrite(from, 1, plain, out);
        from += plain;
        if (*from == '{') {
            size_t length = strcspn(from + 1, "}");
            placeholder_print(facts, from + 1, length, out);
            from += length + 2;
        }
    }
    fclose(out);
}

bool advice_next(const struct facts *facts, size_t *next, struct advice *advice)
{
    bool first = *next == 0;
    for (; *next < RULES; ++*next) {
        if (!rules[*next].applies(facts))
            continue;
        advice->rule = rules[*next].name;
        words_format(advice->words, rules[*next].words, facts);
        ++*next;
        return true;
    }
    if (!first)
        return false;
    advice->rule = "nothing";
    snprintf(advice->words, sizeof advice->words,
             "Nothing needs to be done: little is wasted, and little is waiting to be returned. If "
             "the process still grows, take a second dump later and give both.");
    return true;
}
