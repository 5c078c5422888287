/* json_text.c - escapes text for a JSON string, eight bytes at a time. */
#include "json_text.h"

#include <stdint.h>
#include <string.h>

static bool byte_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Not 0 if a byte of the word is below `least`, which is at most 128. */
static uint64_t bytes_below(uint64_t word, uint64_t least)
{
    return (word - EACH_BYTE(least)) & ~word & EACH_BYTE(0x80);
}

static bool word_is_plain(uint64_t word)
{
    return !(bytes_below(word, 0x20) | bytes_below(word ^ EACH_BYTE('"'), 1) |
             bytes_below(word ^ EACH_BYTE('\\'), 1));
}

static size_t plain_run(const char *bytes, size_t count)
{
    size_t run = 0;
    for (uint64_t word; run + sizeof word <= count; run += sizeof word) {
        memcpy(&word, bytes + run, sizeof word);
        if (!word_is_plain(word))
            break;
    }
    while (run < count && byte_is_plain((unsigned char)bytes[run]))
        run++;
    return run;
}

static char *escape_put(char *at, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[256] = {
        ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r', ['\b'] = 'b'};
    *at++ = '\\';
    if (letters[byte]) {
        *at++ = letters[byte];
        return at;
    }
    memcpy(at, "u00", 3);
    at[3] = digits[byte >> 4];
    at[4] = digits[byte & 15];
    return at + 5;
}

char *json_put(char *at, struct span text)
{
    for (;;) {
        size_t run = plain_run(text.bytes, text.count);
        memcpy(at, text.bytes, run);
        at += run;
        if (run == text.count)
            return at;
        at = escape_put(at, (unsigned char)text.bytes[run]);
        text.bytes += run + 1;
        text.count -= run + 1;
    }
}

bool json_verbatim(struct span text)
{
    return plain_run(text.bytes, text.count) == text.count;
}
