/* diagnosis_json.c - a diagnosis as a JSON object. */
#include "diagnosis_columns.h"
#include "diagnosis_output.h"
#include "json_fields.h"

#define SCHEMA "tidemark/diagnosis/1"

static json_t *changes_json(const struct diagnosis *diagnosis)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diagnosis->change_count; i++) {
        json_t *object = json_object();
        row_json(object, census_row_columns, CENSUS_ROW_COLUMNS, diagnosis->changes[i].row);
        row_json(object, census_change_columns, CENSUS_CHANGE_COLUMNS, &diagnosis->changes[i]);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *unreachable_json(const struct unreachable *unreachable)
{
#define TYPE(name)    offsetof(struct unreachable_type, name)
#define EXAMPLE(name) offsetof(struct unreachable_example, name)
    static const struct row_column types[] = {
        {"type", NULL, COLUMN_NAME, TYPE(type)},
        {"count", NULL, COLUMN_COUNT, TYPE(count)},
        {"bytes", NULL, COLUMN_BYTES, TYPE(bytes)},
        {"live", NULL, COLUMN_COUNT, TYPE(live)},
    };
    static const struct row_column examples[] = {
        {"record", NULL, COLUMN_NAME, EXAMPLE(record)},
        {"bytes", NULL, COLUMN_BYTES, EXAMPLE(bytes)},
        {"references", NULL, COLUMN_COUNT, EXAMPLE(references)},
        {"holder", NULL, COLUMN_NAME, EXAMPLE(holder)},
        {"cycle", NULL, COLUMN_NAME, EXAMPLE(cycle)},
    };
    return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "share", (json_int_t)unreachable->share,
                     "sampled", (json_int_t)unreachable->sampled, "records",
                     (json_int_t)(unreachable->records * unreachable->share), "record_bytes",
                     (json_int_t)(unreachable->record_bytes * unreachable->share), "kinds",
                     rows_json(types, sizeof types / sizeof types[0], unreachable->types,
                               unreachable->type_count, sizeof unreachable->types[0]),
                     "examples",
                     rows_json(examples, sizeof examples / sizeof examples[0],
                               unreachable->examples, unreachable->example_count,
                               sizeof unreachable->examples[0]));
}

static json_t *verdict_json(const struct result_verdict *verdict)
{
    json_t *json = json_pack("{s:s}", "class", verdict_class_name(verdict->class));
    fields_write(json, verdict_fields, verdict);
    return json;
}

static json_t *headroom_json(const struct diagnosis *diagnosis)
{
    const struct headroom *headroom = &diagnosis->headroom;
    return json_pack("{s:s, s:I, s:I, s:I}", "limit", headroom->limit, "limit_bytes",
                     (json_int_t)headroom->limit_bytes, "left_bytes",
                     (json_int_t)headroom->left_bytes, "time_to_limit_ns",
                     (json_int_t)diagnosis->time_to_limit_ns);
}

json_t *diagnosis_json(const struct diagnosis_page *page)
{
    const struct diagnosis *diagnosis = page->diagnosis;
    const struct mistake_text *mistake = &mistake_texts[diagnosis->mistake];
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:f, s:I, s:f, s:f, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, "
        "s:o, s:o, s:o}",
        "schema", SCHEMA, "policy", page->server->policy, "pid", (json_int_t)page->server->pid,
        "snapshots", (json_int_t)page->snapshots, "seconds", diagnosis->seconds, "requests",
        (json_int_t)diagnosis->requests, "requests_per_second", diagnosis->requests_per_second,
        "bytes_per_second", diagnosis->bytes_per_second, "verdict",
        verdict_json(&diagnosis->verdict), "container", diagnosis->container, "type",
        diagnosis->type, "path", diagnosis->path, "mistake", mistake->name, "means", mistake->means,
        "remedy", mistake->remedy, "headroom", headroom_json(diagnosis), "changes",
        changes_json(diagnosis), "unreachable", unreachable_json(page->unreachable), "first",
        fields_json(sample_fields, &diagnosis->first->sample), "last",
        fields_json(sample_fields, &diagnosis->last->sample));
}
