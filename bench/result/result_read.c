/* result_read.c - reads a result file. A key that is missing or wrong is named in the error. */
#include "json_fields.h"
#include "result.h"

#include <stdio.h>
#include <string.h>

/* `missing` is the key that is read, for the error. */
struct reader {
    struct result *result;
    const char *missing;
};

static int object_read(struct reader *reader, const json_t *parent, const char *key,
                       const struct field_table *table, void *into)
{
    const json_t *object = json_object_get(parent, key);
    reader->missing = key;
    return json_is_object(object) ? fields_read(object, table, into, &reader->missing) : -1;
}

/* Finds the text among names; *value is its index. */
static int name_read(struct reader *reader, const json_t *parent, const char *key,
                     const char *(*name)(size_t), size_t names, unsigned *value)
{
    const char *text = json_string_value(json_object_get(parent, key));
    reader->missing = key;
    for (size_t i = 0; text != NULL && i < names; i++)
        if (strcmp(text, name(i)) == 0) {
            *value = (unsigned)i;
            return 0;
        }
    return -1;
}

static const char *class_name(size_t i)
{
    return verdict_class_name((enum verdict_class)i);
}

static const char *status_name(size_t i)
{
    return run_status_name((enum run_status)i);
}

static int load_read(struct reader *reader, const json_t *parent, struct result_load *load)
{
    const json_t *object = json_object_get(parent, "load");
    const json_t *latency = json_object_get(object, "latency");
    if (object_read(reader, parent, "load", &load_fields, load) ||
        object_read(reader, object, "errors_by_kind", &errors_fields, &load->errors_by_kind) ||
        object_read(reader, latency, "all", &latency_fields, &load->all) ||
        object_read(reader, latency, "hits", &latency_fields, &load->hit) ||
        object_read(reader, latency, "misses", &latency_fields, &load->miss) ||
        object_read(reader, latency, "as_sent", &latency_fields, &load->as_sent))
        return -1;
    return 0;
}

static int verdict_read(struct reader *reader, const json_t *parent, struct result_verdict *verdict)
{
    const json_t *object = json_object_get(parent, "verdict");
    const json_t *layers = json_object_get(object, "layers");
    unsigned class;
    if (object_read(reader, parent, "verdict", &verdict_fields, verdict) ||
        name_read(reader, object, "class", class_name, VERDICT_CLASSES, &class) ||
        object_read(reader, object, "first", &counts_fields, &verdict->first) ||
        object_read(reader, object, "last", &counts_fields, &verdict->last))
        return -1;
    verdict->class = (enum verdict_class) class;
    for (size_t i = 0; i < RESULT_GAPS; i++)
        if (object_read(reader, object, result_gaps[i], &slope_fields, &verdict->gaps[i]))
            return -1;
    for (size_t i = 0; i < RESULT_LAYERS; i++)
        if (object_read(reader, layers, result_layers[i], &slope_fields, &verdict->layers[i]))
            return -1;
    return 0;
}

static int samples_read(struct reader *reader, const json_t *object, struct result_run *run)
{
    const json_t *samples = json_object_get(object, "samples"), *sample;
    size_t i;
    reader->missing = "samples";
    if (!json_is_array(samples))
        return -1;
    json_array_foreach((json_t *)samples, i, sample)
    {
        struct result_sample read;
        if (fields_read(sample, &sample_fields, &read, &reader->missing))
            return -1;
        result_sample_add(reader->result, run, &read);
    }
    return 0;
}

static int series_read(struct reader *reader, const json_t *object, struct result_run *run)
{
    const json_t *series = json_object_get(object, "series"), *interval;
    size_t i;
    reader->missing = "series";
    if (!json_is_array(series))
        return -1;
    result_series_add(reader->result, run, json_array_size(series));
    json_array_foreach((json_t *)series, i, interval)
    {
        if (fields_read(interval, &interval_fields, &run->series[i], &reader->missing))
            return -1;
    }
    return 0;
}

static int after_read(struct reader *reader, const json_t *object, struct result_burst *burst)
{
    const json_t *after = json_object_get(object, "after"), *element;
    size_t i;
    reader->missing = "after";
    if (!json_is_array(after) || json_array_size(after) > RESULT_AFTERS)
        return -1;
    burst->after_count = json_array_size(after);
    json_array_foreach((json_t *)after, i, element)
    {
        if (fields_read(element, &after_fields, &burst->after[i], &reader->missing))
            return -1;
    }
    return 0;
}

/* Reads the burst's samples as those of the run, which has none yet, and moves them. */
static int burst_read(struct reader *reader, const json_t *parent, struct result_run *run)
{
    const json_t *object = json_object_get(parent, "burst");
    if (object == NULL)
        return 0;
    struct result_burst *burst = result_burst_add(reader->result, run);
    if (object_read(reader, parent, "burst", &burst_fields, burst) ||
        after_read(reader, object, burst) || samples_read(reader, object, run))
        return -1;
    result_burst_samples(reader->result, run, 0);
    return 0;
}

