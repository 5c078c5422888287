/* http2_fuzz_test.c - the fuzz target on mutated frames, without libFuzzer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS      8000
#define INPUT_BYTES 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define SETTINGS "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"
#define ACK      "\0\0\0\4\1\0\0\0\0"
/* :status 200, x-cache: hit, content-length: 30 */
#define HEAD                                                                                       \
    "\0\0\x21\1\4\0\0\0\1\x88\0\7x-cache\3hit\0\x0e"                                               \
    "content-length\2"                                                                             \
    "30"
#define BODY "\0\0\x1e\0\1\0\0\0\1{\"user_id\":\"0000000000000000\"}"

#define SEED(text)                                                                                 \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
static const struct seed {
    const char *bytes;
    size_t count;
} seeds[] = {
    SEED("\x3f" SETTINGS ACK HEAD BODY),
    SEED("\x03" SETTINGS HEAD BODY "\0\0\4\3\0\0\0\0\3\0\0\0\2"),
    SEED("\x9f" SETTINGS "\0\0\x08\7\0\0\0\0\0\0\0\0\1\0\0\0\0" HEAD BODY),
    SEED("\x1f" SETTINGS "\0\0\1\1\5\0\0\0\1\x8d\0\0\4\x08\0\0\0\0\0\x7f\xff\xff\xff"
         "\0\0\x08\6\0\0\0\0\0pingpong"),
};

#define SEEDS (sizeof seeds / sizeof seeds[0])

static uint32_t random_draw(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void byte_change(uint8_t *input, size_t bytes, uint32_t *state)
{
    size_t at = random_draw(state) % bytes;
    if (random_draw(state) % 2)
        input[at] = (uint8_t)random_draw(state);
    else
        input[at] = (uint8_t)(random_draw(state) % 12); /* a type, a flag, a stream, a length */
}

static void good_frames_are_read(void **unused)
{
    for (size_t i = 0; i < SEEDS; i++)
        assert_int_equal(LLVMFuzzerTestOneInput((const uint8_t *)seeds[i].bytes, seeds[i].count),
                         0);
}

static void mutated_frames_do_no_harm(void **unused)
{
    uint8_t input[INPUT_BYTES];
    uint32_t state = 1;
    for (size_t round = 0; round < ROUNDS; round++) {
        const struct seed *seed = &seeds[round % SEEDS];
        memcpy(input, seed->bytes, seed->count);
        for (uint32_t changes = random_draw(&state) % 8; changes > 0; changes--)
            byte_change(input, seed->count, &state);
        assert_int_equal(LLVMFuzzerTestOneInput(input, seed->count), 0);
    }
}

static void noise_does_no_harm(void **unused)
{
    uint8_t input[INPUT_BYTES];
    uint32_t state = 2;
    for (size_t round = 0; round < ROUNDS / 4; round++) {
        size_t bytes = random_draw(&state) % INPUT_BYTES, settings = sizeof SETTINGS - 1;
        for (size_t i = 0; i < bytes; i++)
            input[i] = (uint8_t)random_draw(&state);
        if (bytes > settings)
            memcpy(input + 1, SETTINGS, settings);
        assert_int_equal(LLVMFuzzerTestOneInput(input, bytes), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_frames_are_read),
        cmocka_unit_test(mutated_frames_do_no_harm),
        cmocka_unit_test(noise_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
