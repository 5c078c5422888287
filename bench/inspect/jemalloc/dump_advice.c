/* dump_advice.c - the rules, and how the figures come into their words. */
#include "dump_advice.h"

#include "units.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* What is worth a word: so large a share, and no less than so many bytes. */
#define SLACK_SHARE    0.20
#define DIRTY_SHARE    0.10
#define TCACHE_SHARE   0.10
#define METADATA_SHARE 0.10
#define RETAINED_SHARE 1.0
#define HEAVY_SHARE    0.50
#define SUSPECT_SHARE  0.50
#define BYTES_MIN      (1024.0 * 1024)
#define METADATA_MIN   (8.0 * 1024 * 1024)
#define RETAINED_MIN   (64.0 * 1024 * 1024)
#define GROWN_SHARE    0.02
#define GROWN_MIN      (64.0 * 1024)
#define ARENAS_MANY    16

enum unit { UNIT_BYTES, UNIT_SHARE, UNIT_COUNT, UNIT_TIME_MS, UNIT_TIME_S, UNIT_TEXT };

/* What may stand in braces. */
static const struct placeholder {
    const char *name;
    enum unit unit;
    size_t offset;
} placeholders[] = {
    {"allocated", UNIT_BYTES, offsetof(struct facts, allocated)},
    {"slack", UNIT_BYTES, offsetof(struct facts, slack)},
    {"slack%", UNIT_SHARE, offsetof(struct facts, slack_share)},
    {"tcache", UNIT_BYTES, offsetof(struct facts, tcache)},
    {"tcache%", UNIT_SHARE, offsetof(struct facts, tcache_share)},
    {"dirty", UNIT_BYTES, offsetof(struct facts, dirty)},
    {"dirty%", UNIT_SHARE, offsetof(struct facts, dirty_share)},
    {"muzzy", UNIT_BYTES, offsetof(struct facts, muzzy)},
    {"metadata", UNIT_BYTES, offsetof(struct facts, metadata)},
    {"metadata%", UNIT_SHARE, offsetof(struct facts, metadata_share)},
    {"retained", UNIT_BYTES, offsetof(struct facts, retained)},
    {"arenas", UNIT_COUNT, offsetof(struct facts, arenas)},
    {"dirty decay", UNIT_TIME_MS, offsetof(struct facts, dirty_decay_ms)},
    {"muzzy decay", UNIT_TIME_MS, offsetof(struct facts, muzzy_decay_ms)},
    {"worst", UNIT_COUNT, offsetof(struct facts, worst.size_bytes)},
    {"worst wasted", UNIT_BYTES, offsetof(struct facts, worst.wasted_bytes)},
    {"worst used%", UNIT_SHARE, offsetof(struct facts, worst.utilisation)},
    {"heaviest", UNIT_COUNT, offsetof(struct facts, heaviest.size_bytes)},
    {"heaviest below", UNIT_COUNT, offsetof(struct facts, heaviest.below_bytes)},
    {"heaviest live", UNIT_COUNT, offsetof(struct facts, heaviest.live)},
    {"heaviest bytes", UNIT_BYTES, offsetof(struct facts, heaviest.used_bytes)},
    {"heaviest%", UNIT_SHARE, offsetof(struct facts, heaviest_share)},
    {"suspect", UNIT_COUNT, offsetof(struct facts, suspect.size_bytes)},
    {"suspect below", UNIT_COUNT, offsetof(struct facts, suspect.below_bytes)},
    {"suspect grown", UNIT_COUNT, offsetof(struct facts, suspect.grown)},
    {"suspect bytes", UNIT_BYTES, offsetof(struct facts, suspect.grown_bytes)},
    {"suspect%", UNIT_SHARE, offsetof(struct facts, suspect_share)},
    {"own arena", UNIT_TEXT, offsetof(struct facts, own_arena)},
    {"own arena bytes", UNIT_BYTES, offsetof(struct facts, own_arena_bytes)},
    {"own arena%", UNIT_SHARE, offsetof(struct facts, own_arena_share)},
    {"own arena grown", UNIT_BYTES, offsetof(struct facts, own_arena_grown)},
    {"own arena grown%", UNIT_SHARE, offsetof(struct facts, own_arena_grown_share)},
    {"allocated grown", UNIT_BYTES, offsetof(struct facts, allocated_grown)},
    {"slack grown", UNIT_BYTES, offsetof(struct facts, slack_grown)},
    {"resident grown", UNIT_BYTES, offsetof(struct facts, resident_grown)},
    {"seconds", UNIT_TIME_S, offsetof(struct facts, seconds)},
};

