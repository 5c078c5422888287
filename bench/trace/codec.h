/* codec.h - compressed files, recognised by their first bytes: gzip, xz and zstd. */
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stddef.h>

#define CODEC_MAGIC_BYTES 6 /* the longest */

/* Moved forward by decode. */
struct codec_buffers {
    const char *in;
    size_t in_bytes;
    char *out;
    size_t out_bytes;
    bool last; /* nothing follows in */
};

struct codec {
    const char *name;
    const char *suffix; /* of a file's name, which says nothing about what is inside */
    const char *magic;
    size_t magic_bytes;
    void *(*create)(void); /* NULL: out of memory */
    /* NULL, or what is wrong with the data. */
    const char *(*decode)(void *decoder, struct codec_buffers *buffers);
    /* May the data end here? */
    bool (*is_whole)(const void *decoder);
    void (*destroy)(void *decoder);
};

/* The one of data that begins like this; never NULL: what is not compressed is copied. */
const struct codec *codec_find(const char *data, size_t bytes);
/* Is it copied only? */
bool codec_is_plain(const struct codec *codec);
/* How much of the name is left without a suffix such as ".xz". */
size_t codec_stem(const char *name);

#endif
