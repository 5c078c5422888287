/* dump_read.c - finds the dump in a text and passes it to the reader of its format. */
#include "dump_read.h"

#include "dump_formats.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)

/* Where the JSON begins: `{` before `"jemalloc"`. NULL if there is none. */
static const char *json_find(const char *text, size_t bytes)
{
    static const char key[] = "\"jemalloc\"";
    const char *found = memmem(text, bytes, key, sizeof key - 1);
    while (found != NULL && found > text && strchr(" \t\r\n", found[-1]) != NULL)
        found--;
    return found != NULL && found > text && found[-1] == '{' ? found - 1 : NULL;
}

static int dump_fill(struct dump *dump, const char *text, size_t bytes, struct error *error)
{
    static const char head[] = "Begin jemalloc statistics";
    const char *json = json_find(text, bytes);
    const char *plain = memmem(text, bytes, head, sizeof head - 1);
    if (json == NULL && plain == NULL)
        return error_set(error, "not a jemalloc statistics dump; make one with malloc_stats_print, "
                                "or with `curl http://HOST:PORT/jemalloc` from our servers");
    dump->format = json != NULL ? "JSON" : "plain text";
    if (json == NULL)
        dump_read_text(dump, plain, bytes - (size_t)(plain - text));
    else if (dump_read_json(dump, json, bytes - (size_t)(json - text), error) < 0)
        return -1;
    if (dump->active_bytes == 0 || dump->resident_bytes == 0)
        return error_set(error, "has no totals: jemalloc was built without statistics, or the dump "
                                "is cut off");
    return 0;
}

struct dump *dump_parse(const char *name, const char *text, size_t bytes, struct error *error)
{
    struct error reason;
    struct dump *dump = dump_create();
    if (dump_fill(dump, text, bytes, &reason) == 0) {
        dump_total_complete(dump);
        return dump;
    }
    error_set(error, "%s: %s", name, reason.text);
    dump_destroy(dump);
    return NULL;
}

struct dump *dump_read(const char *path, struct error *error)
{
    size_t bytes;
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, error);
    if (text == NULL)
        return NULL;
    struct dump *dump =
        dump_parse(strcmp(path, "-") == 0 ? "standard input" : path, text, bytes, error);
    free(text);
    return dump;
}
