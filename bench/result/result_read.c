/* result_read.c - reads a result file. A key that is missing or wrong is named in the error. */
#include "files.h"
#include "json_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)

static int after_read(struct fields_reader *reader, const json_t *after, struct result_burst *burst)
{
    const json_t *element;
    size_t i;
    reader->missing = "after";
    if (!json_is_array(after) || json_array_size(after) > RESULT_AFTERS)
        return -1;
    burst->after_count = json_array_size(after);
    json_array_foreach ((json_t *)after, i, element)
        if (fields_read(element, after_fields, &burst->after[i], reader))
            return -1;
    return 0;
}

static int burst_read(struct fields_reader *reader, const json_t *object,
                      struct result_burst *burst)
{
    return fields_read(object, burst_fields, burst, reader) ||
                   after_read(reader, json_object_get(object, "after"), burst)
               ? -1
               : 0;
}

static int run_read(struct fields_reader *reader, const json_t *object, struct result *result)
{
    struct result_run *run = result_run_add(result);
    const json_t *burst = json_object_get(object, "burst");
    if (fields_read(object, run_fields, run, reader))
        return -1;
    if (burst != NULL && burst_read(reader, burst, result_burst_add(result, run)))
        return -1;
    return run->status == RUN_FAILED ? 0 : fields_read(object, measured_fields, run, reader);
}

/* What the runs of version 2 say about speed. */
static void speeds_take(struct result *result)
{
    result->runs_as_speeds = true;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct result_run *run = result->runs[i];
        const struct result_latency *latency = &run->load.all;
        if (run->status == RUN_FAILED)
            continue;
        struct result_speed *speed = result_speed_add(result);
        memcpy(speed->workload, run->workload, sizeof speed->workload);
        speed->repetition = run->repetition;
        speed->seed = run->seed;
        speed->rounds = 1;
        speed->requests = run->load.requests;
        speed->cpu_us_per_request = run->server.cpu_us_per_request;
        speed->requests_per_second = run->load.requests_per_second;
        speed->p50_ns = latency->p50_ns;
        speed->p90_ns = latency->p90_ns;
        speed->p99_ns = latency->p99_ns;
        speed->p999_ns = latency->p999_ns;
        speed->max_ns = latency->max_ns;
        speed->bottleneck = run->load.bottleneck;
    }
}

/* The version of a result; 0: it is none, or one that is not read. */
static unsigned version_of(const json_t *json)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    if (schema == NULL || strncmp(schema, RESULT_FAMILY, strlen(RESULT_FAMILY)) != 0)
        return 0;
    unsigned long version = strtoul(schema + strlen(RESULT_FAMILY), NULL, 10);
    return version >= RESULT_OLDEST && version <= RESULT_VERSION ? (unsigned)version : 0;
}

static int result_fill(struct fields_reader *reader, const json_t *json, struct result *result)
{
    const json_t *runs = json_object_get(json, "runs"), *run;
    size_t i;
    reader->missing = "schema";
    reader->version = version_of(json);
    if (reader->version == 0 || fields_read(json, result_fields, result, reader))
        return -1;
    reader->missing = "runs";
    if (!json_is_array(runs))
        return -1;
    json_array_foreach ((json_t *)runs, i, run)
        if (run_read(reader, run, result))
            return -1;
    if (reader->version < 3)
        speeds_take(result);
    return 0;
}

static bool is_other_version(const json_t *json)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    return schema != NULL && strncmp(schema, RESULT_FAMILY, strlen(RESULT_FAMILY)) == 0 &&
           version_of(json) == 0;
}

/* Releases json. If that is NULL, `wrong` says why. */
static struct result *result_of(const char *path, json_t *json, const json_error_t *wrong,
                                struct error *error)
{
    if (json == NULL) {
        error_set(error, "%s: %s", path, wrong->text);
        return NULL;
    }
    struct result *result = result_create("", "");
    struct fields_reader reader = {.zone = result->zone};
    int status = result_fill(&reader, json, result);
    bool other = status < 0 && is_other_version(json);
    json_decref(json);
    if (status == 0)
        return result;
    if (other)
        error_set(error, "%s: a result of another version than 2 or 3; run the bench again", path);
    else
        error_set(error, "%s: not a " RESULT_SCHEMA " result: '%s' is missing or wrong", path,
                  reader.missing);
    result_destroy(result);
    return NULL;
}

struct result *result_parse(const char *path, const char *text, size_t bytes, struct error *error)
{
    json_error_t wrong;
    json_t *json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &wrong);
    return result_of(path, json, &wrong, error);
}

struct result *result_read(const char *path, struct error *error)
{
    size_t bytes;
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, error);
    struct result *result = text != NULL ? result_parse(path, text, bytes, error) : NULL;
    free(text);
    return result;
}

bool result_is_complete(const char *path)
{
    struct error error;
    struct result *result = result_read(path, &error);
    bool complete = result != NULL && result->complete;
    result_destroy(result);
    return complete;
}
