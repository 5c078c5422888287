/* json_mend.c - cuts at the last comma and adds the closing brackets. */
#include "json_mend.h"

#include "xmalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

/* What is open at a place in the text: the brackets that would close it, innermost last. */
struct nesting {
    char closing[DEPTH_MAX];
    size_t depth;
};

/* False: the brackets do not match, or are too deep. */
static bool nesting_follow(struct nesting *nesting, char bracket)
{
    if (bracket == '{' || bracket == '[') {
        if (nesting->depth == DEPTH_MAX)
            return false;
        nesting->closing[nesting->depth++] = bracket == '{' ? '}' : ']';
        return true;
    }
    return nesting->depth > 0 && nesting->closing[--nesting->depth] == bracket;
}

/* Where the last comma is, and what is open there; 0: there is none, or the text is damaged. */
static size_t last_comma(struct span text, struct nesting *at_comma)
{
    struct nesting nesting = {.depth = 0};
    size_t comma = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.count; i++) {
        char c = text.bytes[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (in_string || c == '\0' || strchr("{}[],", c) == NULL)
            continue;
        else if (c == ',') {
            comma = i;
            *at_comma = nesting;
        } else if (!nesting_follow(&nesting, c))
            return 0;
    }
    return comma;
}

json_t *json_mend(struct span text)
{
    struct nesting open;
    size_t count = last_comma(text, &open);
    if (count == 0)
        return NULL;
    char *mended = xmalloc(count + open.depth);
    memcpy(mended, text.bytes, count);
    for (size_t i = 0; i < open.depth; i++)
        mended[count + i] = open.closing[open.depth - 1 - i];
    json_t *json = json_loadb(mended, count + open.depth, 0, NULL);
    free(mended);
    return json;
}
