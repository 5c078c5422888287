/* hdr_log.c - HdrHistogram's log format, version 1.3, with its V2 encoding of the counts. */
#include "hdr_log.h"

#include "result.h"
#include "units.h"
#include "xmalloc.h"

#include "files.h"
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

/* The 1 in the second hexadecimal digit: counts are words of variable length. */
#define COOKIE            UINT32_C(0x1c849313)
#define COOKIE_COMPRESSED UINT32_C(0x1c849314)
#define LOWEST_VALUE      1
#define WORD_BYTES_MAX    9 /* a LEB128 of 64 bits, the last byte taking eight of them */

/* Before the counts, big-endian, without gaps. */
struct __attribute__((packed)) encoding {
    uint32_t cookie, payload_bytes, index_offset, digits;
    uint64_t lowest, highest, ratio_bits;
};

struct bytes {
    unsigned char *at;
    size_t count, room;
};

struct line {
    const char *tag;
    uint64_t start_ns, span_ns, max_ns;
    struct bytes encoded;
};

struct hdr_log {
    uint64_t began_ns, line_ns; /* of the run, and of the lines at hand */
    struct histogram *now[HDR_LOG_TAGS], *total[HDR_LOG_TAGS];
    struct line *lines;
    size_t count, room;
};

static const char *const tags[HDR_LOG_TAGS] = {"", "Tag=hit,", "Tag=miss,", "Tag=sent,"};
static const char *const total_tags[HDR_LOG_TAGS] = {"Tag=total,", "Tag=total-hit,",
                                                     "Tag=total-miss,", "Tag=total-sent,"};

/* Encoding. */

static void bytes_append(struct bytes *bytes, const void *from, size_t count)
{
    bytes->at = growable(bytes->at, &bytes->room, bytes->count + count, 1);
    memcpy(bytes->at + bytes->count, from, count);
    bytes->count += count;
}

/* A zig-zag LEB128 of at most nine bytes. */
static void word_append(struct bytes *bytes, int64_t value)
{
    uint64_t twice = (uint64_t)value << 1;
    uint64_t left = value < 0 ? ~twice : twice;
    unsigned char word[WORD_BYTES_MAX];
    size_t count = 0;

    while (left > 0x7f && count < WORD_BYTES_MAX - 1) {
        word[count++] = (unsigned char)(left | 0x80);
        left >>= 7;
    }
    word[count++] = (unsigned char)left;
    bytes_append(bytes, word, count);
}

/* Counts, a run of empty cells as its length below zero. At least one cell. */
static void counts_append(struct bytes *bytes, const struct histogram *histogram)
{
    size_t cells = histogram_cells(histogram);
    int64_t empty = cells == 0;

    for (size_t cell = 0; cell < cells; cell++) {
        uint64_t count = histogram_cell_count(histogram, cell);
        if (count == 0) {
            empty++;
            continue;
        }
        if (empty)
            word_append(bytes, -empty);
        empty = 0;
        word_append(bytes, (int64_t)count);
    }
    if (empty)
        word_append(bytes, -empty);
}

static struct bytes histogram_encode(const struct histogram *histogram)
{
    const double ratio = 1;
    struct encoding encoding = {.cookie = htobe32(COOKIE),
                                .digits = htobe32(HISTOGRAM_DIGITS),
                                .lowest = htobe64(LOWEST_VALUE),
                                .highest = htobe64(HISTOGRAM_HIGHEST)};
    struct bytes bytes = {0};
    uint64_t ratio_bits;

    memcpy(&ratio_bits, &ratio, sizeof ratio_bits);
    encoding.ratio_bits = htobe64(ratio_bits);
    bytes_append(&bytes, &encoding, sizeof encoding);
    counts_append(&bytes, histogram);
    encoding.payload_bytes = htobe32((uint32_t)(bytes.count - sizeof encoding));
    memcpy(bytes.at, &encoding, sizeof encoding);
    return bytes;
}

/* Cookie, length, and the encoding as zlib packs it. */
static struct bytes encoding_compress(const struct bytes *encoded)
{
    uLongf packed_bytes = compressBound(encoded->count);
    const size_t head_bytes = 2 * sizeof(uint32_t);
    struct bytes packed = {0};

    packed.at = growable(NULL, &packed.room, head_bytes + packed_bytes, 1);
    compress2(packed.at + head_bytes, &packed_bytes, encoded->at, encoded->count,
              Z_BEST_COMPRESSION);
    memcpy(packed.at, (uint32_t[]){htobe32(COOKIE_COMPRESSED), htobe32((uint32_t)packed_bytes)},
           head_bytes);
    packed.count = head_bytes + packed_bytes;
    return packed;
}

static char *bytes_base64(const struct bytes *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t room = 0, length = 0;
    char *text = growable(NULL, &room, (bytes->count + 2) / 3 * 4 + 1, 1);

    for (size_t i = 0; i < bytes->count; i += 3) {
        size_t left = bytes->count - i;
        uint32_t three = (uint32_t)bytes->at[i] << 16;
        three |= left > 1 ? (uint32_t)bytes->at[i + 1] << 8 : 0;
        three |= left > 2 ? bytes->at[i + 2] : 0;
        text[length++] = digits[three >> 18];
        text[length++] = digits[three >> 12 & 63];
        text[length++] = left > 1 ? digits[three >> 6 & 63] : '=';
        text[length++] = left > 2 ? digits[three & 63] : '=';
    }
    text[length] = '\0';
    return text;
}