static bool fragmented(const struct facts *f)
{
    return f->dump->whole && f->slack_share > SLACK_SHARE && f->slack > BYTES_MIN;
}

static bool dirty_matters(const struct facts *f)
{
    return f->dirty_share > DIRTY_SHARE && f->dirty > BYTES_MIN;
}

static bool dirty_kept(const struct facts *f)
{
    return dirty_matters(f) && f->dirty_decay_ms == -1;
}

static bool dirty_waits(const struct facts *f)
{
    return dirty_matters(f) && f->dirty_decay_ms >= 0 && !f->dump->background_thread;
}

static bool dirty_goes(const struct facts *f)
{
    return dirty_matters(f) && f->dirty_decay_ms >= 0 && f->dump->background_thread;
}

static bool muzzy_matters(const struct facts *f)
{
    return f->muzzy_share > DIRTY_SHARE && f->muzzy > BYTES_MIN;
}

static bool tcache_matters(const struct facts *f)
{
    return f->tcache_share > TCACHE_SHARE && f->tcache > BYTES_MIN;
}

/* Without figures of arenas, dirty pages count as metadata: nothing can be said then. */
static bool metadata_heavy(const struct facts *f)
{
    return f->arenas > 0 && f->metadata_share > METADATA_SHARE && f->metadata > METADATA_MIN;
}

static bool metadata_matters(const struct facts *f)
{
    return metadata_heavy(f) && f->arenas < ARENAS_MANY;
}

static bool arenas_matter(const struct facts *f)
{
    return metadata_heavy(f) && f->arenas >= ARENAS_MANY;
}

static bool retained_matters(const struct facts *f)
{
    return f->retained_share > RETAINED_SHARE && f->retained > RETAINED_MIN;
}

static bool one_size_heavy(const struct facts *f)
{
    return f->before == NULL && f->heaviest_share > HEAVY_SHARE &&
           f->heaviest.used_bytes > BYTES_MIN;
}

static bool own_arena_heavy(const struct facts *f)
{
    return f->before == NULL && f->own_arena_share > HEAVY_SHARE && f->own_arena_bytes > BYTES_MIN;
}

static double grown_enough(const struct facts *f)
{
    return fmax(GROWN_MIN, GROWN_SHARE * f->allocated);
}

static bool order_wrong(const struct facts *f)
{
    return f->reversed;
}

static bool grew(const struct facts *f)
{
    return f->before != NULL && f->allocated_grown > grown_enough(f);
}

static bool size_leaks(const struct facts *f)
{
    return grew(f) && f->suspect_share > SUSPECT_SHARE;
}

static bool own_arena_leaks(const struct facts *f)
{
    return grew(f) && f->own_arena_grown_share > SUSPECT_SHARE;
}

static bool sizes_leak(const struct facts *f)
{
    return grew(f) && !size_leaks(f) && !own_arena_leaks(f);
}

static bool growth_profiled(const struct facts *f)
{
    return grew(f) && f->dump->profiling;
}

static bool growth_unprofiled(const struct facts *f)
{
    return grew(f) && !f->dump->profiling;
}

static bool fragmentation_grew(const struct facts *f)
{
    return f->before != NULL && !grew(f) && f->slack_grown > grown_enough(f);
}

static bool not_returned(const struct facts *f)
{
    return f->before != NULL && f->allocated_grown < -grown_enough(f) &&
           f->resident_grown > f->allocated_grown / 2;
}

