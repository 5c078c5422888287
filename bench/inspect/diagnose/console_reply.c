/* console_reply.c - JSON from the console into plain structs; whatever is missing or odd is an
 * error. */
#include "console_reply.h"

#include "stats_parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int complain(struct error *error, const char *what)
{
    return error_set(error, "the console's answer has no %s", what);
}

/* 0 where it is missing or below 0. */
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
    text_of(figures, "version", server->version, sizeof server->version);
}

/* What the console's client takes, which is us, would not be there if we did not look. */
static void console_subtract(struct look *look)
{
    uint64_t own = census_bytes(&look->census, "main.console");
    struct result_sample *sample = &look->sample;
    uint64_t *const layers[] = {&sample->allocated_bytes, &sample->active_bytes,
                                &sample->resident_bytes};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        *layers[i] -= own < *layers[i] ? own : 0;
}

static int look_read(const json_t *json, struct look *look, struct console_reply_server *server,
                     struct error *error)
{
    const json_t *figures = json_object_get(json, "figures");
    const json_t *census = json_object_get(json, "census");
    *look = (struct look){0};
    if (json_array_size(census) == 0)
        return complain(error, "census");
    if (stats_parse_json(figures, &look->sample, error) != 0)
        return -1;
    look->sample.time_ns = look->census.time_ns = number_of(json, "time_ns");
    look->sample.requests = number_of(figures, "requests");
    for (size_t i = 0; i < json_array_size(census); i++)
        row_read(json_array_get(census, i), &look->census);
    console_subtract(look);
    server_read(figures, server);
    return 0;
}

int console_reply_look(const char *text, size_t bytes, struct look *look,
                       struct console_reply_server *server, struct error *error)
{
    json_t *json = json_loadb(text, bytes, 0, NULL);
    int status = json ? look_read(json, look, server, error) : complain(error, "JSON");
    json_decref(json);
    return status;
}

/* A chain of names, from a list of texts. */
static void trail_read(const json_t *list, char path[DIAGNOSIS_TEXT_BYTES])
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

static void example_read(const json_t *json, struct lost *lost)
{
    struct lost_example *example = &lost->examples[lost->example_count++];
    text_of(json, "record", example->record, sizeof example->record);
    example->bytes = number_of(json, "bytes");
    example->references = number_of(json, "references");
    trail_read(json_object_get(json, "holder"), example->holder);
    trail_read(json_object_get(json, "cycle"), example->cycle);
}

static void kind_read(const json_t *json, struct lost *lost)
{
    struct lost_kind *kind = &lost->kinds[lost->kind_count++];
    text_of(json, "type", kind->type, sizeof kind->type);
    kind->count = number_of(json, "count");
    kind->bytes = number_of(json, "bytes");
    kind->live = number_of(json, "live");
}

int console_reply_lost(const char *text, size_t bytes, struct lost *lost, struct error *error)
{
    json_t *json = json_loadb(text, bytes, 0, NULL);
    const json_t *kinds = json_object_get(json, "kinds");
    const json_t *examples = json_object_get(json, "examples");
    *lost = (struct lost){.sampled = number_of(json, "sampled"),
                          .share = number_of(json, "share"),
                          .records = number_of(json, "records"),
                          .record_bytes = number_of(json, "record_bytes")};
    trail_read(json_object_get(json, "held"), lost->held);
    for (size_t i = 0; i < json_array_size(kinds) && i < DIAGNOSIS_KINDS; i++)
        kind_read(json_array_get(kinds, i), lost);
    for (size_t i = 0; i < json_array_size(examples) && i < DIAGNOSIS_EXAMPLES; i++)
        example_read(json_array_get(examples, i), lost);
    json_decref(json);
    return lost->share > 0 ? 0 : complain(error, "share");
}
