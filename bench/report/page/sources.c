/* sources.c - reads files, and tells by their schemas or keys what they are. */
#include "sources.h"

#include "xmalloc.h"

#include <jansson.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND_KEYS 4

/* By the beginning of its schema; or, of what has no schema, by keys that it must have. */
struct kind {
    const char *name, *schema;
    const char *keys[KIND_KEYS];
};

static const struct kind kinds[] = {
    {"result", "tidemark/result/", {NULL}},
    {"choice", "tidemark/choose/", {NULL}},
    {"compare", "tidemark/compare/", {NULL}},
    {"verdicts", "tidemark/verdicts/", {NULL}},
    {"replay", "tidemark/replay/", {"trace", "policy", "hit_ratio", "peak_bytes"}},
    {"micro", NULL, {"context", "benchmarks"}}, /* of google-benchmark */
    {"startup", NULL, {"results"}},             /* of hyperfine */
};

static bool keys_are_there(const json_t *json, const struct kind *kind)
{
    for (size_t i = 0; i < KIND_KEYS && kind->keys[i] != NULL; i++)
        if (json_object_get(json, kind->keys[i]) == NULL)
            return false;
    return kind->keys[0] != NULL;
}

/* NULL: it is nothing that a report can show. */
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

/* `columns` becomes the source's. */
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

/* The next line of JSON, the kind of which must be that of those before it; NULL: it is none. */
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

/* Copies lines of JSON into one list; the kind of all of them. NULL: not all are such lines. */
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
    if (fclose(out) != 0)
        abort();
    return all ? kind : NULL;
}

/* Lines of JSON, or what neither they nor anything else explains. */
static void lines_take(struct sources *sources, const char *path, const char *text, size_t bytes,
                       const json_error_t *wrong)
{
    struct columns columns = {.count = 0};
    const char *kind = lines_join(text, bytes, &columns.rest);
    if (kind != NULL) {
        source_add(sources, path, kind, bytes, &columns);
        return;
    }
    char reason[JSON_ERROR_TEXT_LENGTH + 64];
    snprintf(reason, sizeof reason, "not whole JSON: line %d: %s", wrong->line, wrong->text);
    leave_out(sources, path, reason);
    columns_free(&columns);
}

static void text_take(struct sources *sources, const char *path, bool named, const char *text,
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
        lines_take(sources, path, text, bytes, &wrong);
    else if (named)
        leave_out(sources, path, "nothing that a report shows");
    json_decref(json);
    columns_free(&columns);
}

/* By another name, perhaps. */
static bool is_there(const struct sources *sources, const struct stat *status)
{
    for (size_t i = 0; i < sources->count; i++)
        if (sources->list[i].device == status->st_dev && sources->list[i].inode == status->st_ino)
            return true;
    return false;
}

static void open_take(struct sources *sources, const char *path, bool named, int file,
                      const struct stat *status)
{
    size_t bytes = S_ISREG(status->st_mode) ? (size_t)status->st_size : 0, before = sources->count;
    void *text = bytes > 0 ? mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    if (text == MAP_FAILED) {
        leave_out(sources, path, bytes > 0 ? strerror(errno) : "it is empty or no file");
        return;
    }
    text_take(sources, path, named, text, bytes);
    munmap(text, bytes);
    if (sources->count > before) {
        sources->list[before].device = status->st_dev;
        sources->list[before].inode = status->st_ino;
    }
}

static int file_take(struct sources *sources, const char *path, bool named)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    if (fstat(file, &status) == 0 && !is_there(sources, &status))
        open_take(sources, path, named, file, &status);
    close(file);
    return 0;
}

static int entry_wanted(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL &&
           (strcmp(dot, ".json") == 0 || strcmp(dot, ".jsonl") == 0);
}

static int folder_take(struct sources *sources, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, entry_wanted, alphasort);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    for (int i = 0; i < count; i++) {
        char file[PATH_MAX];
        snprintf(file, sizeof file, "%.*s/%s", (int)length, path, entries[i]->d_name);
        if (file_take(sources, file, false) != 0)
            leave_out(sources, file, strerror(errno));
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count < 0 ? -1 : 0;
}

int sources_add(struct sources *sources, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return -1;
    return S_ISDIR(status.st_mode) ? folder_take(sources, path) : file_take(sources, path, true);
}

void sources_add_made(struct sources *sources, const char *kind, const char *path,
                      const struct columns_text *json)
{
    struct columns columns = {.rest = *json};
    source_add(sources, path, kind, json->bytes, &columns);
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
