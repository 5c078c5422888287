/* json_bare.h - JSON with numbers that JSON does not know. */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* Reads the text with NaN, Infinity and their kin outside of strings taken for null: C++ programs
 * print them where a number is none. NULL and the reason: it is no JSON otherwise. Released by the
 * caller. */
json_t *json_bare_load(const char *text, size_t bytes, json_error_t *reason);
