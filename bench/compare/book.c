/* book.c - opens a file of measurements and finds out by its content what it is. */
#include "book_fill.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (UINT64_C(256) << 20)

static const char *const source_names[] = {
    [SOURCE_RESULT] = "tidemark/result",
    [SOURCE_GBENCH] = "google-benchmark",
    [SOURCE_HYPERFINE] = "hyperfine",
};

const char *book_source_name(enum figure_source source)
{
    return source_names[source];
}

/* The file's name, without its folder and .json. */
static void label_make(struct book *book)
{
    const char *slash = strrchr(book->path, '/');
    snprintf(book->label, sizeof book->label, "%.120s", slash != NULL ? slash + 1 : book->path);
    char *ending = strstr(book->label, ".json");
    if (ending != NULL && ending != book->label)
        *ending = '\0';
}

struct book *book_create(const char *path, enum figure_source source)
{
    struct memory_zone *zone = memory_zone_create();
    struct book *book = memory_alloc_zeroed(zone, sizeof *book);
    book->zone = zone;
    book->source = source;
    snprintf(book->path, sizeof book->path, "%s", path);
    label_make(book);
    return book;
}

void book_destroy(struct book *book)
{
    if (book == NULL)
        return;
    struct memory_zone *zone = book->zone;
    for (size_t i = 0; i < book->series_count; i++)
        memory_free(book->series[i]);
    memory_free(book->series);
    memory_free(book->verdicts);
    memory_free(book);
    memory_zone_destroy(zone);
}

/* A name that is too long loses its middle: commands often differ at their ends alone. */
static void name_fit(char name[BOOK_NAME_BYTES], const char *text)
{
    const size_t length = strlen(text), part = (BOOK_NAME_BYTES - sizeof "...") / 2;
    if (length < BOOK_NAME_BYTES)
        memcpy(name, text, length + 1);
    else
        snprintf(name, BOOK_NAME_BYTES, "%.*s...%s", (int)part, text, text + length - part);
}

struct book_series *book_series_add(struct book *book, const char *workload,
                                    const struct figure *figure)
{
    if (book->series_count == BOOK_SERIES_MAX)
        return NULL;
    if (book->series_count == book->series_room) {
        size_t room = book->series_room == 0 ? 32 : 2 * book->series_room;
        struct book_series **grown = memory_alloc(book->zone, room * sizeof(*grown));
        if (book->series_count > 0)
            memcpy(grown, book->series, book->series_count * sizeof(*grown));
        memory_free(book->series);
        book->series = grown;
        book->series_room = room;
    }
    struct book_series *series = memory_alloc_zeroed(book->zone, sizeof *series);
    name_fit(series->workload, workload);
    series->figure = figure;
    series->floor = BOOK_FLOOR_NONE;
    book->series[book->series_count++] = series;
    return series;
}

static struct book_series *series_find(const struct book *book, const char *workload,
                                       const struct figure *figure)
{
    char name[BOOK_NAME_BYTES];
    name_fit(name, workload);
    for (size_t i = 0; i < book->series_count; i++)
        if (book->series[i]->figure == figure && strcmp(book->series[i]->workload, name) == 0)
            return book->series[i];
    return NULL;
}

const struct book_series *book_find(const struct book *book, const char *workload,
                                    const struct figure *figure)
{
    return series_find(book, workload, figure);
}

struct book_series *book_series_get(struct book *book, const char *workload,
                                    const struct figure *figure)
{
    struct book_series *series = series_find(book, workload, figure);
    return series != NULL ? series : book_series_add(book, workload, figure);
}

void book_value_add(struct book_series *series, double value, uint64_t repetition, uint64_t seed)
{
    if (series->count == STATS_VALUES_MAX || !isfinite(value))
        return;
    series->values[series->count] = value;
    series->repetitions[series->count] = repetition;
    series->seeds[series->count++] = seed;
}

void book_setting_add(struct book *book, const char *name, enum setting_weight weight,
                      const char *format, ...)
{
    if (book->setting_count == BOOK_SETTINGS_MAX)
        return;
    struct book_setting *setting = &book->settings[book->setting_count++];
    va_list arguments;
    snprintf(setting->name, sizeof setting->name, "%s", name);
    setting->weight = weight;
    va_start(arguments, format);
    vsnprintf(setting->value, sizeof setting->value, format, arguments);
    va_end(arguments);
}

void book_flaw_add(struct book *book, const char *format, ...)
{
    size_t used = strlen(book->flaw);
    va_list arguments;
    if (used > 0)
        used += (size_t)snprintf(book->flaw + used, sizeof book->flaw - used, "; ");
    if (used >= sizeof book->flaw)
        return;
    va_start(arguments, format);
    vsnprintf(book->flaw + used, sizeof book->flaw - used, format, arguments);
    va_end(arguments);
}

