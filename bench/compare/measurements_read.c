/* measurements_read.c - finds out by a file's content which program wrote it, and has it read. */
#include "measurements_read.h"

#include "files.h"
#include "measurements_json.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)

typedef int filler(struct measurements *measurements, const json_t *json, struct error *error);

static enum measurements_outcome filled(struct measurements **measurements, const char *path,
                                        enum figure_source source, const json_t *json, filler *fill,
                                        struct error *error)
{
    struct measurements *made = measurements_create(path, source);
    struct error reason;
    if (fill(made, json, &reason) == 0) {
        *measurements = made;
        return MEASUREMENTS_READ;
    }
    error_set(error, "%.300s: no %s result: %.160s", path, measurements_source_name(source),
              reason.text);
    measurements_destroy(made);
    return MEASUREMENTS_BAD;
}

static enum measurements_outcome result_filled(struct measurements **measurements, const char *path,
                                               const char *text, size_t bytes, struct error *error)
{
    struct result *result = result_parse(path, text, bytes, error);
    if (result == NULL)
        return MEASUREMENTS_BAD;
    *measurements = measurements_of_result(result, path);
    result_destroy(result);
    return MEASUREMENTS_READ;
}

static const char *schema_of(const json_t *json)
{
    return json_string_value(json_object_get(json, "schema"));
}

static bool is_result(const json_t *json)
{
    const char *schema = schema_of(json);
    return schema != NULL && strncmp(schema, RESULT_FAMILY, strlen(RESULT_FAMILY)) == 0;
}

static enum measurements_outcome json_filled(struct measurements **measurements, const char *path,
                                             const json_t *json, struct error *error)
{
    bool is_beside = json_object_get(json, "jemalloc") != NULL;
    if (json_is_object(json_object_get(json, "context")) &&
        json_is_array(json_object_get(json, "benchmarks")))
        return filled(measurements, path, SOURCE_GBENCH, json, measurements_from_gbench, error);
    if (json_is_array(json_object_get(json, "results")) && schema_of(json) == NULL)
        return filled(measurements, path, SOURCE_HYPERFINE, json, measurements_from_hyperfine,
                      error);
    error_set(error, "%.300s: not of tidemark bench, google-benchmark or hyperfine%s", path,
              is_beside ? ", but jemalloc's statistics" : "");
    return is_beside ? MEASUREMENTS_BESIDE : MEASUREMENTS_OTHER;
}

enum measurements_outcome measurements_parse(struct measurements **measurements, const char *path,
                                             const char *text, size_t bytes, struct error *error)
{
    json_error_t wrong;
    *measurements = NULL;
    json_t *json = json_loadb(text, bytes, 0, &wrong);
    if (json == NULL) {
        error_set(error, "%.300s: no JSON: %s (line %d)", path, wrong.text, wrong.line);
        error->text[strcspn(error->text, "\n")] = '\0';
        return MEASUREMENTS_BAD;
    }
    enum measurements_outcome outcome = is_result(json)
                                            ? result_filled(measurements, path, text, bytes, error)
                                            : json_filled(measurements, path, json, error);
    json_decref(json);
    return outcome;
}

enum measurements_outcome measurements_read(struct measurements **measurements, const char *path,
                                            struct error *error)
{
    size_t bytes = 0;
    *measurements = NULL;
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, error);
    if (text == NULL)
        return MEASUREMENTS_BAD;
    enum measurements_outcome outcome = measurements_parse(measurements, path, text, bytes, error);
    free(text);
    return outcome;
}
