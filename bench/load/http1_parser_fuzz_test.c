/* http1_parser_fuzz_test.c - the fuzz target on mutated responses, without libFuzzer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS      20000
#define INPUT_BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const seeds[] = {
    "1HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Cache: hit\r\nConnection: close\r\n\r\nhello",
    "2HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "9HTTP/1.1 100 Go on\r\n\r\nHTTP/1.0 404 No\r\nServer: x\r\n\r\nuntil the end",
    "7HTTP/1.1 204 None\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 18446744073709551616\r\n\r\n",
};

#define SEEDS (sizeof seeds / sizeof seeds[0])

static uint32_t random_draw(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static size_t byte_change(uint8_t *input, size_t bytes, uint32_t *state)
{
    static const char special[] = "\r\n:0123456789afHT/. ,;x";
    size_t at = random_draw(state) % bytes;
    switch (random_draw(state) % 4) {
    case 0:
        input[at] = (uint8_t)random_draw(state);
        return bytes;
    case 1:
        input[at] = (uint8_t)special[random_draw(state) % (sizeof special - 1)];
        return bytes;
    case 2:
        memmove(input + at, input + at + 1, bytes - at - 1);
        return bytes - 1;
    default:
        memmove(input + at + 1, input + at, bytes - at);
        return bytes + 1;
    }
}

static void mutated_responses_do_no_harm(void **unused)
{
    uint8_t input[INPUT_BYTES];
    uint32_t state = 1;
    for (size_t round = 0; round < ROUNDS; round++) {
        const char *seed = seeds[round % SEEDS];
        size_t bytes = strlen(seed);
        memcpy(input, seed, bytes);
        for (uint32_t changes = random_draw(&state) % 12; changes > 0; changes--)
            bytes = byte_change(input, bytes, &state);
        assert_int_equal(LLVMFuzzerTestOneInput(input, bytes), 0);
    }
}

static void noise_does_no_harm(void **unused)
{
    uint8_t input[INPUT_BYTES];
    uint32_t state = 2;
    for (size_t round = 0; round < ROUNDS / 4; round++) {
        size_t bytes = random_draw(&state) % INPUT_BYTES;
        for (size_t i = 0; i < bytes; i++)
            input[i] = (uint8_t)random_draw(&state);
        assert_int_equal(LLVMFuzzerTestOneInput(input, bytes), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_responses_do_no_harm),
        cmocka_unit_test(noise_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
