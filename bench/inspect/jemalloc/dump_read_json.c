/* dump_read_json.c - jemalloc's statistics as JSON (malloc_stats_print with the option J). */
#include "dump_formats.h"
#include "json_mend.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* DUMP_UNTOLD where it is missing or no number of at least 0. */
static uint64_t number_get(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0)
        return DUMP_UNTOLD;
    return (uint64_t)number < DUMP_FIGURE_MAX ? (uint64_t)number : DUMP_FIGURE_MAX;
}

/* 4.x and 5.x have different names for the same. */
static uint64_t number_of_both(const json_t *object, const char *key, const char *key_4)
{
    uint64_t number = number_get(object, key);
    return number == DUMP_UNTOLD ? number_get(object, key_4) : number;
}

static int64_t setting_get(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= -1
               ? (int64_t)json_integer_value(value)
               : DUMP_UNKNOWN;
}

/* 4.x tells seconds. */
static int64_t decay_get(const json_t *object, const char *key_ms, const char *key_seconds)
{
    int64_t ms = setting_get(object, key_ms);
    int64_t seconds = key_seconds == NULL ? DUMP_UNKNOWN : setting_get(object, key_seconds);
    if (ms != DUMP_UNKNOWN)
        return ms;
    return dump_decay_ms_of(seconds);
}

/* Adds the classes of one array. False: a figure of one is missing, or its size. */
static bool bins_read(struct dump_arena *arena, const json_t *bins, const json_t *sizes)
{
    bool whole = json_is_array(bins) && json_array_size(bins) <= json_array_size(sizes);
    for (size_t i = 0; i < json_array_size(bins); i++) {
        const json_t *bin = json_array_get(bins, i), *size = json_array_get(sizes, i);
        struct dump_class class = {.size_bytes = number_get(size, "size"),
                                   .live = number_get(bin, "curregs"),
                                   .slabs = number_of_both(bin, "curslabs", "curruns"),
                                   .slab_regions = number_get(size, "nregs"),
                                   .slab_bytes = number_of_both(size, "slab_size", "run_size")};
        if (class.size_bytes == DUMP_UNTOLD || class.live == DUMP_UNTOLD ||
            class.slabs == DUMP_UNTOLD || class.slab_regions == DUMP_UNTOLD ||
            class.slab_bytes == DUMP_UNTOLD)
            whole = false;
        else
            dump_class_add(arena, &class);
    }
    return whole;
}

static bool large_read(struct dump_arena *arena, const json_t *extents, const json_t *sizes,
                       const char *live, bool huge)
{
    bool whole = json_is_array(extents) && json_array_size(extents) <= json_array_size(sizes);
    for (size_t i = 0; i < json_array_size(extents); i++) {
        struct dump_class class = {.size_bytes = number_get(json_array_get(sizes, i), "size"),
                                   .live = number_get(json_array_get(extents, i), live),
                                   .huge = huge};
        if (class.size_bytes == DUMP_UNTOLD || class.live == DUMP_UNTOLD)
            whole = false;
        else
            dump_class_add(arena, &class);
    }
    return whole;
}

static void classes_read(struct dump_arena *arena, const json_t *object, const json_t *kinds)
{
    const json_t *runs = json_object_get(object, "lruns");
    arena->small_listed =
        bins_read(arena, json_object_get(object, "bins"), json_object_get(kinds, "bin"));
    if (runs != NULL)
        arena->large_listed =
            large_read(arena, runs, json_object_get(kinds, "lrun"), "curruns", false) &&
            large_read(arena, json_object_get(object, "hchunks"), json_object_get(kinds, "hchunk"),
                       "curhchunks", true);
    else
        arena->large_listed = large_read(arena, json_object_get(object, "lextents"),
                                         json_object_get(kinds, "lextent"), "curlextents", false);
}

