/* records_test.c - libCacheSim's binary formats, vscsi and lcs, built field by field. */
#include "trace_file.h"

#include "source.h"
#include "trace_request.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX  16384
#define LCS_MAGIC  UINT64_C(0x123456789abcdef0)
#define LCS_HEADER 8192
#define NS         UINT64_C(1000000000)

struct file {
    char bytes[BYTES_MAX];
    size_t count;
};

/* Appends a little-endian number of so many bytes. */
static void put(struct file *file, size_t bytes, uint64_t value)
{
    value = htole64(value);
    memcpy(file->bytes + file->count, &value, bytes);
    file->count += bytes;
}

static size_t read_all(const struct file *file, size_t piece, const char *format,
                       struct trace_request *got, size_t count, struct trace_account *account)
{
    struct error error = {""};
    struct source *source =
        trace_file_open_memory("file", file->bytes, file->count, piece, format, &error);
    if (source == NULL) {
        fail_msg("%s", error.text);
        return 0;
    }
    size_t total = 0;
    for (size_t step = 1; step > 0 && total < count; total += step)
        step = source->kind->read(source, got + total,
                                  1 + piece % 3 < count - total ? 1 + piece % 3 : 1);
    assert_string_equal(error.text, "");
    *account = source->account;
    source->kind->close(source);
    return total;
}

static void put_vscsi(struct file *file, int version, uint16_t command, uint64_t sector,
                      uint32_t bytes, uint64_t us)
{
    if (version == 2) {
        put(file, 2, command);
        put(file, 2, 0x200);
    }
    put(file, 4, file->count);
    put(file, 4, bytes);
    put(file, 4, 1);
    if (version == 1) {
        put(file, 2, command);
        put(file, 2, 0x100);
    }
    put(file, 8, sector);
    put(file, 8, us);
    if (version == 2)
        put(file, 8, 77);
}

static void expect_vscsi(const struct file *file, size_t piece)
{
    struct trace_request got[8];
    struct trace_account account;
    assert_int_equal(read_all(file, piece, NULL, got, 8, &account), 3);
    assert_string_equal(account.format, "vscsi");
    assert_int_equal(account.reasons, 2);
    assert_int_equal(got[0].id, 42932745);
    assert_int_equal(got[0].bytes, 512);
    assert_int_equal(got[1].id, 8);
    assert_int_equal(got[1].time_ns, NS / 2);
    assert_int_equal(got[2].bytes, 8192);
    assert_int_equal(read_all(file, piece, "vscsi:block=4KiB", got, 8, &account), 4);
    assert_int_equal(got[0].id, 42932745 / 8);
    assert_int_equal(got[1].id, 1);
    assert_int_equal(got[2].id, 1);
    assert_int_equal(got[3].id, 2);
    assert_int_equal(got[3].bytes, 4096);
}

static void vscsi_versions_are_read(void **state)
{
    for (int version = 1; version <= 2; version++) {
        struct file file = {.count = 0};
        put_vscsi(&file, version, 0x2a, 42932745, 512, 5633898611106);
        put_vscsi(&file, version, 0x28, 8, 512, 5633899111106);
        put_vscsi(&file, version, 0x00, 8, 0, 5633899111107); /* TEST UNIT READY */
        put_vscsi(&file, version, 0x35, 8, 0, 5633899111108); /* SYNCHRONIZE CACHE */
        put_vscsi(&file, version, 0x8a, 8, 8192, 5633899111109);
        for (size_t piece = 0; piece < 50; piece++)
            expect_vscsi(&file, piece);
    }
}

static void put_lcs(struct file *file, uint64_t version, uint32_t seconds, uint64_t id,
                    uint64_t bytes, uint8_t operation, uint64_t next)
{
    static const size_t features[] = {0, 0, 0, 0, 1, 2, 4, 8, 16};
    put(file, 4, seconds);
    put(file, 8, id);
    put(file, version >= 3 ? 8 : 4, bytes);
    if (version >= 2)
        put(file, 4, operation | 7 << 8); /* of tenant 7 */
    if (version >= 3)
        put(file, 4, 60);
    put(file, 8, next);
    for (size_t i = 0; i < features[version]; i++)
        put(file, 4, i);
}

static void put_lcs_header(struct file *file, uint64_t version)
{
    put(file, 8, LCS_MAGIC);
    put(file, 8, version);
    file->count = LCS_HEADER - 8;
    put(file, 8, LCS_MAGIC);
}

static void expect_lcs(const struct file *file, uint64_t version, size_t piece)
{
    struct trace_request got[4];
    struct trace_account account;
    assert_int_equal(read_all(file, piece, NULL, got, 4, &account), 2);
    assert_string_equal(account.format, "lcs");
    assert_int_equal(account.reasons, version > 1);
    assert_int_equal(got[0].id, 5);
    assert_int_equal(got[0].bytes, 100);
    assert_int_equal(got[0].next, version == 1 ? 2 : 0);
    assert_int_equal(got[1].id, UINT64_C(1) << 63);
    assert_int_equal(got[1].time_ns, 3 * NS);
    assert_int_equal(got[1].bytes, version >= 3 ? TRACE_BYTES_MAX : 7);
    assert_int_equal(got[1].ttl_s, version >= 3 ? 60 : 0);
}

static void lcs_versions_are_read(void **state)
{
    static const size_t pieces[] = {0, 1, 13, 4096, 8193};
    for (uint64_t version = 1; version <= 8; version++) {
        static struct file file;
        file = (struct file){.count = 0};
        put_lcs_header(&file, version);
        put_lcs(&file, version, 10, 5, 100, 1, 3);
        if (version > 1)
            put_lcs(&file, version, 11, 5, 100, 9, 3); /* delete */
        put_lcs(&file, version, 13, UINT64_C(1) << 63, version >= 3 ? UINT64_C(1) << 40 : 7, 3,
                UINT64_MAX);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
            expect_lcs(&file, version, pieces[i]);
    }
}

static void expect_error(const struct file *file, const char *format, const char *expected)
{
    struct error error = {""};
    assert_null(trace_file_open_memory("file", file->bytes, file->count, 0, format, &error));
    if (strstr(error.text, expected) == NULL)
        fail_msg("%s", error.text);
}

static void other_files_are_refused(void **state)
{
    static struct file lcs,
        other = {.bytes = "0123456789012345678901234567890123456789", .count = 40};
    put_lcs_header(&lcs, 9);
    expect_error(&lcs, NULL, "only versions 1 to 8");
    lcs.count = 1000;
    expect_error(&lcs, NULL, "it has no header of lcs");
    expect_error(&other, "lcs", "it has no header of lcs");
    expect_error(&other, "vscsi", "it is no trace of vscsiStats");
    struct file vscsi = {.count = 0};
    put_vscsi(&vscsi, 1, 0x2a, 1, 512, 1);
    expect_error(&vscsi, "vscsi:block=4", "write, for example, vscsi:block=4KiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vscsi_versions_are_read),
        cmocka_unit_test(lcs_versions_are_read),
        cmocka_unit_test(other_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
