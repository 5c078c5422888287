/* utf8.h - validates UTF-8 (RFC 3629), and replaces what is not. */
#pragma once

#include "span.h"

#include <stdbool.h>

bool utf8_is_valid(struct span text);

/* How many bytes the character at `at` has, of the `left` bytes there; 0: none begins there. */
size_t utf8_character_bytes(const unsigned char *at, size_t left);

/* The most that utf8_replace writes for a text of `count` bytes. */
#define UTF8_ROOM(count) (3 * (count))
/* Writes the text with U+FFFD in place of each byte that belongs to no character, and returns the
 * number of bytes. */
size_t utf8_replace(struct span text, char *out);
