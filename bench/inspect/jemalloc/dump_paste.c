/* dump_paste.c - undoes the wrappings line by line. */
#include "dump_paste.h"

#include "xmalloc.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NESTED_ESCAPES 3 /* a string within a string within a string */
#define ESCAPES_MIN    2 /* fewer line ends in one line are no escaped dump */

/* What log formats call the text of a line. */
static const char *const message_keys[] = {"log",         "MESSAGE", "message", "msg",
                                           "textPayload", "line",    "text"};

static bool contains(struct span text, const char *word)
{
    return memmem(text.bytes, text.count, word, strlen(word)) != NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Writes the message in a line that is a JSON object. False: it is none, or has none. */
static bool message_put(struct span line, FILE *out)
{
    size_t blanks = 0, key = 0;
    const char *message = NULL;
    while (blanks < line.count && is_blank(line.bytes[blanks]))
        blanks++;
    if (blanks == line.count || line.bytes[blanks] != '{' || contains(line, "{\"jemalloc\""))
        return false;
    json_t *object = json_loadb(line.bytes, line.count, 0, NULL);
    while (message == NULL && key < sizeof message_keys / sizeof message_keys[0])
        message = json_string_value(json_object_get(object, message_keys[key++]));
    if (message != NULL) /* the first, Docker's, has the end of its line with it */
        fprintf(out, key == 1 ? "%s" : "%s\n", message);
    json_decref(object);
    return message != NULL;
}

/* Whether the line is a whole dump, or more of one than a line should be. */
static bool is_escaped(struct span line)
{
    size_t ends = 0;
    if (contains(line, "{\"jemalloc\""))
        return false;
    for (size_t i = 0; i + 1 < line.count; i++)
        ends += line.bytes[i] == '\\' && (line.bytes[i + 1] == 'n' || line.bytes[i + 1] == '"');
    return ends >= ESCAPES_MIN && (contains(line, "Allocated: ") || contains(line, "\"jemalloc") ||
                                   contains(line, "jemalloc statistics"));
}

/* The character after a backslash; 0: it is not one that is used in dumps. */
static char unescaped(char c)
{
    static const char codes[] = "ntr\"\\/", characters[] = "\n\t\r\"\\/";
    const char *found = c == '\0' ? NULL : strchr(codes, c);
    return found == NULL ? '\0' : characters[found - codes];
}

static char *unescape(struct span line, size_t *count)
{
    char *text = xmalloc(line.count + 1);
    *count = 0;
    for (size_t i = 0; i < line.count; i++) {
        char c = line.bytes[i];
        char next = c == '\\' && i + 1 < line.count ? unescaped(line.bytes[i + 1]) : '\0';
        text[(*count)++] = next == '\0' ? c : next;
        i += next != '\0';
    }
    text[*count] = '\0';
    return text;
}

static void line_put(struct span line, FILE *out)
{
    char *text = NULL;
    for (int i = 0; i < NESTED_ESCAPES && is_escaped(line); i++) {
        size_t count;
        char *next = unescape(line, &count);
        free(text);
        text = next;
        line = (struct span){text, count};
        if (memchr(text, '\n', count) != NULL)
            break;
    }
    fwrite(line.bytes, 1, line.count, out);
    free(text);
}

char *paste_clean(struct span text, size_t *count)
{
    static const char mark[] = "\xEF\xBB\xBF";
    char *clean;
    FILE *out = xmemstream(&clean, count);
    const char *at = text.bytes, *end = text.bytes + text.count;
    if (text.count >= sizeof mark - 1 && memcmp(at, mark, sizeof mark - 1) == 0)
        at += sizeof mark - 1;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct span line = {at, (size_t)((stop == NULL ? end : stop) - at)};
        if (!message_put(line, out)) {
            line_put(line, out);
            if (stop != NULL)
                fputc('\n', out);
        }
        at += line.count + 1;
    }
    fclose(out);
    return clean;
}

static size_t words_in(struct span text)
{
    size_t words = 0;
    bool inside = false;
    for (size_t i = 0; i < text.count; i++) {
        words += !is_blank(text.bytes[i]) && !inside;
        inside = !is_blank(text.bytes[i]);
    }
    return words;
}

/* How long the prefix of this line is: the same text, or as many words. */
static size_t prefix_length(struct span line, struct span prefix)
{
    size_t length = 0;
    if (line.count >= prefix.count && memcmp(line.bytes, prefix.bytes, prefix.count) == 0)
        return prefix.count;
    for (size_t words = words_in(prefix); words > 0; words--) {
        while (length < line.count && is_blank(line.bytes[length]))
            length++;
        while (length < line.count && !is_blank(line.bytes[length]))
            length++;
    }
    return length;
}

char *paste_unprefix(struct span json, struct span prefix, size_t *count)
{
    char *text = xmalloc(json.count + 1);
    const char *at = json.bytes, *end = json.bytes + json.count;
    *count = 0;
    for (size_t skip = 0; at < end; skip = 1) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct span line = {at, (size_t)((stop == NULL ? end : stop + 1) - at)};
        size_t from = skip == 0 ? 0 : prefix_length(line, prefix);
        memcpy(text + *count, line.bytes + from, line.count - from);
        *count += line.count - from;
        at += line.count;
    }
    text[*count] = '\0';
    return text;
}
