/* page.c - writes the data between the two halves of the page's template. */
#include "page.h"

#include "page_judgement.h"
#include "template.h"
#include "xmalloc.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

/* Writes `<` and the line separators U+2028 and U+2029, which could end a script, as JSON escapes.
 * In JSON they occur in strings only. Returns how many bytes of `at` are done. */
static size_t escape_print(const unsigned char *at, size_t left, FILE *out)
{
    if (*at == '<') {
        fputs("\\u003c", out);
        return 1;
    }
    if (left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] & 0xfe) == 0xa8) {
        fprintf(out, "\\u20%02x", at[2] - 0x80);
        return 3;
    }
    fputc(*at, out);
    return 1;
}

static void json_print(const char *text, size_t bytes, FILE *out)
{
    const char *end = text + bytes;
    while (text < end) {
        size_t plain = 0, left = (size_t)(end - text);
        while (plain < left && text[plain] != '<' && text[plain] != '\xe2')
            plain++;
        fwrite(text, 1, plain, out);
        text += plain;
        if (text < end)
            text += escape_print((const unsigned char *)text, (size_t)(end - text), out);
    }
}

static void block_print(const char *id, const char *json, size_t bytes, FILE *out)
{
    fprintf(out, "<script type=\"application/json\" id=\"%s\">", id);
    json_print(json, bytes, out);
    fputs("</script>\n", out);
}

/* If the text is not UTF-8, each byte that is not ASCII becomes "?". */
static json_t *text_json(const char *text)
{
    json_t *json = json_string(text);
    if (json != NULL)
        return json;
    char *plain = xstrdup(text);
    for (char *at = plain; *at != '\0'; at++)
        if ((unsigned char)*at > '~')
            *at = '?';
    json = json_string(plain);
    free(plain);
    return json;
}

static json_t *files_json(const struct sources *sources)
{
    json_t *files = json_array();
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->list[i];
        json_array_append_new(files,
                              json_pack("{s:s, s:o, s:o, s:I}", "kind", source->kind, "folder",
                                        text_json(source->folder), "name", text_json(source->name),
                                        "bytes", (json_int_t)source->bytes));
    }
    return files;
}

static json_t *left_out_json(const struct sources *sources)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sources->left_out_count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "path", text_json(sources->left_out[i].path),
                                        "reason", text_json(sources->left_out[i].reason)));
    return list;
}

/* Releases the JSON. */
static void json_block_print(const char *id, json_t *json, FILE *out)
{
    char *text = xchecked(json_dumps(json, JSON_COMPACT));
    json_decref(json);
    block_print(id, text, strlen(text), out);
    free(text);
}

static void about_print(const struct sources *sources, const char *command_line, const char *time,
                        FILE *out)
{
    json_t *about = json_pack("{s:s, s:o, s:s, s:o, s:o}", "version", TIDEMARK_VERSION,
                              "command_line", text_json(command_line), "time", time, "files",
                              files_json(sources), "left_out", left_out_json(sources));
    json_block_print("about", about, out);
}

static void source_print(const struct source *source, size_t number, FILE *out)
{
    char id[64];
    const struct columns *columns = &source->columns;
    snprintf(id, sizeof id, "file-%zu", number);
    block_print(id, columns->rest.text, columns->rest.bytes, out);
    for (size_t i = 0; i < columns->count; i++) {
        snprintf(id, sizeof id, "file-%zu-columns-%zu", number, i);
        block_print(id, columns->blocks[i].text, columns->blocks[i].bytes, out);
    }
}

void page_print(const struct sources *sources, const char *command_line, const char *time,
                FILE *out)
{
    fwrite(template_head, 1, template_head_bytes, out);
    about_print(sources, command_line, time, out);
    json_block_print("judgement", page_judgement(sources), out);
    for (size_t i = 0; i < sources->count; i++)
        source_print(&sources->list[i], i, out);
    fwrite(template_tail, 1, template_tail_bytes, out);
}
