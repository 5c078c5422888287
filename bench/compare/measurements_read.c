/* measurements_read.c - finds out by a file's content which program wrote it, and reads it. */
#include "measurements_read.h"

#include "files.h"
#include "json_bare.h"
#include "measurements_json.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)

typedef int reader(struct measurements *measurements, const json_t *json,
                   const struct counters *counters, struct error *error);

static enum measurements_outcome json_read(struct measurements **measurements, const char *path,
                                           enum figure_source source, const json_t *json,
                                           reader *read, const struct counters *counters,
                                           struct error *error)
{
    *measurements = measurements_create(path, source);
    if (read(*measurements, json, counters, error) == 0)
        return MEASUREMENTS_READ;
    error_set(error, "%s: not a %s result: %s", path, measurements_source_name(source),
              error->text);
    measurements_destroy(*measurements);
    *measurements = NULL;
    return MEASUREMENTS_BAD;
}

static enum measurements_outcome result_json_read(struct measurements **measurements,
                                                  const char *path, const char *text, size_t bytes,
                                                  struct error *error)
{
    struct result *result = result_parse(path, text, bytes, error);
    if (result == NULL)
        return MEASUREMENTS_BAD;
    *measurements = measurements_of_result(result, path);
    result_destroy(result);
    return MEASUREMENTS_READ;
}

static enum measurements_outcome other_json_read(struct measurements **measurements,
                                                 const char *path, const json_t *json,
                                                 const struct counters *counters,
                                                 struct error *error)
{
    if (json_is_object(json_object_get(json, "context")) &&
        json_is_array(json_object_get(json, "benchmarks")))
        return json_read(measurements, path, SOURCE_GBENCH, json, measurements_from_gbench,
                         counters, error);
    if (json_is_array(json_object_get(json, "results")) && json_object_get(json, "schema") == NULL)
        return json_read(measurements, path, SOURCE_HYPERFINE, json, measurements_from_hyperfine,
                         counters, error);
    error_set(error, "%s: not written by tidemark bench, google-benchmark or hyperfine%s", path,
              json_object_get(json, "jemalloc") != NULL ? "; these are jemalloc's statistics" : "");
    return MEASUREMENTS_OTHER;
}

static bool is_result(const json_t *json)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    return schema != NULL && strncmp(schema, RESULT_FAMILY, strlen(RESULT_FAMILY)) == 0;
}

/* Whether the first line is JSON but no result, as in what tidemark replay writes. */
static bool is_json_lines(const char *text, size_t bytes)
{
    const char *end = memchr(text, '\n', bytes);
    json_t *json = end != NULL ? json_loadb(text, (size_t)(end - text), 0, NULL) : NULL;
    bool is_other = json != NULL && !is_result(json);
    json_decref(json);
    return is_other;
}

static enum measurements_outcome text_read(struct measurements **measurements, const char *path,
                                           const char *text, size_t bytes,
                                           const struct counters *counters, struct error *error)
{
    json_error_t wrong;
    json_t *json = json_bare_load(text, bytes, &wrong);
    if (json == NULL) {
        error_set(error, "%s: not JSON: line %d: %s", path, wrong.line, wrong.text);
        return is_json_lines(text, bytes) ? MEASUREMENTS_OTHER : MEASUREMENTS_BAD;
    }
    enum measurements_outcome outcome =
        is_result(json) ? result_json_read(measurements, path, text, bytes, error)
                        : other_json_read(measurements, path, json, counters, error);
    json_decref(json);
    return outcome;
}

enum measurements_outcome measurements_read(struct measurements **measurements, const char *path,
                                            const struct counters *counters, struct error *error)
{
    size_t bytes = 0;
    *measurements = NULL;
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, error);
    if (text == NULL)
        return MEASUREMENTS_BAD;
    enum measurements_outcome outcome = text_read(measurements, path, text, bytes, counters, error);
    free(text);
    return outcome;
}
