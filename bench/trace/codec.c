/* codec.c - gzip, xz, zstd, bzip2, lz4 and no compression at all, one row of a table each. */
#include "codec.h"

#include "xmalloc.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define XZ_MEMORY_MAX   (UINT64_C(1) << 30)
#define ZSTD_WINDOW_LOG 30         /* what "zstd --long=30" needs: up to 1 GiB */
#define GZIP_STEP_MAX   (1u << 30) /* zlib counts bytes in 32 bits */
#define MAGIC_PREFIX    4          /* bytes that are a magic cut short, though they be text */
#define GZIP_WINDOW     (15 + 16)  /* for zlib: the largest window, with gzip's header */

static void advance(struct codec_buffers *buffers, size_t in, size_t out)
{
    buffers->in += in;
    buffers->in_bytes -= in;
    buffers->out += out;
    buffers->out_bytes -= out;
}

static void *gzip_create(void)
{
    z_stream *stream = xcalloc(1, sizeof *stream);
    if (inflateInit2(stream, GZIP_WINDOW) != Z_OK)
        die_of("out of memory");
    return stream;
}

static unsigned gzip_step(size_t bytes)
{
    return bytes < GZIP_STEP_MAX ? (unsigned)bytes : GZIP_STEP_MAX;
}

/* A file may consist of several members, one after the other: hence the reset. */
static const char *gzip_decode(void *decoder, struct codec_buffers *buffers)
{
    z_stream *stream = decoder;
    unsigned in = gzip_step(buffers->in_bytes), out = gzip_step(buffers->out_bytes);
    if (buffers->ended)
        inflateReset(stream);
    stream->next_in = (Bytef *)(uintptr_t)buffers->in; /* zlib does not write to it */
    stream->avail_in = in;
    stream->next_out = (Bytef *)buffers->out;
    stream->avail_out = out;
    int outcome = inflate(stream, Z_NO_FLUSH);
    buffers->ended = outcome == Z_STREAM_END;
    advance(buffers, in - stream->avail_in, out - stream->avail_out);
    if (outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR)
        return NULL;
    return stream->msg != NULL ? stream->msg : zError(outcome);
}

static void gzip_destroy(void *decoder)
{
    inflateEnd(decoder);
    free(decoder);
}

