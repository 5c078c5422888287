/* dump_read_json.c - jemalloc's statistics as JSON (malloc_stats_print with the option J). */
#include "dump_formats.h"

#include <jansson.h>
#include <string.h>

/* 0 where it is missing or negative. */
static uint64_t number_get(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));
    if (number < 0)
        return 0;
    return (uint64_t)number < DUMP_FIGURE_MAX ? (uint64_t)number : DUMP_FIGURE_MAX;
}

static int64_t decay_get(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : DUMP_UNKNOWN;
}

static void bins_read(struct dump_arena *arena, const json_t *bins, const json_t *sizes)
{
    for (size_t i = 0; i < json_array_size(bins); i++) {
        const json_t *bin = json_array_get(bins, i), *size = json_array_get(sizes, i);
        struct dump_class class = {.size_bytes = number_get(size, "size"),
                                   .live = number_get(bin, "curregs"),
                                   .slabs = number_get(bin, "curslabs"),
                                   .slab_regions = number_get(size, "nregs"),
                                   .slab_bytes = number_get(size, "slab_size")};
        dump_class_add(arena, &class);
    }
}

static void large_read(struct dump_arena *arena, const json_t *extents, const json_t *sizes)
{
    for (size_t i = 0; i < json_array_size(extents); i++) {
        struct dump_class class = {.size_bytes = number_get(json_array_get(sizes, i), "size"),
                                   .live = number_get(json_array_get(extents, i), "curlextents")};
        dump_class_add(arena, &class);
    }
}

static void arena_read(const struct dump *dump, struct dump_arena *arena, const json_t *object,
                       const json_t *kinds)
{
    for (size_t i = 0; i < DUMP_ARENA_FIELDS; i++) {
        const struct dump_arena_field *field = &dump_arena_fields[i];
        if (field->key != NULL)
            *dump_figure(arena, field->offset) =
                number_get(object, field->key) * (field->key_in_pages ? dump->page_bytes : 1);
    }
    const json_t *small = json_object_get(object, "small");
    const json_t *large = json_object_get(object, "large");
    arena->allocated_bytes = number_get(small, "allocated") + number_get(large, "allocated");
    arena->allocations = number_get(small, "nmalloc") + number_get(large, "nmalloc");
    arena->fills = number_get(small, "nfills") + number_get(large, "nfills");
    arena->dirty_decay_ms = decay_get(object, "dirty_decay_ms");
    arena->muzzy_decay_ms = decay_get(object, "muzzy_decay_ms");
    bins_read(arena, json_object_get(object, "bins"), json_object_get(kinds, "bin"));
    large_read(arena, json_object_get(object, "lextents"), json_object_get(kinds, "lextent"));
}

static void arenas_read(struct dump *dump, json_t *arenas, const json_t *kinds)
{
    const char *name;
    json_t *object;
    json_object_foreach (arenas, name, object) {
        bool merged = strcmp(name, "merged") == 0;
        if (merged)
            dump_arena_init(&dump->total, "all");
        arena_read(dump, merged ? &dump->total : dump_arena_add(dump, name), object, kinds);
    }
}

static void options_read(struct dump *dump, const json_t *root)
{
    const json_t *opt = json_object_get(root, "opt"), *config = json_object_get(root, "config");
    const json_t *stats = json_object_get(root, "stats");
    const json_t *background = json_object_get(stats, "background_thread");
    /* A background thread may have been started after the option was read. */
    dump->background_thread = json_is_true(json_object_get(opt, "background_thread")) ||
                              number_get(background, "num_threads") > 0;
    dump->profiling = json_is_true(json_object_get(config, "prof"));
    dump->cache_oblivious = json_is_true(json_object_get(config, "cache_oblivious"));
    dump->automatic_arenas = number_get(opt, "narenas");
    dump->oversize_threshold_bytes = number_get(opt, "oversize_threshold");
}

static void root_read(struct dump *dump, const json_t *root)
{
    const json_t *kinds = json_object_get(root, "arenas");
    const json_t *stats = json_object_get(root, "stats");
    const char *version = json_string_value(json_object_get(root, "version"));
    dump_name_copy(dump->version, version == NULL ? "" : version);
    options_read(dump, root);
    uint64_t page_bytes = number_get(kinds, "page");
    if (page_bytes > 0 && page_bytes <= DUMP_PAGE_BYTES_MAX)
        dump->page_bytes = page_bytes;
    dump->dirty_decay_ms = decay_get(kinds, "dirty_decay_ms");
    dump->muzzy_decay_ms = decay_get(kinds, "muzzy_decay_ms");
    for (size_t i = 0; i < DUMP_TOTAL_FIELDS; i++)
        *dump_figure(dump, dump_total_fields[i].offset) =
            number_get(stats, dump_total_fields[i].name);
    arenas_read(dump, json_object_get(root, "stats.arenas"), kinds);
}

int dump_read_json(struct dump *dump, const char *text, size_t bytes, struct error *error)
{
    json_error_t reason;
    json_t *document = json_loadb(text, bytes, JSON_DISABLE_EOF_CHECK, &reason);
    json_t *root = json_object_get(document, "jemalloc");
    int status = 0;
    if (root == NULL)
        status = error_set(
            error, "line %d, column %d: damaged or cut off; make a new dump and keep all of it",
            reason.line, reason.column);
    else
        root_read(dump, root);
    json_decref(document);
    return status;
}
