/* siphash.h - SipHash-1-3, a keyed hash that reveals neither the key nor the text. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_BYTES 16

struct siphash_key {
    uint64_t half[2];
};

struct siphash_key siphash_key_read(const unsigned char bytes[SIPHASH_KEY_BYTES]);
uint64_t siphash(const struct siphash_key *key, const void *text, size_t bytes);
