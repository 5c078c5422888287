/* dump_fuzz_test.c - runs the fuzz target over real dumps, truncated and changed, the same each
 * time. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fuzz_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      80
#define CUTS        30
#define CHANGES_MAX 12
#define BYTES_MAX   (64 << 10)

static const char *const seeds[] = {
    DUMPS "/unbounded_before.json", DUMPS "/unbounded_after.json",     DUMPS "/threads.txt",
    DUMPS "/redis_4.0.3.txt",       DUMPS "/redis_4.0.3_cut.txt",      DUMPS "/jemalloc_3.6.0.txt",
    DUMPS "/jemalloc_5.0.1.txt",    DUMPS "/jemalloc_5.2.1_twice.txt",
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
    "___ Begin jemalloc statistics ___\n",
    "--- End jemalloc statistics ---\n",
    "Version: \"4.5.0\"\n",
    "Version: 3.6.0\n",
    "{\"log\":\"",
    "\\n",
    "\\\"",
    "> ",
    "purging: dirty: 7, sweeps: 1\n",
    "dirty pages: 1:2 active:dirty\n",
    "large: size ind allocated curruns\n",
    "huge: nmalloc ndalloc allocated\n",
    "Allocated: 1, active: 2\n",
    "Page size: 1\n",
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

static void truncated_dumps(void **state)
{
    static uint8_t bytes[BYTES_MAX];
    for (size_t s = 0; s < SEEDS; s++) {
        size_t count = seed_read(seeds[s], bytes);
        for (size_t cut = 0; cut <= CUTS; cut++)
            fuzz_run(bytes, count * cut / CUTS);
    }
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
                count = fuzz_replace((char *)bytes, count, replacements, REPLACEMENTS, &random);
            fuzz_run(bytes, count);
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
