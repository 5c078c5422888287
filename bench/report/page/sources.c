/* sources.c - reads files and recognises them by their schemas or keys. */
#include "sources.h"

#include "xmalloc.h"

#include <jansson.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND_KEYS 4

/* Recognised by the beginning of "schema", or where there is no such key by the keys it has. */
struct kind {
    const char *name, *schema;
    const char *keys[KIND_KEYS];
};

static const struct kind kinds[] = {
    {"result", "tidemark/result/", {NULL}},
    {"bench", "tidemark/bench/", {NULL}},
    {"choice", "tidemark/choose/", {NULL}},
    {"compare", "tidemark/compare/", {NULL}},
    {"verdicts", "tidemark/verdicts/", {NULL}},
    {"replay", "tidemark/replay/", {"trace", "policy", "hit_ratio", "peak_bytes"}},
    {"micro", NULL, {"context", "benchmarks"}}, /* of google-benchmark */
    {"startup", NULL, {"results"}},             /* of hyperfine */
};

bool source_is(const struct source *source, const char *kind)
{
    return strcmp(source->kind, kind) == 0;
}

static bool keys_are_there(const json_t *json, const struct kind *kind)
{
    for (size_t i = 0; i < KIND_KEYS && kind->keys[i] != NULL; i++)
        if (json_object_get(json, kind->keys[i]) == NULL)
            return false;
    return kind->keys[0] != NULL;
}

/* NULL: a report cannot show it. */
static const char *kind_find(const json_t *json)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct kind *kind = &kinds[i];
        if (schema == NULL
                ? keys_are_there(json, kind)
                : kind->schema != NULL && strncmp(schema, kind->schema, strlen(kind->schema)) == 0)
            return kind->name;
    }
    return NULL;
}

static void leave_out(struct sources *sources, const char *path, const char *reason)
{
    size_t count = sources->left_out_count++;
    sources->left_out = xreallocarray(sources->left_out, count + 1, sizeof *sources->left_out);
    sources->left_out[count] = (struct source_left_out){xstrdup(path), xstrdup(reason)};
}

/* Takes the columns over. */
static void source_add(struct sources *sources, const char *path, const char *kind, size_t bytes,
                       const struct columns *columns)
{
    const char *slash = strrchr(path, '/');
    struct source source = {.kind = kind, .bytes = bytes, .columns = *columns};
    source.name = xstrdup(slash != NULL ? slash + 1 : path);
    source.folder = slash != NULL ? xchecked(strndup(path, (size_t)(slash - path))) : xstrdup(".");
    sources->list = xreallocarray(sources->list, sources->count + 1, sizeof *sources->list);
    sources->list[sources->count++] = source;
}

/* Parses a line. NULL: it is not JSON of the same kind as the lines before. */
static json_t *line_load(const char *line, size_t bytes, const char **kind)
{
    json_t *json = json_loadb(line, bytes, 0, NULL);
    const char *found = json != NULL ? kind_find(json) : NULL;
    if (found != NULL && (*kind == NULL || strcmp(*kind, found) == 0)) {
        *kind = found;
        return json;
    }
    json_decref(json);
    return NULL;
}

/* Joins JSON lines to one list and returns their kind. NULL: they are not all of one kind. */
static const char *lines_join(const char *text, size_t bytes, struct columns_text *list)
{
    const char *kind = NULL, *end = text + bytes;
    bool all = true;
    FILE *out = xmemstream(&list->text, &list->bytes);
    for (const char *line = text, *next; all && line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next : end;
        if (next == line)
            continue;
        fputc(kind == NULL ? '[' : ',', out);
        json_t *json = line_load(line, (size_t)(next - line), &kind);
        all = json != NULL;
        json_decref(json);
        fwrite(line, 1, (size_t)(next - line), out);
    }
    fputc(']', out);
    fclose(out);
    return all ? kind : NULL;
}

/* Adds a file of JSON lines, or lists it as left out. */
static void lines_add(struct sources *sources, const char *path, const char *text, size_t bytes,
                      const json_error_t *wrong)
{
    struct columns columns = {.count = 0};
    const char *kind = lines_join(text, bytes, &columns.rest);
    if (kind != NULL) {
        source_add(sources, path, kind, bytes, &columns);
        return;
    }
    char reason[JSON_ERROR_TEXT_LENGTH + 64];
    snprintf(reason, sizeof reason, "not JSON: line %d: %s", wrong->line, wrong->text);
    leave_out(sources, path, reason);
    columns_free(&columns);
}

static void text_add(struct sources *sources, const char *path, bool named, const char *text,
                     size_t bytes)
{
    struct columns columns = columns_cut(text, bytes);
    json_error_t wrong;
    json_t *json = json_loadb(columns.rest.text, columns.rest.bytes, 0, &wrong);
    const char *kind = json != NULL ? kind_find(json) : NULL;
    if (kind != NULL) {
        source_add(sources, path, kind, bytes, &columns);
        json_decref(json);
        return;
    }
    if (json == NULL)
        lines_add(sources, path, text, bytes, &wrong);
    else if (named)
        leave_out(sources, path, "a report cannot show this kind of file");
    json_decref(json);
    columns_free(&columns);
}

/* Whether the file was added already, perhaps under another name. */
static bool is_known(const struct sources *sources, const struct stat *status)
{
    for (size_t i = 0; i < sources->count; i++)
        if (sources->list[i].device == status->st_dev && sources->list[i].inode == status->st_ino)
            return true;
    return false;
}

static void open_file_add(struct sources *sources, const char *path, bool named, int file,
                          const struct stat *status)
{
    size_t bytes = S_ISREG(status->st_mode) ? (size_t)status->st_size : 0, before = sources->count;
    void *text = bytes > 0 ? mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    if (text == MAP_FAILED) {
        leave_out(sources, path, bytes > 0 ? strerror(errno) : "empty, or not a regular file");
        return;
    }
    text_add(sources, path, named, text, bytes);
    munmap(text, bytes);
    if (sources->count > before) {
        sources->list[before].device = status->st_dev;
        sources->list[before].inode = status->st_ino;
    }
}

static int file_add(struct sources *sources, const char *path, bool named, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (fstat(file, &status) == 0 && !is_known(sources, &status))
        open_file_add(sources, path, named, file, &status);
    close(file);
    return 0;
}

static int is_json_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL &&
           (strcmp(dot, ".json") == 0 || strcmp(dot, ".jsonl") == 0);
}

static int folder_add(struct sources *sources, const char *path, struct error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_json_file, alphasort);
    size_t length = strlen(path);
    if (count < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    while (length > 1 && path[length - 1] == '/')
        length--;
    for (int i = 0; i < count; i++) {
        char *file = xasprintf("%.*s/%s", (int)length, path, entries[i]->d_name);
        if (file_add(sources, file, false, error) != 0)
            leave_out(sources, file, strerror(errno));
        free(file);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

int sources_add(struct sources *sources, const char *path, struct error *error)
{
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return folder ? folder_add(sources, path, error) : file_add(sources, path, true, error);
}

void sources_add_json(struct sources *sources, const char *kind, const char *path, json_t *json)
{
    char *text = xchecked(json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)));
    struct columns columns = {.rest = {text, strlen(text)}};
    json_decref(json);
    source_add(sources, path, kind, columns.rest.bytes, &columns);
}

void sources_free(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->list[i].folder);
        free(sources->list[i].name);
        columns_free(&sources->list[i].columns);
    }
    for (size_t i = 0; i < sources->left_out_count; i++) {
        free(sources->left_out[i].path);
        free(sources->left_out[i].reason);
    }
    free(sources->list);
    free(sources->left_out);
}