static bool grew_not(const struct facts *f)
{
    return f->before != NULL && !grew(f) && !f->reversed;
}

static bool cut_off(const struct facts *f)
{
    return !f->dump->whole || (f->before != NULL && !f->before->whole);
}

static const struct rule {
    const char *name;
    bool (*holds)(const struct facts *facts);
    const char *words;
} rules[] = {
    {"cut off", cut_off,
     "A dump has no last line: it is cut off, arenas may be missing. The totals at its head are "
     "good; for the rest make it anew."},
    {"order", order_wrong,
     "The second dump is of a younger process than the first. Give the older dump first, and both "
     "of the same process; otherwise what follows misleads."},
    {"one size grows", size_leaks,
     "{suspect%} of the growth is {suspect}-byte allocations: {suspect grown} more, "
     "{suspect bytes}. Somebody asks for {suspect below} to {suspect} bytes at a time and does not "
     "free it. Look for a struct, node or buffer of that size, and for the container that keeps "
     "it: does anything ever leave it?"},
    {"an own arena grows", own_arena_leaks,
     "{own arena grown%} of the growth ({own arena grown}) is in arena {own arena}, which the "
     "program made for itself. In Tidemark's servers that is the cache: entries come and do not "
     "leave. Give it a limit (--capacity 64MiB, --ttl 60s) or a policy that lets entries go. In "
     "another program, see what allocates with MALLOCX_ARENA({own arena})."},
    {"many sizes grow", sizes_leak,
     "{allocated grown} came, spread over many sizes: no single struct, but something that holds "
     "objects of all sizes, such as a cache of answers, sessions or a log. Or the load just rose: "
     "take a third dump when it is steady."},
    {"profile", growth_profiled,
     "To learn who allocates, this jemalloc can tell: start with MALLOC_CONF=prof:true,"
     "lg_prof_sample:17,prof_prefix:jeprof.out, write a profile (mallctl \"prof.dump\") at both "
     "ends of the growth, and compare with `jeprof --text --base=FIRST PROGRAM SECOND`."},
    {"no profile", growth_unprofiled,
     "To learn who allocates, use a jemalloc built with --enable-prof (Debian's is) and its heap "
     "profiles, or attach a debugger to the allocation of that size."},
    {"fragmentation grew", fragmentation_grew,
     "What the program holds did not grow, the pages that hold it did, by {slack grown}: "
     "fragmentation, no leak. Objects that live long sit among those that left, and keep their "
     "pages."},
    {"not returned", not_returned,
     "The program freed memory and the process kept it: pages wait to be returned, or each still "
     "holds something that lives. See the rows `dirty` and `free room in pages` for which."},
    {"no growth", grew_not,
     "Between these dumps the program's allocations did not grow by more than 2 %: no leak "
     "here, unless too little happened between them."},
    {"fragmentation", fragmented,
     "Fragmentation is high: {slack} ({slack%}) of the pages in use is free room that only "
     "allocations of the same size can fill. Worst is the {worst}-byte class, {worst used%} used, "
     "{worst wasted} wasted. No decay setting helps with that. Keep what lives long apart from "
     "what dies soon (an arena of its own: arenas.create, MALLOCX_ARENA), use fewer different "
     "sizes, or bound the peak that left these pages behind."},
    {"dirty pages are kept", dirty_kept,
     "{dirty} ({dirty%} of resident) is free, and never returned: dirty_decay_ms is -1. Set "
     "MALLOC_CONF=dirty_decay_ms:10000, or purge by hand after a peak: "
     "mallctl(\"arena.4096.purge\")."},
    {"dirty pages wait", dirty_waits,
     "{dirty} ({dirty%} of resident) is free but not yet returned. It would go within "
     "{dirty decay}, but without a background thread only while the program allocates and frees: "
     "an idle process keeps it for good. Set MALLOC_CONF=background_thread:true (and a shorter "
     "dirty_decay_ms, such as 1000, if memory matters more than speed)."},
    {"dirty pages go", dirty_goes,
     "{dirty} ({dirty%} of resident) is free and on its way back: a background thread returns it "
     "within {dirty decay}. Wait that long before you call it a leak; a shorter dirty_decay_ms "
     "makes it faster and costs page faults."},
    {"muzzy pages", muzzy_matters,
     "{muzzy} is given up to the kernel (MADV_FREE), which takes it only when memory runs short: "
     "RSS looks larger than it is. Set muzzy_decay_ms:0 to see the true figure."},
    {"thread caches", tcache_matters,
     "{tcache} ({tcache%} of allocated) is free but kept by threads for themselves. Use fewer "
     "threads, a smaller cache (MALLOC_CONF=tcache_max:4096), or flush it in threads that go idle "
     "(mallctl \"thread.tcache.flush\")."},
    {"metadata", metadata_matters,
     "{metadata} ({metadata%} of resident) is jemalloc's own records: it keeps one for every run "
     "of pages, and never gives them back. Fewer, larger allocations need fewer."},
    {"many arenas", arenas_matter,
     "{metadata} ({metadata%} of resident) is jemalloc's own, for {arenas} arenas; and what is "
     "free in one arena is of no use to another. Try MALLOC_CONF=narenas:4 (or one per core)."},
    {"retained", retained_matters,
     "{retained} is retained: addresses kept for later, their memory already given back. It "
     "counts in VSZ and not in RSS; no leak, nothing to do."},
    {"an own arena dominates", own_arena_heavy,
     "{own arena%} of all ({own arena bytes}) is in arena {own arena}, which the program made for "
     "itself; in Tidemark's servers that is the cache. Is it meant to be that large? Without a "
     "limit (--capacity, --ttl) it grows without end. A second dump, later, shows whether it "
     "does: give both to `tidemark jemalloc FIRST SECOND`."},
    {"one size dominates", one_size_heavy,
     "{heaviest%} of all is in {heaviest}-byte allocations, {heaviest live} of them (whoever made "
     "them asked for more than {heaviest below} bytes). If the process grows, suspect these first: "
     "take a second dump "
     "later, and give both to `tidemark jemalloc FIRST SECOND`."},
};

