/* codec.c - gzip, xz, zstd and no compression at all, a row of a table each. */
#include "codec.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define XZ_MEMORY_MAX   (UINT64_C(1) << 30)
#define ZSTD_WINDOW_LOG 30         /* what "zstd --long=30" needs: 1 GiB, taken as it is filled */
#define GZIP_STEP_MAX   (1u << 30) /* zlib counts in 32 bits */
#define GZIP_WINDOW     (15 + 16)  /* zlib's way to say: the largest, with gzip's header */

struct gzip {
    z_stream stream;
    bool ended; /* a member; another may follow */
};

static void *gzip_create(void)
{
    struct gzip *gzip = calloc(1, sizeof(*gzip));
    if (gzip != NULL && inflateInit2(&gzip->stream, GZIP_WINDOW) != Z_OK) {
        free(gzip);
        gzip = NULL;
    }
    return gzip;
}

static unsigned gzip_step(size_t bytes)
{
    return bytes < GZIP_STEP_MAX ? (unsigned)bytes : GZIP_STEP_MAX;
}

static const char *gzip_decode(void *decoder, struct codec_buffers *buffers)
{
    struct gzip *gzip = decoder;
    unsigned in = gzip_step(buffers->in_bytes), out = gzip_step(buffers->out_bytes);
    if (gzip->ended && in == 0)
        return NULL;
    if (gzip->ended)
        inflateReset(&gzip->stream);
    gzip->stream.next_in = (Bytef *)(uintptr_t)buffers->in; /* zlib does not write to it */
    gzip->stream.avail_in = in;
    gzip->stream.next_out = (Bytef *)buffers->out;
    gzip->stream.avail_out = out;
    int outcome = inflate(&gzip->stream, Z_NO_FLUSH);
    gzip->ended = outcome == Z_STREAM_END;
    buffers->in += in - gzip->stream.avail_in;
    buffers->in_bytes -= in - gzip->stream.avail_in;
    buffers->out += out - gzip->stream.avail_out;
    buffers->out_bytes -= out - gzip->stream.avail_out;
    if (outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR)
        return NULL;
    return gzip->stream.msg != NULL ? gzip->stream.msg : zError(outcome);
}

static bool gzip_is_whole(const void *decoder)
{
    return ((const struct gzip *)decoder)->ended;
}

static void gzip_destroy(void *decoder)
{
    struct gzip *gzip = decoder;
    inflateEnd(&gzip->stream);
    free(gzip);
}

struct xz {
    lzma_stream stream;
    bool ended;
};

static void *xz_create(void)
{
    struct xz *xz = calloc(1, sizeof(*xz));
    if (xz != NULL &&
        lzma_stream_decoder(&xz->stream, XZ_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK) {
        free(xz);
        xz = NULL;
    }
    return xz;
}

static const char *xz_complaint(lzma_ret outcome)
{
    switch (outcome) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR: /* no progress: whether that is an error, is_whole tells */
        return NULL;
    case LZMA_MEM_ERROR:
        return "out of memory";
    case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 1 GiB of memory";
    case LZMA_OPTIONS_ERROR:
        return "it uses options that this liblzma does not know";
    default:
        return "damaged";
    }
}

static const char *xz_decode(void *decoder, struct codec_buffers *buffers)
{
    struct xz *xz = decoder;
    if (xz->ended)
        return NULL;
    xz->stream.next_in = (const uint8_t *)buffers->in;
    xz->stream.avail_in = buffers->in_bytes;
    xz->stream.next_out = (uint8_t *)buffers->out;
    xz->stream.avail_out = buffers->out_bytes;
    lzma_ret outcome = lzma_code(&xz->stream, buffers->last ? LZMA_FINISH : LZMA_RUN);
    xz->ended = outcome == LZMA_STREAM_END;
    buffers->in = (const char *)xz->stream.next_in;
    buffers->in_bytes = xz->stream.avail_in;
    buffers->out = (char *)xz->stream.next_out;
    buffers->out_bytes = xz->stream.avail_out;
    return xz_complaint(outcome);
}

static bool xz_is_whole(const void *decoder)
{
    return ((const struct xz *)decoder)->ended;
}

static void xz_destroy(void *decoder)
{
    struct xz *xz = decoder;
    lzma_end(&xz->stream);
    free(xz);
}

struct zstd {
    ZSTD_DStream *stream;
    bool ended; /* a frame; another may follow */
};

static void *zstd_create(void)
{
    struct zstd *zstd = calloc(1, sizeof(*zstd));
    if (zstd == NULL)
        return NULL;
    zstd->stream = ZSTD_createDStream();
    if (zstd->stream == NULL) {
        free(zstd);
        return NULL;
    }
    ZSTD_DCtx_setParameter(zstd->stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    return zstd;
}

static const char *zstd_decode(void *decoder, struct codec_buffers *buffers)
{
    struct zstd *zstd = decoder;
    if (zstd->ended && buffers->in_bytes == 0)
        return NULL;
    ZSTD_inBuffer in = {buffers->in, buffers->in_bytes, 0};
    ZSTD_outBuffer out = {buffers->out, buffers->out_bytes, 0};
    size_t outcome = ZSTD_decompressStream(zstd->stream, &out, &in);
    buffers->in += in.pos;
    buffers->in_bytes -= in.pos;
    buffers->out += out.pos;
    buffers->out_bytes -= out.pos;
    zstd->ended = outcome == 0;
    return ZSTD_isError(outcome) ? ZSTD_getErrorName(outcome) : NULL;
}

static bool zstd_is_whole(const void *decoder)
{
    return ((const struct zstd *)decoder)->ended;
}

static void zstd_destroy(void *decoder)
{
    struct zstd *zstd = decoder;
    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

/* Keeps nothing, but NULL would mean out of memory. */
static void *plain_create(void)
{
    return calloc(1, 1);
}

static const char *plain_decode(void *decoder, struct codec_buffers *buffers)
{
    (void)decoder;
    size_t bytes = buffers->in_bytes < buffers->out_bytes ? buffers->in_bytes : buffers->out_bytes;
    memcpy(buffers->out, buffers->in, bytes);
    buffers->in += bytes;
    buffers->in_bytes -= bytes;
    buffers->out += bytes;
    buffers->out_bytes -= bytes;
    return NULL;
}

static bool plain_is_whole(const void *decoder)
{
    (void)decoder;
    return true;
}

/* The last row takes all that the others do not. */
static const struct codec codecs[] = {
    {"gzip", ".gz", "\x1f\x8b", 2, gzip_create, gzip_decode, gzip_is_whole, gzip_destroy},
    {"xz", ".xz",
     "\xfd"
     "7zXZ\0",
     6, xz_create, xz_decode, xz_is_whole, xz_destroy},
    {"zstd", ".zst", "\x28\xb5\x2f\xfd", 4, zstd_create, zstd_decode, zstd_is_whole, zstd_destroy},
    {"plain", "", "", 0, plain_create, plain_decode, plain_is_whole, free},
};

#define PLAIN (sizeof(codecs) / sizeof(codecs[0]) - 1)

const struct codec *codec_find(const char *data, size_t bytes)
{
    size_t i = 0;
    while (bytes < codecs[i].magic_bytes ||
           memcmp(data, codecs[i].magic, codecs[i].magic_bytes) != 0)
        i++;
    return &codecs[i];
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
