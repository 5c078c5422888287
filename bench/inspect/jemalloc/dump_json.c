/* dump_json.c - the facts of one or two dumps as a JSON object. */
#include "dump_advice.h"
#include "dump_columns.h"
#include "dump_output.h"

#include <math.h>

static const char *const kind_names[DUMP_ARENA_KINDS] = {
    [DUMP_ARENA_AUTOMATIC] = "automatic",
    [DUMP_ARENA_HUGE] = "huge",
    [DUMP_ARENA_MANUAL] = "manual",
    [DUMP_ARENA_DESTROYED] = "destroyed",
};

/* Null where it is unknown. */
static json_t *decay_json(double ms)
{
    return ms < -1 ? json_null() : json_integer((json_int_t)fmin(ms, 1e15));
}

static json_t *layers_json(const struct facts *facts)
{
    static const struct row_column parts[] = {
        {"tcache_bytes", NULL, COLUMN_REAL_BYTES, offsetof(struct facts, tcache)},
        {"internal_bytes", NULL, COLUMN_REAL_BYTES, offsetof(struct facts, internal)},
        {"muzzy_bytes", NULL, COLUMN_REAL_BYTES, offsetof(struct facts, muzzy)},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < DUMP_LAYERS; i++)
        row_json(object, &dump_layers[i].column, 1, facts);
    return row_json(object, parts, sizeof parts / sizeof parts[0], facts);
}

static json_t *classes_json(const struct fact_list *list)
{
    return rows_json(dump_class_columns, DUMP_CLASS_COLUMNS, list->classes, list->count,
                     sizeof list->classes[0]);
}

static json_t *arenas_json(const struct dump *dump)
{
    json_t *array = rows_json(dump_arena_columns, DUMP_ARENA_COLUMNS, dump->arenas,
                              dump->arena_count, sizeof dump->arenas[0]);
    for (size_t i = 0; i < dump->arena_count; i++)
        json_object_set_new(json_array_get(array, i), "kind",
                            json_string(kind_names[dump_arena_kind(dump, &dump->arenas[i])]));
    return array;
}

static json_t *doubts_json(const struct dump_check *check)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->count; i++)
        json_array_append_new(array, json_string(check->doubts[i]));
    return array;
}

static json_t *points_json(const struct dump_list *points)
{
    json_t *array = json_array();
    for (size_t i = 0; i < points->count; i++)
        json_array_append_new(array, row_json(json_object(), dump_point_columns, DUMP_POINT_COLUMNS,
                                              points->dumps[i]));
    return array;
}

static json_t *advice_json(const struct facts *facts)
{
    json_t *array = json_array();
    struct advice advice;
    size_t next = 0;
    while (advice_next(facts, &next, &advice))
        json_array_append_new(array,
                              json_pack("{s:s, s:s}", "rule", advice.rule, "words", advice.words));
    return array;
}

static json_t *change_json(const struct facts *facts)
{
    struct facts before;
    json_t *classes = classes_json(&facts->changed);
    for (size_t i = 0; i < facts->changed.count; i++)
        row_json(json_array_get(classes, i), dump_change_columns, DUMP_CHANGE_COLUMNS,
                 &facts->changed.classes[i]);
    facts_gather(&before, facts->before, NULL);
    return json_pack("{s:o, s:f, s:I, s:o}", "layers_before", layers_json(&before), "seconds",
                     facts->seconds, "allocated_grown_bytes", (json_int_t)facts->allocated_grown,
                     "classes", classes);
}

json_t *dump_json(const struct facts *facts)
{
    const struct dump *dump = facts->dump;
    json_t *root = json_pack(
        "{s:s, s:s, s:b, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version", dump->version,
        "format", dump->format, "complete", dump->finished, "doubts", doubts_json(&facts->check),
        "background_thread", dump->background_thread, "dirty_decay_ms",
        decay_json(facts->dirty_decay_ms), "muzzy_decay_ms", decay_json(facts->muzzy_decay_ms),
        "layers", layers_json(facts), "classes", classes_json(&facts->largest), "wasteful",
        classes_json(&facts->wasteful), "arenas", arenas_json(dump), "advice", advice_json(facts));
    if (facts->before != NULL)
        json_object_set_new(root, "change", change_json(facts));
    if (facts->points != NULL)
        json_object_set_new(root, "points", points_json(facts->points));
    return root;
}