static void *xz_create(void)
{
    lzma_stream *stream = xcalloc(1, sizeof *stream);
    if (lzma_stream_decoder(stream, XZ_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
        die_of("out of memory");
    return stream;
}

static const char *xz_problem(lzma_ret outcome)
{
    switch (outcome) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR: /* no progress: the caller checks whether the data may end here */
        return NULL;
    case LZMA_MEM_ERROR:
        die_of("out of memory");
    case LZMA_MEMLIMIT_ERROR:
        return "decompression needs more than 1 GiB of memory";
    case LZMA_OPTIONS_ERROR:
        return "the file uses options that this liblzma does not support";
    default:
        return "the data are damaged";
    }
}

static const char *xz_decode(void *decoder, struct codec_buffers *buffers)
{
    lzma_stream *stream = decoder;
    stream->next_in = (const uint8_t *)buffers->in;
    stream->avail_in = buffers->in_bytes;
    stream->next_out = (uint8_t *)buffers->out;
    stream->avail_out = buffers->out_bytes;
    lzma_ret outcome = lzma_code(stream, buffers->last ? LZMA_FINISH : LZMA_RUN);
    buffers->ended = outcome == LZMA_STREAM_END;
    advance(buffers, buffers->in_bytes - stream->avail_in, buffers->out_bytes - stream->avail_out);
    return xz_problem(outcome);
}

static void xz_destroy(void *decoder)
{
    lzma_end(decoder);
    free(decoder);
}

static void *zstd_create(void)
{
    ZSTD_DStream *stream = xchecked(ZSTD_createDStream());
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    return stream;
}

static const char *zstd_decode(void *decoder, struct codec_buffers *buffers)
{
    ZSTD_inBuffer in = {buffers->in, buffers->in_bytes, 0};
    ZSTD_outBuffer out = {buffers->out, buffers->out_bytes, 0};
    size_t outcome = ZSTD_decompressStream(decoder, &out, &in);
    advance(buffers, in.pos, out.pos);
    buffers->ended = outcome == 0;
    return ZSTD_isError(outcome) ? ZSTD_getErrorName(outcome) : NULL;
}

static void zstd_destroy(void *decoder)
{
    ZSTD_freeDStream(decoder);
}

static void bzip2_start(bz_stream *stream)
{
    if (BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK)
        die_of("out of memory");
}

static void *bzip2_create(void)
{
    bz_stream *stream = xcalloc(1, sizeof *stream);
    bzip2_start(stream);
    return stream;
}

/* A file may consist of several streams, as pbzip2 writes it. */
static const char *bzip2_decode(void *decoder, struct codec_buffers *buffers)
{
    bz_stream *stream = decoder;
    unsigned in = (unsigned)(buffers->in_bytes < INT_MAX ? buffers->in_bytes : INT_MAX);
    unsigned out = (unsigned)(buffers->out_bytes < INT_MAX ? buffers->out_bytes : INT_MAX);
    if (buffers->ended) {
        BZ2_bzDecompressEnd(stream);
        bzip2_start(stream);
    }
    stream->next_in = (char *)(uintptr_t)buffers->in; /* libbz2 does not write to it */
    stream->avail_in = in;
    stream->next_out = buffers->out;
    stream->avail_out = out;
    int outcome = BZ2_bzDecompress(stream);
    buffers->ended = outcome == BZ_STREAM_END;
    advance(buffers, in - stream->avail_in, out - stream->avail_out);
    return outcome == BZ_OK || outcome == BZ_STREAM_END ? NULL : "the data are damaged";
}

static void bzip2_destroy(void *decoder)
{
    BZ2_bzDecompressEnd(decoder);
    free(decoder);
}

static void *lz4_create(void)
{
    LZ4F_dctx *context;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        die_of("out of memory");
    return context;
}

static const char *lz4_decode(void *decoder, struct codec_buffers *buffers)
{
    size_t in = buffers->in_bytes, out = buffers->out_bytes;
    size_t outcome = LZ4F_decompress(decoder, buffers->out, &out, buffers->in, &in, NULL);
    advance(buffers, in, out);
    buffers->ended = outcome == 0;
    return LZ4F_isError(outcome) ? LZ4F_getErrorName(outcome) : NULL;
}

static void lz4_destroy(void *decoder)
{
    LZ4F_freeDecompressionContext(decoder);
}

static const char *plain_decode(void *decoder, struct codec_buffers *buffers)
{
    size_t bytes = buffers->in_bytes < buffers->out_bytes ? buffers->in_bytes : buffers->out_bytes;
    memcpy(buffers->out, buffers->in, bytes);
    advance(buffers, bytes, bytes);
    buffers->ended = true;
    return NULL;
}

/* The last row matches any data. */
static const struct codec codecs[] = {
    {"gzip", ".gz", "\x1f\x8b", 2, gzip_create, gzip_decode, gzip_destroy},
    {"xz", ".xz", "\xfd\x37\x7a\x58\x5a\0", 6, xz_create, xz_decode, xz_destroy},
    {"zstd", ".zst", "\x28\xb5\x2f\xfd", 4, zstd_create, zstd_decode, zstd_destroy},
    {"bzip2", ".bz2", "BZh?1AY&SY", 10, bzip2_create, bzip2_decode, bzip2_destroy},
    {"lz4", ".lz4", "\x04\x22\x4d\x18", 4, lz4_create, lz4_decode, lz4_destroy},
    {"plain", "", "", 0, NULL, plain_decode, NULL},
};

#define PLAIN (sizeof codecs / sizeof codecs[0] - 1)

/* Whether the bytes begin with the magic or, if they are fewer, the magic begins with them. */
static bool begins(const struct codec *codec, const char *data, size_t bytes)
{
    for (size_t i = 0; i < bytes && i < codec->magic_bytes; i++)
        if (codec->magic[i] != data[i] && codec->magic[i] != '?')
            return false;
    return true;
}

static bool is_text(const char *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (data[i] < ' ' || data[i] > '~')
            return false;
    return true;
}

const struct codec *codec_find(const char *data, size_t bytes)
{
    for (size_t i = 0; i < PLAIN; i++) {
        bool cut = bytes < codecs[i].magic_bytes;
        if (bytes > 0 && begins(&codecs[i], data, bytes) &&
            !(cut && bytes < MAGIC_PREFIX && is_text(data, bytes)))
            return &codecs[i];
    }
    return &codecs[PLAIN];
}

bool codec_is_plain(const struct codec *codec)
{
    return codec == &codecs[PLAIN];
}

size_t codec_stem(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < PLAIN; i++) {
        size_t suffix = strlen(codecs[i].suffix);
        if (length > suffix && strcmp(name + length - suffix, codecs[i].suffix) == 0)
            return length - suffix;
    }
    return length;
}