static void arena_read(const struct dump *dump, struct dump_arena *arena, const json_t *object,
                       const json_t *kinds)
{
    for (size_t i = 0; i < DUMP_ARENA_FIELDS; i++) {
        const struct dump_arena_field *field = &dump_arena_fields[i];
        uint64_t number = field->key == NULL ? DUMP_UNTOLD : number_get(object, field->key);
        if (number != DUMP_UNTOLD)
            *dump_figure(arena, field->offset) =
                number * (field->key_in_pages ? dump->page_bytes : 1);
    }
    const json_t *small = json_object_get(object, "small");
    const json_t *large = json_object_get(object, "large");
    const json_t *huge = json_object_get(object, "huge"); /* 4.x */
    arena->small_bytes = number_get(small, "allocated");
    arena->large_bytes = dump_sum(number_get(large, "allocated"), number_get(huge, "allocated"));
    arena->allocated_bytes = dump_sum(arena->small_bytes, arena->large_bytes);
    arena->allocations =
        dump_sum(dump_sum(number_get(small, "nmalloc"), number_get(large, "nmalloc")),
                 number_get(huge, "nmalloc"));
    arena->fills = dump_sum(number_get(small, "nfills"), number_get(large, "nfills"));
    if (json_is_object(json_object_get(object, "metadata"))) /* 4.x */
        arena->internal_bytes = number_get(json_object_get(object, "metadata"), "allocated");
    arena->dirty_decay_ms = decay_get(object, "dirty_decay_ms", NULL);
    arena->muzzy_decay_ms = decay_get(object, "muzzy_decay_ms", NULL);
    classes_read(arena, object, kinds);
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
    const json_t *oblivious = json_object_get(config, "cache_oblivious");
    uint64_t threads = number_get(background, "num_threads");
    uint64_t arenas = number_get(opt, "narenas"), huge = number_get(opt, "oversize_threshold");
    /* A background thread may have been started after the option was read. */
    dump->background_thread = json_is_true(json_object_get(opt, "background_thread")) ||
                              (threads != DUMP_UNTOLD && threads > 0);
    dump->profiling = json_is_true(json_object_get(config, "prof"));
    if (oblivious != NULL)
        dump->cache_oblivious = json_is_true(oblivious);
    dump->automatic_arenas = arenas == DUMP_UNTOLD ? 0 : arenas;
    dump->oversize_threshold_bytes = huge == DUMP_UNTOLD ? 0 : huge;
}

/* 4.x tells both settings, whichever is in force. */
static void purging_read(struct dump *dump, const json_t *kinds, const json_t *opt)
{
    const char *purge = json_string_value(json_object_get(opt, "purge"));
    bool decay = purge != NULL && strcmp(purge, "decay") == 0;
    dump->dirty_decay_ms = decay_get(kinds, "dirty_decay_ms", decay ? "decay_time" : NULL);
    dump->muzzy_decay_ms = decay_get(kinds, "muzzy_decay_ms", NULL);
    if (!decay)
        dump->dirty_ratio_lg = setting_get(kinds, "lg_dirty_mult");
}

static void root_read(struct dump *dump, const json_t *root)
{
    const json_t *kinds = json_object_get(root, "arenas");
    const json_t *stats = json_object_get(root, "stats");
    const char *version = json_string_value(json_object_get(root, "version"));
    dump_name_copy(dump->version, version == NULL ? "" : version);
    options_read(dump, root);
    dump_page_set(dump, number_get(kinds, "page"));
    purging_read(dump, kinds, json_object_get(root, "opt"));
    for (size_t i = 0; i < DUMP_TOTAL_FIELDS; i++)
        *dump_figure(dump, dump_total_fields[i].offset) =
            number_get(stats, dump_total_fields[i].name);
    arenas_read(dump, json_object_get(root, "stats.arenas"), kinds);
}

int dump_read_json(struct dump *dump, struct span text, size_t *used, struct error *error)
{
    json_error_t reason;
    json_t *document = json_loadb(text.bytes, text.count, JSON_DISABLE_EOF_CHECK, &reason);
    dump->finished = document != NULL;
    *used = document != NULL ? (size_t)reason.position : text.count;
    if (document == NULL)
        document = json_mend(text);
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
