/* codec.h - decompression of gzip, xz, zstd, bzip2 and lz4, recognised by the first bytes of the
 * data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CODEC_MAGIC_BYTES 10 /* the longest magic */

/* Between calls of decode, the caller replaces the buffers but leaves `ended` alone. */
struct codec_buffers {
    const char *in; /* decode moves it forward past what it has read, and `out` past its output */
    size_t in_bytes;
    char *out;
    size_t out_bytes;
    bool last;  /* nothing follows `in` */
    bool ended; /* set by decode: the data may end here. False before the first call */
};

struct codec {
    const char *name;
    const char *suffix; /* of a file's name; what counts are the first bytes of the data */
    const char *magic;  /* in which "?" is any byte */
    size_t magic_bytes;
    void *(*create)(void); /* a decoder, for destroy to free; NULL: this codec needs none */
    /* Decodes as much as the buffers allow. NULL, or what is wrong with the data. */
    const char *(*decode)(void *decoder, struct codec_buffers *buffers);
    void (*destroy)(void *decoder);
};

/* The codec of data that begins with these bytes; if none matches, the one that copies. Fewer than
 * CODEC_MAGIC_BYTES are all of the data: if they begin a magic, and no text, they are of its codec,
 * cut short. */
const struct codec *codec_find(const char *data, size_t bytes);
bool codec_is_plain(const struct codec *codec);
/* The length of the name without a suffix such as ".xz". */
size_t codec_stem(const char *name);
