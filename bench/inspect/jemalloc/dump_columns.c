/* dump_columns.c - the tables of rows and columns. */
#include "dump_columns.h"

#define LAYER(key, name, field)                                                                    \
    {                                                                                              \
        key, name, COLUMN_REAL_BYTES, offsetof(struct facts, field)                                \
    }
const struct dump_layer dump_layers[DUMP_LAYERS] = {
    {" ", LAYER("allocated_bytes", "allocated", allocated),
     "held by the program, rounded up to size classes"},
    {"+", LAYER("unused_bytes", "unused in pages", unused),
     "fragmentation: a page stays while anything in it is live"},
    {"=", LAYER("active_bytes", "active", active), "pages in use"},
    {"+", LAYER("dirty_bytes", "dirty", dirty), "free pages, not yet returned to the kernel"},
    {"+", LAYER("muzzy_resident_bytes", "muzzy", muzzy_resident), "released with MADV_FREE"},
    {"+", LAYER("metadata_pages_bytes", "jemalloc's pages", metadata_pages),
     "metadata that is not in active pages"},
    {"+", LAYER("other_bytes", "other", other),
     "rounding to pages, and what the dump does not tell"},
    {"=", LAYER("resident_bytes", "resident", resident), "memory that jemalloc uses: most of RSS"},
    {"+", LAYER("untouched_bytes", "untouched or muzzy", untouched),
     "never written, or released with MADV_FREE"},
    {"=", LAYER("mapped_bytes", "mapped", mapped), "address space in use"},
    {" ", LAYER("retained_bytes", "retained", retained),
     "address space kept without memory: only in VSZ"},
    {" ", LAYER("metadata_bytes", "metadata", metadata), "all that is jemalloc's own"},
};

#define CLASS(name) offsetof(struct fact_class, name)
const struct row_column dump_class_columns[DUMP_CLASS_COLUMNS] = {
    {"size_bytes", "size", COLUMN_REAL_COUNT, CLASS(size_bytes)},
    {"large", "large", COLUMN_FLAG, CLASS(large)},
    {"live", "live", COLUMN_REAL_COUNT, CLASS(live)},
    {"used_bytes", "used", COLUMN_REAL_BYTES, CLASS(used_bytes)},
    {"held_bytes", "held", COLUMN_REAL_BYTES, CLASS(held_bytes)},
    {"wasted_bytes", "wasted", COLUMN_REAL_BYTES, CLASS(wasted_bytes)},
    {"utilisation", "utilisation", COLUMN_SHARE, CLASS(utilisation)},
};
const struct row_column dump_change_columns[DUMP_CHANGE_COLUMNS] = {
    {"grown", NULL, COLUMN_REAL_COUNT, CLASS(grown)},
    {"grown_bytes", NULL, COLUMN_REAL_BYTES, CLASS(grown_bytes)},
    {"arena", NULL, COLUMN_TEXT, CLASS(arena)},
};

#define POINT(name) offsetof(struct dump, name)
const struct row_column dump_point_columns[DUMP_POINT_COLUMNS] = {
    {"allocated_bytes", "allocated", COLUMN_BYTES, POINT(allocated_bytes)},
    {"active_bytes", "active", COLUMN_BYTES, POINT(active_bytes)},
    {"resident_bytes", "resident", COLUMN_BYTES, POINT(resident_bytes)},
    {"mapped_bytes", "mapped", COLUMN_BYTES, POINT(mapped_bytes)},
};

#define ARENA(name) offsetof(struct dump_arena, name)
const struct row_column dump_arena_columns[DUMP_ARENA_COLUMNS] = {
    {"name", "arena", COLUMN_NAME, ARENA(name)},
    {"threads", "threads", COLUMN_COUNT, ARENA(threads)},
    {"allocated_bytes", "allocated", COLUMN_BYTES, ARENA(allocated_bytes)},
    {"active_bytes", "active", COLUMN_BYTES, ARENA(active_bytes)},
    {"dirty_bytes", "dirty", COLUMN_BYTES, ARENA(dirty_bytes)},
    {"resident_bytes", "resident", COLUMN_BYTES, ARENA(resident_bytes)},
    {"retained_bytes", "retained", COLUMN_BYTES, ARENA(retained_bytes)},
    {"tcache_bytes", "tcache", COLUMN_BYTES, ARENA(tcache_bytes)},
};
