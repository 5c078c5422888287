/* hdr_log.c - HdrHistogram's log format, version 1.3, with the V2 encoding of the counts. */
#include "hdr_log.h"

#include "clock.h"
#include "files.h"
#include "xmalloc.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

/* The 1 in the second-last hexadecimal digit means that counts are words of variable length. */
#define COOKIE            UINT32_C(0x1c849313)
#define COOKIE_COMPRESSED UINT32_C(0x1c849314)
#define LOWEST_VALUE      1
#define WORD_BYTES_MAX    9 /* a LEB128 of 64 bits whose ninth byte holds eight of them */

/* The header before the counts: big-endian. */
struct __attribute__((packed)) encoding {
    uint32_t cookie, payload_bytes, index_offset, digits;
    uint64_t lowest, highest, ratio_bits;
};

struct bytes {
    unsigned char *at;
    size_t count, capacity;
};

struct line {
    const char *tag;
    uint64_t start_ns, span_ns, max_ns;
    struct bytes encoded;
};

struct hdr_log {
    uint64_t began_ns, line_ns; /* when the run and the current lines began */
    struct histogram *now[HDR_LOG_TAGS], *total[HDR_LOG_TAGS]; /* of the current lines, the run */
    struct line *lines;
    size_t count, capacity;
};

static const char *const tags[HDR_LOG_TAGS] = {"", "Tag=hit,", "Tag=miss,", "Tag=sent,"};
static const char *const total_tags[HDR_LOG_TAGS] = {"Tag=total,", "Tag=total-hit,",
                                                     "Tag=total-miss,", "Tag=total-sent,"};

/* Encoding. */

static void bytes_append(struct bytes *bytes, const void *from, size_t count)
{
    bytes->at = growable(bytes->at, &bytes->capacity, bytes->count + count, 1);
    memcpy(bytes->at + bytes->count, from, count);
    bytes->count += count;
}

/* Appends a zig-zag LEB128 of at most nine bytes. */
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

/* Appends the counts; a run of zeros becomes its negated length. Empty: a run of one zero. */
static void counts_append(struct bytes *bytes, const struct histogram *histogram)
{
    size_t length = histogram_counts_length(histogram);
    int64_t empty = length == 0;
    for (size_t index = 0; index < length; index++) {
        uint64_t count = histogram_count_at_index(histogram, index);
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

/* Cookie, length, and the encoding compressed with zlib. */
static struct bytes encoding_compress(const struct bytes *encoded)
{
    uLongf packed_bytes = compressBound(encoded->count);
    const size_t head_bytes = 2 * sizeof(uint32_t);
    struct bytes packed = {0};
    packed.at = growable(NULL, &packed.capacity, head_bytes + packed_bytes, 1);
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
    size_t capacity = 0, length = 0;
    char *text = growable(NULL, &capacity, (bytes->count + 2) / 3 * 4 + 1, 1);
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
    struct hdr_log *log = xcalloc(1, sizeof *log);
    for (unsigned tag = 0; tag < HDR_LOG_TAGS; tag++) {
        log->now[tag] = histogram_create();
        log->total[tag] = histogram_create();
    }
    return log;
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
    log_clear(log);
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
    log->lines = growable(log->lines, &log->capacity, log->count + 1, sizeof *log->lines);
    log->lines[log->count++] = (struct line){.tag = tag,
                                             .start_ns = since_ns - log->began_ns,
                                             .span_ns = now_ns - since_ns,
                                             .max_ns = histogram_max(histogram),
                                             .encoded = histogram_encode(histogram)};
}

/* Tags without latencies get no line. */
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

static double in_seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_SECOND;
}

static void head_write(const struct hdr_log *log, FILE *out)
{
    double began = in_seconds(clock_read_ns(CLOCK_REALTIME) - (clock_ns() - log->began_ns));
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

/* The maximum is in milliseconds, as in the logs of HdrHistogram's own tools. */
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
    FILE *out = xmemstream(&text, &bytes);
    int status;
    head_write(log, out);
    for (size_t i = 0; i < log->count; i++)
        line_write(&log->lines[i], out);
    fclose(out);
    status = file_write(path, text, bytes, error);
    free(text);
    return status;
}
