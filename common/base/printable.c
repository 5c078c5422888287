/* printable.c - replaces control characters and what is not UTF-8. */
#include "printable.h"

#include "utf8.h"
#include "xmalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OF_CONTROLS 0xc2 /* with a second byte below SECOND_OF_OTHERS: U+0080 to U+009F */
#define SECOND_OF_OTHERS  0xa0

/* The bytes of the printable character at `at`; 0: none begins there. */
static size_t character_bytes(const unsigned char *at, size_t left)
{
    if (*at < 0x80)
        return (*at >= ' ' && *at != 0x7f) || *at == '\n' || *at == '\t';
    size_t bytes = utf8_character_bytes(at, left);
    return bytes > 0 && at[0] == FIRST_OF_CONTROLS && at[1] < SECOND_OF_OTHERS ? 0 : bytes;
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