static int run_read(struct reader *reader, const json_t *object)
{
    struct result_run *run = result_run_add(reader->result);
    unsigned status;
    if (fields_read(object, &run_fields, run, &reader->missing) ||
        name_read(reader, object, "status", status_name, RUN_STATUSES, &status) ||
        burst_read(reader, object, run) || samples_read(reader, object, run))
        return -1;
    run->status = (enum run_status)status;
    if (run->status == RUN_FAILED)
        return 0;
    if (load_read(reader, object, &run->load) ||
        object_read(reader, object, "server", &server_fields, &run->server) ||
        object_read(reader, object, "sampling", &sampling_fields, &run->sampling) ||
        object_read(reader, object, "counts", &exact_fields, &run->counts) ||
        series_read(reader, object, run))
        return -1;
    return verdict_read(reader, object, &run->verdict);
}

static int summary_read(struct reader *reader, const json_t *object, struct result_summary *summary)
{
    const json_t *figures = json_object_get(object, "figures");
    const json_t *verdicts = json_object_get(object, "verdicts");
    unsigned class;
    if (fields_read(object, &summary_fields, summary, &reader->missing) ||
        name_read(reader, object, "class", class_name, VERDICT_CLASSES, &class))
        return -1;
    summary->class = (enum verdict_class) class;
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        summary->verdicts[i] =
            (uint64_t)json_integer_value(json_object_get(verdicts, class_name(i)));
    for (size_t i = 0; i < RESULT_FIGURES; i++)
        if (object_read(reader, figures, result_figures[i], &figure_fields, &summary->figures[i]))
            return -1;
    return 0;
}

static int lists_read(struct reader *reader, const json_t *json)
{
    const json_t *summaries = json_object_get(json, "summary"),
                 *runs = json_object_get(json, "runs");
    const json_t *element;
    struct result *result = reader->result;
    size_t i;
    reader->missing = "summary or runs";
    if (!json_is_array(summaries) || !json_is_array(runs))
        return -1;
    result->summary_count = json_array_size(summaries);
    result->summaries =
        memory_alloc_zeroed(result->zone, (result->summary_count + 1) * sizeof *result->summaries);
    json_array_foreach((json_t *)summaries, i, element)
    {
        if (summary_read(reader, element, &result->summaries[i]))
            return -1;
    }
    json_array_foreach((json_t *)runs, i, element)
    {
        if (run_read(reader, element))
            return -1;
    }
    return 0;
}

static int result_fill(struct reader *reader, const json_t *json)
{
    struct result *result = reader->result;
    const char *schema = json_string_value(json_object_get(json, "schema"));
    reader->missing = "schema";
    if (schema == NULL || strcmp(schema, RESULT_SCHEMA) != 0)
        return -1;
    if (fields_read(json, &result_fields, result, &reader->missing) ||
        object_read(reader, json, "limits", &limits_fields, &result->limits) ||
        object_read(reader, json, "made_by", &made_by_fields, &result->made_by) ||
        object_read(reader, json, "noise", &noise_fields, &result->noise))
        return -1;
    return lists_read(reader, json);
}

static bool is_other_version(const json_t *json)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    return schema != NULL && strncmp(schema, RESULT_FAMILY, strlen(RESULT_FAMILY)) == 0 &&
           strcmp(schema, RESULT_SCHEMA) != 0;
}

/* Releases json. If that is NULL, `wrong` says why. */
static struct result *result_of(const char *path, json_t *json, const json_error_t *wrong,
                                struct error *error)
{
    if (json == NULL) {
        error_set(error, "%s: %s", path, wrong->text);
        return NULL;
    }
    struct reader reader = {.result = result_create("", "")};
    int status = result_fill(&reader, json);
    bool other = status < 0 && is_other_version(json);
    json_decref(json);
    if (status == 0)
        return reader.result;
    if (other)
        error_set(error,
                  "%s: a result of another version than " RESULT_SCHEMA "; run the bench again",
                  path);
    else
        error_set(error, "%s: not a " RESULT_SCHEMA " result: '%s' is missing or wrong", path,
                  reader.missing);
    result_destroy(reader.result);
    return NULL;
}

struct result *result_read(const char *path, struct error *error)
{
    json_error_t wrong;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    return result_of(path, json, &wrong, error);
}

struct result *result_parse(const char *path, const char *text, size_t bytes, struct error *error)
{
    json_error_t wrong;
    json_t *json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &wrong);
    return result_of(path, json, &wrong, error);
}

bool result_is_complete(const char *path)
{
    struct error error;
    struct result *result = result_read(path, &error);
    bool complete = result != NULL && result->complete;
    result_destroy(result);
    return complete;
}
