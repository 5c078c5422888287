/* dump_facts.h - what a dump says, and what two of them say: figures, and lists in order of weight.
 *
 * Pure. Bytes are doubles, so that differences may be negative; shares are from 0 to 1.
 */
#ifndef DUMP_FACTS_H
#define DUMP_FACTS_H

#include "dump.h"

#define FACTS_TOP 8

/* A size class, and what became of it since the dump before. */
struct fact_class {
    double size_bytes, below_bytes; /* it serves requests beyond `below_bytes` */
    double live, used_bytes, held_bytes, wasted_bytes;
    double utilisation; /* used of held */
    bool large;
    double grown, grown_bytes; /* since the dump before: 0 without one */
    const char *arena;         /* where most of that is */
};

struct fact_list {
    struct fact_class classes[FACTS_TOP]; /* the weightiest first */
    size_t count;
    size_t rest; /* how many more there are */
    double rest_bytes;
};

struct facts {
    const struct dump *dump, *before; /* before: NULL for one dump */
    /* From allocated to mapped: each gap. */
    double allocated, tcache, internal, slack, active, dirty, metadata, resident;
    double untouched, mapped, retained, muzzy;
    double slack_share, tcache_share;      /* of active, of allocated */
    double dirty_share, muzzy_share;       /* of resident */
    double metadata_share, retained_share; /* of resident */
    double dirty_decay_ms, muzzy_decay_ms; /* of most of those pages; -1: never */
    double arenas;
    struct fact_list wasteful, weighty;
    struct fact_class worst, heaviest;       /* the first of each, or all 0 */
    double heaviest_share;                   /* of allocated */
    const char *own_arena;                   /* the largest that the program made; NULL: none */
    double own_arena_bytes, own_arena_share; /* of allocated */
    /* Since the dump before. */
    double seconds; /* between them; 0: not told */
    double allocated_grown, active_grown, slack_grown, resident_grown, dirty_grown;
    struct fact_list growing;                      /* by bytes, either way */
    struct fact_class suspect;                     /* what grew most, or all 0 */
    double suspect_share;                          /* of the growth of allocated */
    double own_arena_grown, own_arena_grown_share; /* of the growth of allocated */
    bool reversed;                                 /* the second process is younger */
};

void facts_gather(struct facts *facts, const struct dump *dump, const struct dump *before);

#endif