#define RULES        (sizeof rules / sizeof rules[0])
#define PLACEHOLDERS (sizeof placeholders / sizeof placeholders[0])

static const char *value_format(char text[UNITS_TEXT_BYTES], enum unit unit, double value)
{
    switch (unit) {
    case UNIT_BYTES:
        return units_format_size(text, value);
    case UNIT_COUNT:
        return units_format_count(text, (uint64_t)fmin(fabs(value), 1e18));
    case UNIT_TIME_MS:
        return units_format_duration(text, value * (double)NS_PER_MS);
    case UNIT_TIME_S:
        return units_format_duration(text, value * (double)NS_PER_SECOND);
    default:
        snprintf(text, UNITS_TEXT_BYTES, "%.0f %%", 100 * fmin(value, 1));
        return text;
    }
}

static void placeholder_print(const struct facts *facts, const char *name, size_t length, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    for (size_t i = 0; i < PLACEHOLDERS; i++) {
        const struct placeholder *place = &placeholders[i];
        const char *at = (const char *)facts + place->offset;
        if (strlen(place->name) != length || memcmp(place->name, name, length) != 0)
            continue;
        if (place->unit == UNIT_TEXT)
            fputs(*(const char *const *)at ? *(const char *const *)at : "?", out);
        else
            fputs(value_format(text, place->unit, *(const double *)at), out);
    }
}

static void words_fill(char words[ADVICE_WORDS_BYTES], const char *from, const struct facts *facts)
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
        if (!rules[*next].holds(facts))
            continue;
        advice->rule = rules[*next].name;
        words_fill(advice->words, rules[*next].words, facts);
        ++*next;
        return true;
    }
    if (!first)
        return false;
    advice->rule = "nothing";
    snprintf(advice->words, sizeof advice->words,
             "Nothing here asks for anything: little is wasted, and little waits to be returned. "
             "If the process still grows, take a second dump later and give both.");
    return true;
}
