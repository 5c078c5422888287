/* diagnosis_json.c - the same as diagnosis_show.c for programs. */
#include "diagnosis_output.h"
#include "json_fields.h"

#include <jansson.h>

#define SCHEMA "tidemark/diagnosis/1"

static json_t *changes_json(const struct diagnosis *diagnosis)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diagnosis->change_count; i++) {
        const struct census_change *change = &diagnosis->changes[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "container",
                      change->row->container, "type", change->row->type, "live",
                      (json_int_t)change->row->live, "live_bytes",
                      (json_int_t)change->row->live_bytes, "live_growth", (json_int_t)change->live,
                      "growth_bytes", (json_int_t)change->live_bytes, "made",
                      (json_int_t)change->made, "made_bytes", (json_int_t)change->made_bytes));
    }
    return list;
}

static json_t *kinds_json(const struct lost *lost)
{
    json_t *list = json_array();
    for (size_t i = 0; i < lost->kind_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I}", "type", lost->kinds[i].type,
                                              "count", (json_int_t)lost->kinds[i].count, "bytes",
                                              (json_int_t)lost->kinds[i].bytes, "live",
                                              (json_int_t)lost->kinds[i].live));
    return list;
}

static json_t *examples_json(const struct lost *lost)
{
    json_t *list = json_array();
    for (size_t i = 0; i < lost->example_count; i++) {
        const struct lost_example *example = &lost->examples[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s, s:s}", "record",
                                              example->record, "bytes", (json_int_t)example->bytes,
                                              "references", (json_int_t)example->references,
                                              "holder", example->holder, "cycle", example->cycle));
    }
    return list;
}

static json_t *lost_json(const struct lost *lost)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "share", (json_int_t)lost->share, "sampled",
                     (json_int_t)lost->sampled, "records",
                     (json_int_t)(lost->records * lost->share), "record_bytes",
                     (json_int_t)(lost->record_bytes * lost->share), "kinds", kinds_json(lost),
                     "examples", examples_json(lost));
}

static json_t *verdict_json(const struct diagnosis *diagnosis)
{
    json_t *json = json_pack("{s:s}", "class", verdict_class_name(diagnosis->verdict.class));
    fields_write(json, &verdict_fields, &diagnosis->verdict);
    return json;
}

static json_t *layers_json(const struct look *look)
{
    json_t *json = json_object();
    fields_write(json, &sample_fields, &look->sample);
    return json;
}

static json_t *headroom_json(const struct diagnosis *diagnosis)
{
    const struct headroom *room = &diagnosis->room;
    return json_pack("{s:s, s:I, s:I, s:I}", "limit", room->limit, "limit_bytes",
                     (json_int_t)room->limit_bytes, "left_bytes", (json_int_t)room->left_bytes,
                     "time_to_limit_ns", (json_int_t)diagnosis->time_to_limit_ns);
}

int diagnosis_json(const struct diagnosis *diagnosis, const struct console_reply_server *server,
                   const struct lost *lost, size_t looks, FILE *out)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:f, s:I, s:f, s:f, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, "
        "s:o, s:o, s:o}",
        "schema", SCHEMA, "policy", server->policy, "pid", (json_int_t)server->pid, "looks",
        (json_int_t)looks, "seconds", diagnosis->seconds, "requests",
        (json_int_t)diagnosis->requests, "requests_per_second", diagnosis->requests_per_second,
        "bytes_per_second", diagnosis->bytes_per_second, "verdict", verdict_json(diagnosis),
        "container", diagnosis->container, "type", diagnosis->type, "path", diagnosis->path,
        "mistake", mistake_name(diagnosis->mistake), "means", mistake_means(diagnosis->mistake),
        "remedy", mistake_remedy(diagnosis->mistake), "room", headroom_json(diagnosis), "changes",
        changes_json(diagnosis), "unreachable", lost_json(lost), "first",
        layers_json(diagnosis->first), "last", layers_json(diagnosis->last));
    int status = json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(json);
    return status != 0 || fputc('\n', out) == EOF ? -1 : 0;
}
