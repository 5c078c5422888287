/* recorder_test.c - the file has all requests in order, and nothing of the key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorder.h"
#include "recording.h"
#include "siphash.h"
#include "units.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 256
#define KEY_TEXT   "000102030405060708090a0b0c0d0e0f"
#define UNIX_NS    UINT64_C(1700000000000000000)
#define START_NS   (5 * NS_PER_SECOND)
#define LIMIT      (UINT64_C(256) << 20)
#define THREADS    4

struct test {
    char folder[64], path[PATH_BYTES], older[PATH_BYTES], key[PATH_BYTES];
    struct error error;
    char *bytes; /* of the file */
    size_t count;
    struct recorder *recorder;
};

static char logged[512];

static void warn(const char *line)
{
    snprintf(logged, sizeof logged, "%s", line);
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int test_begin(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    assert_non_null(test);
    strcpy(test->folder, "/tmp/recorder-test-XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->path, PATH_BYTES, "%s/recording", test->folder);
    snprintf(test->older, PATH_BYTES, "%s/recording.1", test->folder);
    snprintf(test->key, PATH_BYTES, "%s/key", test->folder);
    file_write(test->key, KEY_TEXT "\n");
    logged[0] = '\0';
    *state = test;
    return 0;
}

static int test_end(void **state)
{
    struct test *test = *state;
    unlink(test->path);
    unlink(test->older);
    unlink(test->key);
    assert_int_equal(rmdir(test->folder), 0);
    free(test->bytes);
    free(test);
    return 0;
}

static void test_open(struct test *test, uint64_t limit_bytes, const char *key)
{
    const struct recorder_setup setup = {.path = test->path,
                                         .key_path = key,
                                         .limit_bytes = limit_bytes,
                                         .now_ns = START_NS,
                                         .unix_ns = UNIX_NS,
                                         .warn = warn};
    test->recorder = recorder_open(&setup, &test->error);
}

static void note(struct test *test, uint64_t number, uint64_t now_ns)
{
    char id[32];
    struct span span = {id,
                        (size_t)snprintf(id, sizeof id, "user-%llu", (unsigned long long)number)};
    recorder_add(test->recorder, span, (size_t)(number % 1000), number % 2, now_ns);
}

static void file_read(struct test *test, const char *path)
{
    FILE *file = fopen(path, "r");
    struct stat state;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &state), 0);
    free(test->bytes);
    test->count = (size_t)state.st_size;
    test->bytes = malloc(test->count + 1);
    assert_non_null(test->bytes);
    assert_int_equal(fread(test->bytes, 1, test->count, file), test->count);
    fclose(file);
    assert_true(test->count >= RECORDING_MAGIC_BYTES);
    assert_memory_equal(test->bytes, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
}

/* All requests in the file's blocks, which must be whole. */
static size_t requests_read(const struct test *test, struct recording_request *requests)
{
    size_t got = 0;
    struct recording_head head;
    for (size_t at = RECORDING_MAGIC_BYTES; at < test->count;
         at += RECORDING_HEAD_BYTES + head.stored_bytes) {
        assert_true(recording_read_head(test->bytes + at, &head));
        assert_true(at + RECORDING_HEAD_BYTES + head.stored_bytes <= test->count);
        assert_null(recording_unpack(test->bytes + at, requests + got));
        got += head.requests;
    }
    return got;
}

static void what_is_noted_is_kept(void **state)
{
    enum { COUNT = 40000 };
    static struct recording_request requests[COUNT + RECORDING_BLOCK_MAX];
    struct test *test = *state;
    unsigned char bytes[SIPHASH_KEY_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    struct siphash_key key = siphash_key_read(bytes);
    test_open(test, LIMIT, test->key);
    assert_non_null(test->recorder);
    for (uint64_t i = 0; i < COUNT; i++)
        note(test, i, START_NS + i * 2000);
    recorder_close(test->recorder);
    file_read(test, test->path);
    assert_int_equal(requests_read(test, requests), COUNT);
    for (uint64_t i = 0; i < COUNT; i++) {
        char id[32];
        int length = snprintf(id, sizeof id, "user-%llu", (unsigned long long)i);
        assert_int_equal(requests[i].id, siphash(&key, id, (size_t)length));
        assert_int_equal(requests[i].time_us, UNIX_NS / 1000 + i * 2);
        assert_int_equal(requests[i].bytes, i % 1000);
        assert_int_equal(requests[i].hit, i % 2);
    }
    assert_string_equal(logged, "");
}

static void neither_ids_nor_key_are_in_the_file(void **state)
{
    struct test *test = *state;
    struct recording_request first[10], second[10];
    test_open(test, LIMIT, NULL);
    note(test, 1, START_NS);
    recorder_close(test->recorder);
    file_read(test, test->path);
    assert_null(memmem(test->bytes, test->count, "user-1", 6));
    assert_int_equal(requests_read(test, first), 1);
    test_open(test, LIMIT, NULL);
    note(test, 1, START_NS);
    recorder_close(test->recorder);
    file_read(test, test->path);
    assert_int_equal(requests_read(test, second), 1);
    assert_int_not_equal(first[0].id, second[0].id);
    test_open(test, LIMIT, test->key);
    recorder_close(test->recorder);
    file_read(test, test->older);
    assert_null(memmem(test->bytes, test->count, "\0\1\2\3\4\5", 6));
}

/* A tick writes what is a second old; the rest is not in the file yet. */
static void blocks_are_written_by_the_clock(void **state)
{
    struct test *test = *state;
    struct recording_request requests[10];
    test_open(test, LIMIT, NULL);
    note(test, 1, START_NS);
    note(test, 2, START_NS + NS_PER_SECOND / 2);
    recorder_tick(test->recorder, START_NS + NS_PER_SECOND);
    recorder_tick(test->recorder, START_NS + 2 * NS_PER_SECOND);
    note(test, 3, START_NS + 2 * NS_PER_SECOND);
    file_read(test, test->path);
    assert_int_equal(requests_read(test, requests), 2);
    recorder_close(test->recorder);
    file_read(test, test->path);
    assert_int_equal(requests_read(test, requests), 3);
}

static void the_latest_are_kept_within_the_limit(void **state)
{
    enum { COUNT = 400000, LEAST = 1 << 20 };
    static struct recording_request requests[COUNT];
    struct test *test = *state;
    struct stat now, older;
    test_open(test, 2 * LEAST, NULL);
    for (uint64_t i = 0; i < COUNT; i++)
        note(test, i, START_NS + i * 1000);
    recorder_close(test->recorder);
    assert_int_equal(stat(test->path, &now), 0);
    assert_int_equal(stat(test->older, &older), 0);
    assert_in_range(now.st_size + older.st_size, LEAST / 2, 2 * LEAST);
    file_read(test, test->path);
    size_t kept = requests_read(test, requests);
    assert_int_equal(requests[kept - 1].time_us, UNIX_NS / 1000 + COUNT - 1);
    uint64_t first_us = requests[0].time_us;
    file_read(test, test->older);
    kept = requests_read(test, requests);
    assert_true(requests[kept - 1].time_us < first_us);
}

static void an_older_recording_is_kept_and_nothing_else_touched(void **state)
{
    struct test *test = *state;
    struct recording_request requests[10];
    for (uint64_t i = 1; i <= 2; i++) {
        test_open(test, LIMIT, NULL);
        note(test, i, START_NS + i * NS_PER_SECOND);
        recorder_close(test->recorder);
    }
    file_read(test, test->older);
    assert_int_equal(requests_read(test, requests), 1);
    assert_int_equal(requests[0].bytes, 1);
    file_write(test->path, "Dear diary, ...");
    test_open(test, LIMIT, NULL);
    assert_null(test->recorder);
    assert_non_null(strstr(test->error.text, "something else than a recording"));
    unlink(test->path);
    assert_int_equal(mkfifo(test->path, 0600), 0);
    test_open(test, LIMIT, NULL);
    assert_null(test->recorder);
}

static void foreign_older_file_is_not_replaced(void **state)
{
    struct test *test = *state;
    struct stat older;
    test_open(test, 2 << 20, NULL);
    file_write(test->older, "Dear diary, ...");
    for (uint64_t i = 0; i < 400000; i++) /* more than the limit */
        note(test, i, START_NS + i * 1000);
    recorder_close(test->recorder);
    assert_non_null(strstr(logged, strerror(EEXIST)));
    assert_int_equal(stat(test->older, &older), 0);
    assert_int_equal(older.st_size, strlen("Dear diary, ..."));
    test_open(test, LIMIT, NULL);
    assert_null(test->recorder);
    assert_non_null(strstr(test->error.text, "recording.1: there is something else"));
}

static void one_file_has_one_recorder(void **state)
{
    struct test *test = *state;
    test_open(test, LIMIT, NULL);
    struct recorder *first = test->recorder;
    note(test, 1, START_NS);
    test_open(test, LIMIT, NULL);
    assert_null(test->recorder);
    assert_non_null(strstr(test->error.text, "another process records there"));
    recorder_close(first);
    test_open(test, LIMIT, NULL);
    assert_non_null(test->recorder);
    recorder_close(test->recorder);
}

static void bad_keys_are_refused(void **state)
{
    static const char *const bad[] = {"", "00", (KEY_TEXT "00"), ("zz" KEY_TEXT),
                                      "000102030405060708090a0b0c0d0e0"};
    struct test *test = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        file_write(test->key, bad[i]);
        test_open(test, LIMIT, test->key);
        assert_null(test->recorder);
        assert_non_null(strstr(test->error.text, "32 hexadecimal digits"));
    }
    unlink(test->key);
    test_open(test, LIMIT, test->key);
    assert_null(test->recorder);
    assert_non_null(strstr(test->error.text, strerror(ENOENT)));
    assert_int_equal(access(test->path, F_OK), -1);
}

struct noter {
    struct test *test;
    pthread_t thread;
    uint64_t first;
};

static void *noter_work(void *context)
{
    struct noter *noter = context;
    for (uint64_t i = 0; i < 5000; i++)
        note(noter->test, noter->first + i, START_NS + i * 1000);
    return NULL;
}

static void many_threads_note(void **state)
{
    static struct recording_request requests[THREADS * 5000];
    struct test *test = *state;
    struct noter noters[THREADS];
    test_open(test, LIMIT, NULL);
    for (unsigned i = 0; i < THREADS; i++) {
        noters[i] = (struct noter){.test = test, .first = i};
        assert_int_equal(pthread_create(&noters[i].thread, NULL, noter_work, &noters[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(noters[i].thread, NULL);
    recorder_close(test->recorder);
    file_read(test, test->path);
    assert_int_equal(requests_read(test, requests), THREADS * 5000);
    for (size_t i = 1; i < THREADS * 5000; i++)
        assert_true(requests[i].time_us >= requests[i - 1].time_us);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_noted_is_kept),
        TEST(neither_ids_nor_key_are_in_the_file),
        TEST(blocks_are_written_by_the_clock),
        TEST(the_latest_are_kept_within_the_limit),
        TEST(an_older_recording_is_kept_and_nothing_else_touched),
        TEST(foreign_older_file_is_not_replaced),
        TEST(one_file_has_one_recorder),
        TEST(bad_keys_are_refused),
        TEST(many_threads_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
