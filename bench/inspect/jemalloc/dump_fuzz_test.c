/* dump_fuzz_test.c - runs the fuzz target over real dumps, truncated and changed, the same each
 * time. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      300
#define CUTS        60
#define CHANGES_MAX 12
#define BYTES_MAX   (64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const seeds[] = {
    DUMPS "/unbounded_before.json",
    DUMPS "/unbounded_after.json",
    DUMPS "/threads.txt",
};
#define SEEDS (sizeof seeds / sizeof seeds[0])

/* Replacements for a few bytes. */
static const char *const replacements[] = {
    "18446744073709551616",
    "-9223372036854775808",
    "-1",
    "1e308",
    "null",
    "[]",
    "{}",
    "\"",
    ":",
    "\n",
    "N/A",
    "arenas[7]:\n",
    "Merged arenas stats:\n",
    "4294967296",
    "0",
    "",
    "bins: size curregs curslabs regs pgs\n",
    "9223372036854775807",
};
#define REPLACEMENTS (sizeof replacements / sizeof replacements[0])

static size_t seed_read(const char *path, uint8_t bytes[BYTES_MAX])
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t count = fread(bytes, 1, BYTES_MAX, file);
    fclose(file);
    assert_in_range(count, 1, BYTES_MAX / 2);
    return count;
}

/* In a block of exactly this size, so that ASan detects reads beyond the end. */
static void run(const uint8_t *bytes, size_t count)
{
    uint8_t *copy = malloc(count ? count : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    assert_int_equal(LLVMFuzzerTestOneInput(copy, count), 0);
    free(copy);
}

static void truncated_dumps(void **state)
{
    static uint8_t bytes[BYTES_MAX];
    for (size_t s = 0; s < SEEDS; s++) {
        size_t count = seed_read(seeds[s], bytes);
        for (size_t cut = 0; cut <= CUTS; cut++)
            run(bytes, count * cut / CUTS);
    }
}

static size_t change(uint8_t *bytes, size_t count, struct random *random)
{
    const char *with = replacements[random_below(random, REPLACEMENTS)];
    size_t at = random_below(random, count), length = strlen(with);
    size_t over = random_below(random, 8);
    /* Mostly replaces whole numbers. */
    while (random_below(random, 8) > 0 && at + 1 < count && (bytes[at] < '0' || bytes[at] > '9'))
        at++;
    over = over < count - at ? over : count - at;
    memmove(bytes + at + length, bytes + at + over, count - at - over);
    memcpy(bytes + at, with, length);
    return count - over + length;
}

static void changed_dumps(void **state)
{
    static uint8_t seed[BYTES_MAX], bytes[BYTES_MAX];
    struct random random;
    random_seed(&random, 1);
    for (size_t s = 0; s < SEEDS; s++) {
        size_t seed_count = seed_read(seeds[s], seed);
        for (int round = 0; round < ROUNDS; round++) {
            size_t count = seed_count;
            memcpy(bytes, seed, count);
            for (uint64_t changes = 1 + random_below(&random, CHANGES_MAX); changes > 0; changes--)
                count = change(bytes, count, &random);
            run(bytes, count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncated_dumps),
        cmocka_unit_test(changed_dumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