static char *encoding_text(const struct bytes *encoded)
{
    struct bytes packed = encoding_compress(encoded);
    char *text = bytes_base64(&packed);

    free(packed.at);
    return text;
}

char *hdr_log_encode(const struct histogram *histogram)
{
    struct bytes encoded = histogram_encode(histogram);
    char *text = encoding_text(&encoded);

    free(encoded.at);
    return text;
}

/* The log. */

struct hdr_log *hdr_log_create(void)
{
    struct hdr_log *log = calloc(1, sizeof *log);

    if (log == NULL)
        return NULL;
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++) {
        log->now[tag] = histogram_create();
        log->total[tag] = histogram_create();
        if (!log->now[tag] || !log->total[tag])
            goto fail;
    }
    return log;
fail:
    hdr_log_destroy(log);
    return NULL;
}

static void log_clear(struct hdr_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->lines[i].encoded.at);
    log->count = 0;
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++) {
        histogram_clear(log->now[tag]);
        histogram_clear(log->total[tag]);
    }
}

void hdr_log_destroy(struct hdr_log *log)
{
    if (log == NULL)
        return;
    for (size_t i = 0; i < log->count; i++)
        free(log->lines[i].encoded.at);
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++) {
        histogram_destroy(log->now[tag]);
        histogram_destroy(log->total[tag]);
    }
    free(log->lines);
    free(log);
}

void hdr_log_begin(struct hdr_log *log, uint64_t now_ns)
{
    log_clear(log);
    log->began_ns = log->line_ns = now_ns;
}

static void line_add(struct hdr_log *log, const char *tag, uint64_t since_ns, uint64_t now_ns,
                     const struct histogram *histogram)
{
    log->lines = growable(log->lines, &log->room, log->count + 1, sizeof *log->lines);
    log->lines[log->count++] = (struct line){.tag = tag,
                                             .start_ns = since_ns - log->began_ns,
                                             .span_ns = now_ns - since_ns,
                                             .max_ns = histogram_max(histogram),
                                             .encoded = histogram_encode(histogram)};
}

/* What is tagged has a line only where there is something to tell. */
static void lines_add(struct hdr_log *log, const char *const names[HDR_LOG_TAGS], uint64_t since_ns,
                      uint64_t now_ns, struct histogram *const of[HDR_LOG_TAGS])
{
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++)
        if (tag == HDR_LOG_ALL || histogram_count(of[tag]))
            line_add(log, names[tag], since_ns, now_ns, of[tag]);
}

static void lines_flush(struct hdr_log *log, uint64_t now_ns)
{
    lines_add(log, tags, log->line_ns, now_ns, log->now);
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++) {
        histogram_merge(log->total[tag], log->now[tag]);
        histogram_clear(log->now[tag]);
    }
    log->line_ns = now_ns;
}

void hdr_log_add(struct hdr_log *log, uint64_t now_ns,
                 const struct histogram *const latencies[HDR_LOG_TAGS])
{
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++)
        if (latencies[tag])
            histogram_merge(log->now[tag], latencies[tag]);
    if (now_ns - log->line_ns >= HDR_LOG_LINE_NS)
        lines_flush(log, now_ns);
}

void hdr_log_end(struct hdr_log *log, uint64_t now_ns)
{
    if (now_ns > log->line_ns)
        lines_flush(log, now_ns);
    lines_add(log, total_tags, log->began_ns, now_ns, log->total);
}

/* Writing. */

static double clock_seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / (double)NS_PER_SECOND;
}

static double in_seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_SECOND;
}

static void head_write(const struct hdr_log *log, FILE *out)
{
    double ago = clock_seconds(CLOCK_MONOTONIC) - in_seconds(log->began_ns);
    double began = clock_seconds(CLOCK_REALTIME) - ago;
    time_t whole = (time_t)began;
    struct tm parts;
    char date[64];

    strftime(date, sizeof date, "%a %b %d %H:%M:%S UTC %Y", gmtime_r(&whole, &parts));
    fputs("#[Logged by tidemark load; values are nanoseconds]\n"
          "#[Histogram log format version 1.3]\n",
          out);
    fprintf(out, "#[BaseTime: %.3f (seconds since epoch)]\n", began);
    fprintf(out, "#[StartTime: %.3f (seconds since epoch), %s]\n", began, date);
    fputs("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
          "\"Interval_Compressed_Histogram\"\n",
          out);
}

/* The greatest latency is in milliseconds, as in the logs of HdrHistogram's own tools. */
static void line_write(const struct line *line, FILE *out)
{
    char *text = encoding_text(&line->encoded);

    fprintf(out, "%s%.3f,%.3f,%.3f,%s\n", line->tag, in_seconds(line->start_ns),
            in_seconds(line->span_ns), (double)line->max_ns / (double)NS_PER_MS, text);
    free(text);
}

int hdr_log_write(const struct hdr_log *log, const char *path, struct error *error)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    int status = -1;

    if (out != NULL) {
        head_write(log, out);
        for (size_t i = 0; i < log->count; i++)
            line_write(&log->lines[i], out);
    }
    if (out == NULL || fclose(out) != 0)
        error_set(error, "%.200s: out of memory", path);
    else
        status = file_write(path, text, bytes, error);
    free(text);
    return status;
}
