/* request_head.c - counts the header fields that say how long the body is. */
#include "request_head.h"

#include <string.h>

static bool field_has_name(struct span line, const char *name)
{
    size_t count = strlen(name);
    return line.count > count && line.bytes[count] == ':' && memcmp(line.bytes, name, count) == 0;
}

/* The next line without its end; moves *rest behind it. */
static struct span line_next(struct span *rest)
{
    const char *end = memchr(rest->bytes, '\n', rest->count);
    size_t count = end ? (size_t)(end - rest->bytes) : rest->count;
    struct span line = {rest->bytes, count};
    size_t used = end ? count + 1 : count;
    rest->bytes += used;
    rest->count -= used;
    if (line.count > 0 && line.bytes[line.count - 1] == '\r')
        line.count--;
    return line;
}

bool request_head_is_ambiguous(struct span head)
{
    unsigned lengths = 0;
    bool begun = false; /* empty lines may precede the request */
    while (head.count > 0) {
        struct span line = line_next(&head);
        if (line.count == 0 && begun)
            break;
        begun |= line.count > 0;
        lengths += field_has_name(line, "content-length");
        lengths += field_has_name(line, "transfer-encoding");
    }
    return lengths > 1;
}
