/* dump_facts.h - what one dump says, and what changed since an earlier one: figures, and size
 * classes in order of weight.
 *
 * Bytes are doubles, because differences may be negative; NaN: the dump does not tell. Shares are
 * from 0 to 1. A pure function of the dumps.
 */
#pragma once

#include "dump.h"
#include "dump_check.h"
#include "dump_list.h"

#define FACTS_LIST_MAX 8

/* A size class, and its change since the earlier dump. */
struct fact_class {
    double size_bytes, below_bytes; /* it serves requests of more than below_bytes */
    double live, used_bytes, held_bytes, wasted_bytes;
    double utilisation; /* used_bytes / held_bytes */
    bool large;
    double grown, grown_bytes; /* 0 without an earlier dump */
    const char *arena;         /* with most of the growth; NULL: none grew */
};

struct fact_list {
    struct fact_class classes[FACTS_LIST_MAX]; /* sorted; those beyond `count` are all 0 */
    size_t count;
    size_t rest; /* the number of further classes, and the sum of what the list is sorted by */
    double rest_bytes;
};

struct facts {
    const struct dump *dump, *before; /* before: NULL for a single dump */
    const struct dump_list *points;   /* all that were read; NULL: only these */
    struct dump_check check;          /* of dump */
    bool adds_up;                     /* the classes of both */
    /* The layers: allocated + unused = active; + dirty + muzzy_resident + metadata_pages + other =
     * resident; + untouched = mapped. tcache and internal are parts of allocated, metadata is
     * metadata_pages and internal. */
    double allocated, tcache, internal, unused, active, dirty, muzzy_resident;
    double metadata_pages, other, resident, untouched, mapped, retained, muzzy, metadata;
    double unused_share, tcache_share;     /* of active, of allocated */
    double dirty_share, muzzy_share;       /* of resident */
    double metadata_share, retained_share; /* of resident */
    double dirty_decay_ms, muzzy_decay_ms; /* of most of those pages; -1: never */
    double dirty_ratio; /* active pages for one dirty page; -1: any, 0: no such rule */
    double arenas;
    struct fact_list wasteful, largest;            /* by wasted_bytes, by used_bytes */
    double largest_share;                          /* of the largest class, of allocated */
    const char *manual_arena;                      /* the largest one; NULL if there is none */
    double manual_arena_bytes, manual_arena_share; /* of allocated */
    /* Since the earlier dump. */
    double seconds; /* between the dumps; 0: unknown */
    double allocated_grown, unused_grown, resident_grown;
    struct fact_list changed;                            /* by size of the change in bytes */
    struct fact_class grown_most;                        /* all 0 if no class grew */
    double grown_most_share;                             /* of allocated_grown */
    double manual_arena_grown, manual_arena_grown_share; /* of allocated_grown */
    bool wrong_order; /* the process of the second dump is younger than that of the first */
};

/* The dumps must outlive the facts. before: NULL for a single dump. */
void facts_gather(struct facts *facts, const struct dump *dump, const struct dump *before);
