/* hdr_log_test.c - logs of latencies, decoded again by a decoder of this test. */
#include "hdr_log.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define ENCODED_MAX 400000
#define HEAD_BYTES  40

/* What a reader gets: the counts array of the histogram. */
struct decoded {
    uint64_t total, lowest, highest;
    uint32_t digits;
    size_t length;
    uint64_t counts[40000];
};

static unsigned base64_value(char c)
{
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    assert_true(c != '\0' && at != NULL);
    return (unsigned)(at - digits);
}

static size_t base64_decode(const char *text, unsigned char *bytes)
{
    size_t length = strcspn(text, "=\n"), count = 0;
    uint32_t bits = 0;
    assert_int_equal(strcspn(text, "\n") % 4, 0);
    for (size_t i = 0; i < length; i++) {
        bits = bits << 6 | base64_value(text[i]);
        if (i % 4 > 0)
            bytes[count++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    return count;
}

static uint32_t big32(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return be32toh(value);
}

static uint64_t big64(const unsigned char *at)
{
    return (uint64_t)big32(at) << 32 | big32(at + 4);
}

/* Reads one zig-zag LEB128 word and moves *at behind it. */
static int64_t word_read(const unsigned char **at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        if (shift == 56) {
            value |= (uint64_t)byte << shift;
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void counts_read(struct decoded *decoded, const unsigned char *at, size_t bytes)
{
    const unsigned char *end = at + bytes;
    while (at < end) {
        int64_t word = word_read(&at);
        if (word < 0) {
            decoded->length += (size_t)-word;
        } else {
            decoded->counts[decoded->length++] = (uint64_t)word;
            decoded->total += (uint64_t)word;
        }
    }
    assert_ptr_equal(at, end);
}

static void text_decode(const char *text, struct decoded *decoded)
{
    static unsigned char packed[ENCODED_MAX], plain[ENCODED_MAX];
    uLongf bytes = sizeof plain;
    size_t packed_bytes = base64_decode(text, packed);
    memset(decoded, 0, sizeof *decoded);
    assert_int_equal(big32(packed), 0x1c849304 | 0x10);
    assert_int_equal(big32(packed + 4), packed_bytes - 8);
    assert_int_equal(uncompress(plain, &bytes, packed + 8, packed_bytes - 8), Z_OK);
    assert_int_equal(big32(plain), 0x1c849303 | 0x10);
    assert_int_equal(big32(plain + 4), bytes - HEAD_BYTES);
    assert_int_equal(big32(plain + 8), 0);
    decoded->digits = big32(plain + 12);
    decoded->lowest = big64(plain + 16);
    decoded->highest = big64(plain + 24);
    assert_int_equal(big64(plain + 32), UINT64_C(0x3ff0000000000000)); /* 1.0 */
    counts_read(decoded, plain + HEAD_BYTES, bytes - HEAD_BYTES);
}

static void assert_same(const struct decoded *decoded, const struct histogram *histogram)
{
    assert_int_equal(decoded->digits, 3);
    assert_int_equal(decoded->lowest, 1);
    assert_int_equal(decoded->highest, HISTOGRAM_HIGHEST);
    assert_int_equal(decoded->total, histogram_count(histogram));
    assert_true(decoded->length >= 1);
    for (size_t index = 0; index < histogram_counts_length(histogram); index++)
        assert_int_equal(decoded->counts[index], histogram_count_at_index(histogram, index));
    for (size_t index = histogram_counts_length(histogram); index < decoded->length; index++)
        assert_int_equal(decoded->counts[index], 0);
}

static void encoding_check(const struct histogram *histogram)
{
    static struct decoded decoded;
    char *text = hdr_log_encode(histogram);
    text_decode(text, &decoded);
    assert_same(&decoded, histogram);
    assert_int_equal(strncmp(text, "HISTFAAA", 8), 0); /* as every such log has it */
    free(text);
}

static void what_is_encoded_is_decoded(void **unused)
{
    struct histogram *histogram = histogram_create();
    uint64_t value = 1;
    encoding_check(histogram);
    histogram_record(histogram, 0);
    encoding_check(histogram);
    for (unsigned i = 0; i < 100000; i++) {
        value = value * 6364136223846793005u + 1442695040888963407u;
        histogram_record(histogram, value >> (20 + value % 40));
    }
    histogram_record(histogram, UINT64_MAX);
    for (unsigned i = 0; i < 70000; i++)
        histogram_record(histogram, 5000);
    encoding_check(histogram);
    histogram_destroy(histogram);
}

/* Counts whose words take from one to nine bytes. */
static void counts_of_all_sizes_are_kept(void **unused)
{
    static struct decoded decoded;
    struct histogram *one = histogram_create(), *many = histogram_create();
    histogram_record(one, 7);
    for (unsigned doubling = 0; doubling < 62; doubling++) {
        histogram_merge(many, one);
        histogram_merge(one, one);
        char *text = hdr_log_encode(many);
        text_decode(text, &decoded);
        assert_int_equal(decoded.counts[7], (UINT64_C(2) << doubling) - 1);
        free(text);
    }
    histogram_destroy(one);
    histogram_destroy(many);
}

/* The encoded part of the line with this beginning. NULL if there is none. */
static const char *log_line(const char *log, const char *beginning)
{
    for (const char *line = log; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, beginning, strlen(beginning)) == 0)
            return strstr(line, "HISTFAAA");
    return NULL;
}

static void assert_line(const char *log, const char *beginning, uint64_t count)
{
    static struct decoded decoded;
    const char *encoded = log_line(log, beginning);
    if (encoded == NULL)
        fail_msg("no line '%s' in\n%s", beginning, log);
    text_decode(encoded ? encoded : "", &decoded);
    assert_int_equal(decoded.total, count);
}

static char *log_written(const struct hdr_log *log)
{
    char path[] = "/tmp/hdr_log_test.XXXXXX";
    struct error error;
    char *text = calloc(1, ENCODED_MAX);
    close(mkstemp(path));
    assert_int_equal(hdr_log_write(log, path, &error), 0);
    FILE *file = fopen(path, "r");
    assert_true(fread(text, 1, ENCODED_MAX - 1, file) > 0);
    fclose(file);
    unlink(path);
    return text;
}

static void a_log_has_a_line_a_second_and_totals(void **unused)
{
    enum { MS = 1000000 };
    struct histogram *all = histogram_create(), *hit = histogram_create();
    const struct histogram *const latencies[HDR_LOG_TAGS] = {
        [HDR_LOG_ALL] = all, [HDR_LOG_HIT] = hit};
    struct hdr_log *log = hdr_log_create();
    histogram_record(all, 5 * MS);
    histogram_record(hit, 5 * MS);
    histogram_record(all, 2 * MS);
    hdr_log_begin(log, 1000);
    for (uint64_t i = 1; i <= 25; i++)
        hdr_log_add(log, 1000 + i * 100 * MS, latencies);
    hdr_log_end(log, 1000 + UINT64_C(2560) * MS);
    char *text = log_written(log);
    assert_non_null(strstr(text, "#[Histogram log format version 1.3]\n"));
    assert_non_null(strstr(text, "\n#[StartTime: "));
    assert_non_null(strstr(text, "\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","));
    assert_line(text, "0.000,1.000,5.0", 20);
    assert_line(text, "Tag=hit,1.000,1.000,5.0", 10);
    assert_line(text, "2.000,0.560,5.0", 10);
    assert_line(text, "Tag=total,0.000,2.560,5.0", 50);
    assert_line(text, "Tag=total-hit,0.000,2.560,5.0", 25);
    assert_null(log_line(text, "Tag=miss"));
    free(text);
    hdr_log_destroy(log);
    histogram_destroy(all);
    histogram_destroy(hit);
}

static void a_second_without_responses_has_a_line(void **unused)
{
    struct hdr_log *log = hdr_log_create();
    const struct histogram *const latencies[HDR_LOG_TAGS] = {NULL};
    hdr_log_begin(log, 0);
    hdr_log_add(log, HDR_LOG_LINE_NS, latencies);
    hdr_log_end(log, HDR_LOG_LINE_NS);
    char *text = log_written(log);
    assert_line(text, "0.000,1.000,0.000", 0);
    assert_line(text, "Tag=total,0.000,1.000,0.000", 0);
    free(text);
    hdr_log_destroy(log);
}

static void a_log_that_cannot_be_written_is_an_error(void **unused)
{
    struct error error = {""};
    struct hdr_log *log = hdr_log_create();
    hdr_log_begin(log, 0);
    hdr_log_end(log, 1);
    assert_int_equal(hdr_log_write(log, "/no/such/folder/x.hlog", &error), -1);
    assert_non_null(strstr(error.text, "/no/such/folder"));
    hdr_log_destroy(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(counts_of_all_sizes_are_kept),
        cmocka_unit_test(a_log_has_a_line_a_second_and_totals),
        cmocka_unit_test(a_second_without_responses_has_a_line),
        cmocka_unit_test(a_log_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
