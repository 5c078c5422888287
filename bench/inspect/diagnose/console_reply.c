/* console_reply.c - copies JSON into plain structs. */
#include "console_reply.h"

#include "stats_parse.h"

#include <stdio.h>
#include <string.h>

static int missing(struct error *error, const char *what)
{
    return error_set(error, "the console's answer contains no %s", what);
}

/* 0 where it is missing or negative. */
static uint64_t number_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static void text_of(const json_t *object, const char *key, char *text, size_t bytes)
{
    const char *value = json_string_value(json_object_get(object, key));
    snprintf(text, bytes, "%s", value ? value : "");
}

static void row_read(const json_t *json, struct census *census)
{
    struct census_row row = {.live = number_of(json, "live"),
                             .live_bytes = number_of(json, "live_bytes"),
                             .total = number_of(json, "total"),
                             .total_bytes = number_of(json, "total_bytes")};
    text_of(json, "container", row.container, sizeof row.container);
    text_of(json, "type", row.type, sizeof row.type);
    census_add(census, &row);
}

static void server_read(const json_t *figures, struct console_reply_server *server)
{
    const json_t *limits = json_object_get(figures, "limits");
    *server = (struct console_reply_server){.pid = number_of(figures, "pid"),
                                            .limits = {number_of(limits, "capacity_entries"),
                                                       number_of(limits, "capacity_bytes"),
                                                       number_of(limits, "ttl_ns")}};
    text_of(figures, "policy", server->policy, sizeof server->policy);
}

/* Subtracts the memory of the console's client, which is this program. */
static void console_subtract(struct snapshot *snapshot)
{
    uint64_t own = census_bytes(&snapshot->census, "main.console");
    struct result_sample *sample = &snapshot->sample;
    uint64_t *const layers[] = {&sample->allocated_bytes, &sample->active_bytes,
                                &sample->resident_bytes};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        *layers[i] -= own < *layers[i] ? own : 0;
}

static int snapshot_read(const json_t *json, struct snapshot *snapshot,
                         struct console_reply_server *server, struct error *error)
{
    const json_t *figures = json_object_get(json, "figures");
    const json_t *census = json_object_get(json, "census");
    *snapshot = (struct snapshot){0};
    if (json_array_size(census) == 0)
        return missing(error, "census");
    if (stats_parse_json(figures, &snapshot->sample, error) != 0)
        return error_set(error, "the console's answer: %s", error->text);
    snapshot->sample.time_ns = snapshot->census.time_ns = number_of(json, "time_ns");
    snapshot->sample.requests = number_of(figures, "requests");
    for (size_t i = 0; i < json_array_size(census); i++)
        row_read(json_array_get(census, i), &snapshot->census);
    console_subtract(snapshot);
    server_read(figures, server);
    return 0;
}

int console_reply_snapshot(const char *text, size_t bytes, struct snapshot *snapshot,
                           struct console_reply_server *server, struct error *error)
{
    json_t *json = json_loadb(text, bytes, 0, NULL);
    int status = json ? snapshot_read(json, snapshot, server, error) : missing(error, "JSON");
    json_decref(json);
    return status;
}

/* Joins a list of names with arrows. */
static void path_read(const json_t *list, char path[DIAGNOSIS_TEXT_BYTES])
{
    path[0] = '\0';
    for (size_t i = 0, count = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        int more = snprintf(path + count, DIAGNOSIS_TEXT_BYTES - count, "%s%s", i > 0 ? " -> " : "",
                            name ? name : "?");
        count += (size_t)more;
        if (count >= DIAGNOSIS_TEXT_BYTES)
            return;
    }
}

static void example_read(const json_t *json, struct unreachable *unreachable)
{
    struct unreachable_example *example = &unreachable->examples[unreachable->example_count++];
    text_of(json, "record", example->record, sizeof example->record);
    example->bytes = number_of(json, "bytes");
    example->references = number_of(json, "references");
    path_read(json_object_get(json, "holder"), example->holder);
    path_read(json_object_get(json, "cycle"), example->cycle);
}

static void type_read(const json_t *json, struct unreachable *unreachable)
{
    struct unreachable_type *type = &unreachable->types[unreachable->type_count++];
    text_of(json, "type", type->type, sizeof type->type);
    type->count = number_of(json, "count");
    type->bytes = number_of(json, "bytes");
    type->live = number_of(json, "live");
}

int console_reply_unreachable(const char *text, size_t bytes, struct unreachable *unreachable,
                              struct error *error)
{
    json_t *json = json_loadb(text, bytes, 0, NULL);
    const json_t *kinds = json_object_get(json, "kinds");
    const json_t *examples = json_object_get(json, "examples");
    *unreachable = (struct unreachable){.sampled = number_of(json, "sampled"),
                                        .share = number_of(json, "share"),
                                        .records = number_of(json, "records"),
                                        .record_bytes = number_of(json, "record_bytes")};
    path_read(json_object_get(json, "held"), unreachable->held);
    for (size_t i = 0; i < json_array_size(kinds) && i < DIAGNOSIS_TYPES; i++)
        type_read(json_array_get(kinds, i), unreachable);
    for (size_t i = 0; i < json_array_size(examples) && i < DIAGNOSIS_EXAMPLES; i++)
        example_read(json_array_get(examples, i), unreachable);
    json_decref(json);
    return unreachable->share > 0 ? 0 : missing(error, "share");
}
