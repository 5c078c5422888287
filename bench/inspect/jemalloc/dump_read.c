/* dump_read.c - finds the dumps in a text and passes each to the reader of its format. */
#include "dump_read.h"

#include "dump_formats.h"
#include "dump_paste.h"
#include "dump_version.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)

static struct span line_before(struct span text, const char *at)
{
    const char *start = at;
    while (start > text.bytes && start[-1] != '\n')
        start--;
    return (struct span){start, (size_t)(at - start)};
}

/* The `{` before a place, with nothing but blanks between them; NULL: there is none. */
static const char *brace_before(struct span text, const char *at)
{
    while (at > text.bytes && strchr(" \t\r\n", at[-1]) != NULL)
        at--;
    return at > text.bytes && at[-1] == '{' ? at - 1 : NULL;
}

/* Where JSON begins: `{` before `"jemalloc"`, or at the end of the line before, if each line has a
 * prefix. NULL if there is none. */
static const char *json_find(struct span text)
{
    static const char key[] = "\"jemalloc\"";
    const char *at = text.bytes, *end = text.bytes + text.count;
    while ((at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL) {
        const char *brace = brace_before(text, at);
        if (brace == NULL)
            brace = brace_before(text, line_before(text, at).bytes);
        if (brace != NULL)
            return brace;
        at += sizeof key - 1;
    }
    return NULL;
}

/* JSON whose lines have prefixes is read without them, to the end of the text. */
static int json_read(struct dump_list *list, struct span text, const char *json, size_t *used,
                     struct error *error)
{
    struct span rest = {json, (size_t)(text.bytes + text.count - json)};
    struct span prefix = line_before(text, json);
    struct dump *dump = dump_list_add(list, "JSON");
    int status = dump_read_json(dump, rest, used, error);
    if (prefix.count > 0 && !dump->finished) {
        struct span bare;
        struct error again;
        size_t bare_used;
        bare.bytes = paste_unprefix(rest, prefix, &bare.count);
        struct dump *other = dump_list_add(list, "JSON");
        bool better = dump_read_json(other, bare, &bare_used, &again) == 0 && other->finished;
        if (better) {
            list->dumps[list->count - 2] = other;
            list->dumps[list->count - 1] = dump;
            *used = rest.count;
            status = 0;
        }
        dump_list_drop(list);
        free((char *)bare.bytes);
    }
    return status;
}

static int dumps_find(struct dump_list *list, struct span text, struct error *error)
{
    const char *json;
    while ((json = json_find(text)) != NULL) {
        size_t used;
        dump_read_text(list, (struct span){text.bytes, (size_t)(json - text.bytes)});
        if (json_read(list, text, json, &used, error) < 0)
            return -1;
        text.count -= (size_t)(json - text.bytes) + used;
        text.bytes = json + used;
    }
    dump_read_text(list, text);
    return 0;
}

static int dumps_settle(struct dump_list *list, size_t first, struct error *error)
{
    if (list->count == first)
        return error_set(error, "not a jemalloc statistics dump; make one with malloc_stats_print, "
                                "or with `curl http://HOST:PORT/jemalloc` from our servers");
    dump_list_sift(list, first);
    if (list->count == first)
        return error_set(error, "has no totals: jemalloc was built without statistics, or the dump "
                                "is cut off; it takes the line that begins with Allocated:, or "
                                "`stats` in JSON");
    for (; first < list->count; first++) {
        struct dump *dump = list->dumps[first];
        dump_total_complete(dump);
        if (dump_version_settle(dump, error) < 0)
            return -1;
    }
    return 0;
}

int dumps_parse(struct dump_list *list, const char *name, const char *text, size_t bytes,
                struct error *error)
{
    struct error reason;
    struct span clean;
    size_t first = list->count;
    clean.bytes = paste_clean((struct span){text, bytes}, &clean.count);
    int status = dumps_find(list, clean, &reason);
    free((char *)clean.bytes);
    if (status == 0)
        status = dumps_settle(list, first, &reason);
    if (status == 0)
        return 0;
    while (list->count > first)
        dump_list_drop(list);
    return error_set(error, "%s: %s", name, reason.text);
}

int dumps_read(struct dump_list *list, const char *path, struct error *error)
{
    size_t bytes;
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, error);
    if (text == NULL)
        return -1;
    int status =
        dumps_parse(list, strcmp(path, "-") == 0 ? "standard input" : path, text, bytes, error);
    free(text);
    return status;
}
