/* json_bare.c - blanks out what is no JSON number, so that lines and columns stay what they are. */
#include "json_bare.h"

#include "xmalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "null" takes the place of the longest that begins there. */
static const char *const bare[] = {"-infinity", "infinity", "-nan(ind)", "-nan", "-inf",
                                   "1.#qnan",   "1.#inf",   "nan",       "inf"};

/* The length of such a word; 0: there is none. */
static size_t bare_length(const char *at, size_t left)
{
    for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++) {
        size_t length = strlen(bare[i]);
        if (length <= left && strncasecmp(at, bare[i], length) == 0)
            return length;
    }
    return 0;
}

static void bare_replace(const char *text, size_t bytes, FILE *out)
{
    bool in_string = false;
    for (size_t i = 0; i < bytes; i++) {
        size_t length = in_string ? 0 : bare_length(text + i, bytes - i);
        if (length > 0) {
            fprintf(out, "%*s", (int)(length > 4 ? length : 4), "null");
            i += length - 1;
            continue;
        }
        fputc(text[i], out);
        if (in_string && text[i] == '\\' && i + 1 < bytes)
            fputc(text[++i], out);
        else if (text[i] == '"')
            in_string = !in_string;
    }
}

json_t *json_bare_load(const char *text, size_t bytes, json_error_t *reason)
{
    char *mended;
    size_t count;
    json_t *json = json_loadb(text, bytes, 0, reason);
    if (json != NULL)
        return json;
    FILE *out = xmemstream(&mended, &count);
    bare_replace(text, bytes, out);
    fclose(out);
    json = json_loadb(mended, count, 0, reason);
    free(mended);
    return json;
}
