/* printable.c - replaces control characters and what is not UTF-8. */
#include "printable.h"

#include "xmalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The first bytes of UTF-8's characters, how many bytes follow, and the range of the second one,
 * which excludes overlong forms, surrogates, what is beyond U+10FFFF, and U+0080 to U+009F. */
struct lead {
    unsigned char first, last, following, second_min, second_max;
};

static const struct lead leads[] = {
    {0xc2, 0xc2, 1, 0xa0, 0xbf}, {0xc3, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *lead_find(unsigned char byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

/* The bytes of the character at `at`; 0: none begins there. */
static size_t character_bytes(const unsigned char *at, size_t left)
{
    if (*at < 0x80)
        return (*at >= ' ' && *at != 0x7f) || *at == '\n' || *at == '\t';
    const struct lead *lead = lead_find(*at);
    if (lead == NULL || lead->following >= left || at[1] < lead->second_min ||
        at[1] > lead->second_max)
        return 0;
    for (size_t i = 2; i <= lead->following; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return (size_t)lead->following + 1;
}

void bytes_printable(char *bytes, size_t count)
{
    for (size_t at = 0, length; at<count; at += length> 0 ? length : 1) {
        length = character_bytes((unsigned char *)bytes + at, count - at);
        if (length == 0)
            bytes[at] = '?';
    }
}

char *text_printable(char *text)
{
    bytes_printable(text, strlen(text));
    return text;
}

int printable_print(FILE *out, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int count = vasprintf(&text, format, arguments);
    va_end(arguments);
    fputs(text_printable(xchecked(count < 0 ? NULL : text)), out);
    free(text);
    return count;
}