const struct book_verdict *book_verdict_find(const struct book *book, const char *workload)
{
    for (size_t i = 0; i < book->verdict_count; i++)
        if (strcmp(book->verdicts[i].workload, workload) == 0)
            return &book->verdicts[i];
    return NULL;
}

bool book_has_workload(const struct book *book, const char *workload)
{
    for (size_t i = 0; i < book->series_count; i++)
        if (strcmp(book->series[i]->workload, workload) == 0)
            return true;
    return false;
}

const char *book_setting(const struct book *book, const char *name)
{
    for (size_t i = 0; i < book->setting_count; i++)
        if (strcmp(book->settings[i].name, name) == 0)
            return book->settings[i].value;
    return NULL;
}

typedef int filler(struct book *book, const json_t *json, char error[RESULT_ERROR_BYTES]);

static enum book_outcome filled(struct book **book, const char *path, enum figure_source source,
                                const json_t *json, filler *fill, char error[RESULT_ERROR_BYTES])
{
    struct book *made = book_create(path, source);
    char reason[RESULT_ERROR_BYTES];
    if (fill(made, json, reason) == 0) {
        *book = made;
        return BOOK_READ;
    }
    snprintf(error, RESULT_ERROR_BYTES, "%.300s: no %s result: %.160s", path, source_names[source],
             reason);
    book_destroy(made);
    return BOOK_BAD;
}

static enum book_outcome result_filled(struct book **book, const char *path, const char *text,
                                       size_t bytes, char error[RESULT_ERROR_BYTES])
{
    struct result *result = result_parse(path, text, bytes, error);
    if (result == NULL)
        return BOOK_BAD;
    *book = book_of(result, path);
    result_destroy(result);
    return BOOK_READ;
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

static enum book_outcome json_filled(struct book **book, const char *path, const json_t *json,
                                     char error[RESULT_ERROR_BYTES])
{
    bool is_beside = json_object_get(json, "jemalloc") != NULL;
    if (json_is_object(json_object_get(json, "context")) &&
        json_is_array(json_object_get(json, "benchmarks")))
        return filled(book, path, SOURCE_GBENCH, json, book_gbench_fill, error);
    if (json_is_array(json_object_get(json, "results")) && schema_of(json) == NULL)
        return filled(book, path, SOURCE_HYPERFINE, json, book_hyperfine_fill, error);
    snprintf(error, RESULT_ERROR_BYTES,
             "%.300s: not of tidemark bench, google-benchmark or hyperfine%s", path,
             is_beside ? ", but jemalloc's statistics" : "");
    return is_beside ? BOOK_BESIDE : BOOK_OTHER;
}

enum book_outcome book_parse(struct book **book, const char *path, const char *text, size_t bytes,
                             char error[RESULT_ERROR_BYTES])
{
    json_error_t wrong;
    *book = NULL;
    json_t *json = json_loadb(text, bytes, 0, &wrong);
    if (json == NULL) {
        snprintf(error, RESULT_ERROR_BYTES, "%.300s: no JSON: %s (line %d)", path, wrong.text,
                 wrong.line);
        error[strcspn(error, "\n")] = '\0';
        return BOOK_BAD;
    }
    enum book_outcome outcome = is_result(json) ? result_filled(book, path, text, bytes, error)
                                                : json_filled(book, path, json, error);
    json_decref(json);
    return outcome;
}

/* All of the file, if it is no longer than FILE_BYTES_MAX; freed with free. NULL, and errno says
 * why not. */
static char *file_read(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "re"), *into = NULL;
    char *text = NULL, part[16384];
    size_t count, total = 0;
    if (file == NULL)
        return NULL;
    into = open_memstream(&text, bytes);
    if (into == NULL)
        abort();
    while ((count = fread(part, 1, sizeof part, file)) > 0 && total <= FILE_BYTES_MAX) {
        total += count;
        fwrite(part, 1, count, into);
    }
    int failed = ferror(file) ? errno : total > FILE_BYTES_MAX ? EFBIG : 0;
    fclose(into);
    fclose(file);
    if (failed == 0)
        return text;
    free(text);
    errno = failed;
    return NULL;
}

enum book_outcome book_read(struct book **book, const char *path, char error[RESULT_ERROR_BYTES])
{
    size_t bytes = 0;
    *book = NULL;
    char *text = file_read(path, &bytes);
    if (text == NULL) {
        snprintf(error, RESULT_ERROR_BYTES, "%.300s: %s", path, strerror(errno));
        return BOOK_BAD;
    }
    enum book_outcome outcome = book_parse(book, path, text, bytes, error);
    free(text);
    return outcome;
}
