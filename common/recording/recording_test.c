/* recording_test.c - unpacking restores the requests, and damaged blocks are detected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random.h"
#include "recording.h"
#include "siphash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define FIRST_US UINT64_C(1700000000000000)
#define MANY     RECORDING_BLOCK_MAX
#define ROUNDS   3000

/* As CPython 3.11 hashes the bytes 00 01 .. with PYTHONHASHSEED=0 and 1, which make these keys. */
static void siphash_equals_the_reference(void **state)
{
    static const unsigned char keys[][SIPHASH_KEY_BYTES] = {
        {0}, {41, 35, 190, 132, 225, 108, 214, 174, 82, 144, 73, 241, 241, 187, 233, 235}};
    static const struct {
        size_t key, bytes;
        uint64_t hash;
    } vectors[] = {{0, 1, UINT64_C(0x68a914128e01e473)},  {0, 7, UINT64_C(0x2f098ab0c751325a)},
                   {0, 8, UINT64_C(0xead411e67ebe2eea)},  {0, 15, UINT64_C(0xf30eb725bb91c9ea)},
                   {0, 16, UINT64_C(0x8972188433a5c5b7)}, {0, 64, UINT64_C(0x75e05fd5bbc870c6)},
                   {1, 1, UINT64_C(0xecd3e5afcecda4b9)},  {1, 7, UINT64_C(0xfd15e78052a69ddf)},
                   {1, 8, UINT64_C(0xc0b5739e7e28dd01)},  {1, 15, UINT64_C(0xfa87985f39e97a53)},
                   {1, 16, UINT64_C(0x12e9d283f9f37002)}, {1, 64, UINT64_C(0x7e644b6edc375dc8)}};
    unsigned char text[64];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct siphash_key key = siphash_key_read(keys[vectors[i].key]);
        assert_int_equal(siphash(&key, text, vectors[i].bytes), vectors[i].hash);
    }
}

struct blocks {
    struct recording_packer *packer;
    struct recording_request in[MANY], out[MANY];
    const char *block;
    size_t bytes;
};

static int blocks_begin(void **state)
{
    struct blocks *blocks = calloc(1, sizeof *blocks);
    assert_non_null(blocks);
    blocks->packer = recording_packer_create();
    assert_non_null(blocks->packer);
    for (size_t i = 0; i < MANY; i++)
        blocks->in[i] = (struct recording_request){.id = i % 997 * RANDOM_GOLDEN,
                                                   .time_us = FIRST_US + i * i,
                                                   .bytes = (uint32_t)(i * i * i),
                                                   .hit = i % 3 == 0};
    *state = blocks;
    return 0;
}

static int blocks_end(void **state)
{
    struct blocks *blocks = *state;
    recording_packer_destroy(blocks->packer);
    free(blocks);
    return 0;
}

static void pack(struct blocks *blocks, size_t count)
{
    blocks->bytes = recording_pack(blocks->packer, blocks->in, count, &blocks->block);
}

static void expect_same(const struct blocks *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(blocks->out[i].id, blocks->in[i].id);
        assert_int_equal(blocks->out[i].time_us, blocks->in[i].time_us);
        assert_int_equal(blocks->out[i].bytes, blocks->in[i].bytes);
        assert_int_equal(blocks->out[i].hit, blocks->in[i].hit);
    }
}

static void blocks_come_out_as_they_went_in(void **state)
{
    static const size_t counts[] = {1, 2, 1000, MANY};
    struct blocks *blocks = *state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct recording_head head;
        pack(blocks, counts[i]);
        assert_true(recording_read_head(blocks->block, &head));
        assert_int_equal(head.requests, counts[i]);
        assert_int_equal(head.stored_bytes + RECORDING_HEAD_BYTES, blocks->bytes);
        assert_null(recording_unpack(blocks->block, blocks->out));
        expect_same(blocks, counts[i]);
    }
}

static void extremes_fit(void **state)
{
    struct blocks *blocks = *state;
    for (size_t i = 0; i < MANY; i++)
        blocks->in[i] = (struct recording_request){XXH3_64bits(&i, sizeof i),
                                                   i == 0 ? 0 : UINT64_MAX, UINT32_MAX, true};
    pack(blocks, MANY);
    assert_true(blocks->bytes <= RECORDING_STORED_MAX);
    assert_null(recording_unpack(blocks->block, blocks->out));
    expect_same(blocks, MANY);
}

static void time_does_not_run_back(void **state)
{
    struct blocks *blocks = *state;
    blocks->in[2].time_us = FIRST_US - 5;
    pack(blocks, 4);
    assert_null(recording_unpack(blocks->block, blocks->out));
    assert_int_equal(blocks->out[2].time_us, blocks->in[1].time_us);
    assert_int_equal(blocks->out[3].time_us, blocks->in[3].time_us);
}

static void any_changed_byte_is_seen(void **state)
{
    struct blocks *blocks = *state;
    pack(blocks, 100);
    for (size_t at = 0; at < blocks->bytes; at++) {
        struct recording_head head;
        char *copy = malloc(blocks->bytes);
        assert_non_null(copy);
        memcpy(copy, blocks->block, blocks->bytes);
        copy[at] ^= 1;
        if (recording_read_head(copy, &head) &&
            head.stored_bytes <= blocks->bytes - RECORDING_HEAD_BYTES)
            assert_non_null(recording_unpack(copy, blocks->out));
        free(copy);
    }
}

/* A block around any content at all, with a checksum that is right. */
static char *forge(const char *plain, size_t bytes, uint32_t requests)
{
    char *block = malloc(RECORDING_HEAD_BYTES + ZSTD_compressBound(bytes));
    assert_non_null(block);
    size_t stored =
        ZSTD_compress(block + RECORDING_HEAD_BYTES, ZSTD_compressBound(bytes), plain, bytes, 1);
    uint32_t head[] = {htole32(UINT32_C(0x6b6c6274)),
                       htole32(requests),
                       htole32((uint32_t)stored),
                       htole32((uint32_t)bytes),
                       0,
                       0};
    memcpy(block, head, sizeof head);
    uint64_t checksum = htole64(XXH3_64bits_withSeed(block + RECORDING_HEAD_BYTES, stored,
                                                     XXH3_64bits(block, sizeof head)));
    memcpy(block + sizeof head, &checksum, sizeof checksum);
    return block;
}

/* Behind a good checksum may lie anything, and no byte too many may be read. */
static void noise_is_refused_or_read(void **state)
{
    struct blocks *blocks = *state;
    unsigned good = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char plain[80];
        uint32_t bytes = round % sizeof plain, requests = 1 + round % 5;
        for (uint32_t i = 0; i < bytes; i++) {
            uint64_t draw = XXH3_64bits_withSeed(&i, sizeof i, round);
            plain[i] = (char)(draw & (round % 2 ? 0x7f : 0xff));
        }
        char *block = forge(plain, bytes, requests);
        good += recording_unpack(block, blocks->out) == NULL;
        free(block);
    }
    assert_in_range(good, 1, ROUNDS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_equals_the_reference),
        cmocka_unit_test_setup_teardown(blocks_come_out_as_they_went_in, blocks_begin, blocks_end),
        cmocka_unit_test_setup_teardown(extremes_fit, blocks_begin, blocks_end),
        cmocka_unit_test_setup_teardown(time_does_not_run_back, blocks_begin, blocks_end),
        cmocka_unit_test_setup_teardown(any_changed_byte_is_seen, blocks_begin, blocks_end),
        cmocka_unit_test_setup_teardown(noise_is_refused_or_read, blocks_begin, blocks_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
