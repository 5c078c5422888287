/* dump_formats.c - the names of figures. */
#include "dump_formats.h"

#define FIELD(name) offsetof(struct dump_arena, name)
const struct dump_arena_field dump_arena_fields[DUMP_ARENA_FIELDS] = {
    {"nthreads", "assigned threads", false, FIELD(threads)},
    {"uptime_ns", "uptime", false, FIELD(uptime_ns)},
    {"pactive", NULL, true, FIELD(active_bytes)},
    {NULL, "active", false, FIELD(active_bytes)},
    {"pdirty", NULL, true, FIELD(dirty_bytes)},
    {"pmuzzy", NULL, true, FIELD(muzzy_bytes)},
    {"internal", "internal", false, FIELD(internal_bytes)},
    {"tcache", "tcache", false, FIELD(tcache_bytes)}, /* 5.0 */
    {"tcache_bytes", "tcache_bytes", false, FIELD(tcache_bytes)},
    {"resident", "resident", false, FIELD(resident_bytes)},
    {"mapped", "mapped", false, FIELD(mapped_bytes)},
    {"retained", "retained", false, FIELD(retained_bytes)},
};

#define TOTAL(name) offsetof(struct dump, name##_bytes)
const struct dump_total_field dump_total_fields[DUMP_TOTAL_FIELDS] = {
    {"allocated", TOTAL(allocated)}, {"active", TOTAL(active)}, {"metadata", TOTAL(metadata)},
    {"resident", TOTAL(resident)},   {"mapped", TOTAL(mapped)}, {"retained", TOTAL(retained)},
};

void dump_page_set(struct dump *dump, uint64_t page_bytes)
{
    if (page_bytes == 0 || page_bytes > DUMP_PAGE_BYTES_MAX || (page_bytes & (page_bytes - 1)) != 0)
        return;
    dump->page_bytes = page_bytes;
    dump->page_told = true;
}
