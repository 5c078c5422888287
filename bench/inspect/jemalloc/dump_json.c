/* dump_json.c - the facts of one or two dumps as one JSON object. */
#include "dump_advice.h"
#include "dump_layers.h"
#include "dump_output.h"

#include <jansson.h>
#include <math.h>

static const char *const kind_names[DUMP_ARENA_KINDS] = {
    [DUMP_ARENA_AUTOMATIC] = "automatic",
    [DUMP_ARENA_HUGE] = "huge",
    [DUMP_ARENA_OWN] = "own",
    [DUMP_ARENA_DESTROYED] = "destroyed",
};

/* Whole numbers within what every reader of JSON keeps. */
static json_t *whole(double value)
{
    return json_integer((json_int_t)fmax(-1e15, fmin(value, 1e15)));
}

static json_t *decay(double ms)
{
    return ms < -1 ? json_null() : whole(ms);
}

static json_t *layers_make(const struct facts *facts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < LAYERS; i++)
        json_object_set_new(object, layers[i].key,
                            whole(*(const double *)((const char *)facts + layers[i].offset)));
    json_object_set_new(object, "tcache_bytes", whole(facts->tcache));
    json_object_set_new(object, "muzzy_bytes", whole(facts->muzzy));
    return object;
}

static json_t *class_make(const struct fact_class *class, bool changes)
{
    json_t *object = json_object();
    json_object_set_new(object, "size_bytes", whole(class->size_bytes));
    json_object_set_new(object, "large", json_boolean(class->large));
    json_object_set_new(object, "live", whole(class->live));
    json_object_set_new(object, "used_bytes", whole(class->used_bytes));
    json_object_set_new(object, "held_bytes", whole(class->held_bytes));
    json_object_set_new(object, "wasted_bytes", whole(class->wasted_bytes));
    json_object_set_new(object, "utilisation", json_real(class->utilisation));
    if (changes) {
        json_object_set_new(object, "grown", whole(class->grown));
        json_object_set_new(object, "grown_bytes", whole(class->grown_bytes));
        json_object_set_new(object, "arena",
                            class->arena ? json_string(class->arena) : json_null());
    }
    return object;
}

static json_t *list_make(const struct fact_list *list, bool changes)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, class_make(&list->classes[i], changes));
    return array;
}

static json_t *arenas_make(const struct dump *dump)
{
    json_t *array = json_array();
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", arena->name,
                             "kind", kind_names[dump_arena_kind(dump, arena)], "threads",
                             whole((double)arena->threads), "allocated_bytes",
                             whole((double)arena->allocated_bytes), "active_bytes",
                             whole((double)arena->active_bytes), "dirty_bytes",
                             whole((double)arena->dirty_bytes), "resident_bytes",
                             whole((double)arena->resident_bytes), "retained_bytes",
                             whole((double)arena->retained_bytes), "tcache_bytes",
                             whole((double)arena->tcache_bytes)));
    }
    return array;
}

static json_t *advice_make(const struct facts *facts)
{
    json_t *array = json_array();
    struct advice advice;
    size_t next = 0;
    while (advice_next(facts, &next, &advice))
        json_array_append_new(array,
                              json_pack("{s:s, s:s}", "rule", advice.rule, "words", advice.words));
    return array;
}

static json_t *change_make(const struct facts *facts)
{
    struct facts then;
    facts_gather(&then, facts->before, NULL);
    return json_pack("{s:o, s:f, s:o, s:o}", "layers_before", layers_make(&then), "seconds",
                     facts->seconds, "allocated_grown_bytes", whole(facts->allocated_grown),
                     "classes", list_make(&facts->growing, true));
}

int show_json(const struct facts *facts, FILE *out)
{
    const struct dump *dump = facts->dump;
    json_t *root = json_pack(
        "{s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version", dump->version, "form",
        dump->form, "whole", dump->whole, "background_thread", dump->background_thread,
        "dirty_decay_ms", decay(facts->dirty_decay_ms), "muzzy_decay_ms",
        decay(facts->muzzy_decay_ms), "layers", layers_make(facts), "classes",
        list_make(&facts->weighty, false), "wasteful", list_make(&facts->wasteful, false), "arenas",
        arenas_make(dump), "advice", advice_make(facts));
    if (facts->before != NULL)
        json_object_set_new(root, "change", change_make(facts));
    int status = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(root);
    return status;
}
