/* utf8.c - finds the characters of a text one by one. */
#include "utf8.h"

#include <string.h>

static const struct span replacement = {"\xef\xbf\xbd", 3};

/* How many bytes follow the first byte of a character; -1: it starts no character. */
static int continuation_count(unsigned char first)
{
    if (first < 0x80)
        return 0;
    if (first < 0xc2 || first > 0xf4)
        return -1;
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

/* Rejects overlong forms, surrogates and code points beyond U+10FFFF. */
static bool second_byte_is_valid(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

size_t utf8_character_bytes(const unsigned char *at, size_t left)
{
    int count = continuation_count(*at);
    if (count < 0 || (size_t)count >= left)
        return 0;
    for (int i = 1; i <= count; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return count > 0 && !second_byte_is_valid(at[0], at[1]) ? 0 : (size_t)count + 1;
}

bool utf8_is_valid(struct span text)
{
    const unsigned char *at = (const unsigned char *)text.bytes, *end = at + text.count;
    for (size_t bytes; at < end; at += bytes) {
        bytes = utf8_character_bytes(at, (size_t)(end - at));
        if (bytes == 0)
            return false;
    }
    return true;
}

size_t utf8_replace(struct span text, char *out)
{
    char *to = out;
    for (size_t at = 0, bytes; at<text.count; at += bytes> 0 ? bytes : 1) {
        bytes = utf8_character_bytes((const unsigned char *)text.bytes + at, text.count - at);
        struct span kept = bytes > 0 ? (struct span){text.bytes + at, bytes} : replacement;
        memcpy(to, kept.bytes, kept.count);
        to += kept.count;
    }
    return (size_t)(to - out);
}
