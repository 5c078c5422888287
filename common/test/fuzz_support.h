/* fuzz_support.h - for tests that give a fuzz target the same inputs each time.
 *
 * Included after cmocka's headers.
 */
#pragma once

#include "random.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs the target on a block of exactly this size, so that ASan detects reads beyond the end. */
static inline void fuzz_run(const void *bytes, size_t count)
{
    uint8_t *copy = malloc(count ? count : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    assert_int_equal(LLVMFuzzerTestOneInput(copy, count), 0);
    free(copy);
}

/* Replaces a random part of up to 7 bytes, mostly a number, by one of the texts. The buffer must
 * have room for the longest. Returns the new count. */
static inline size_t fuzz_replace(char *bytes, size_t count, const char *const *texts,
                                  size_t text_count, struct random *random)
{
    const char *with = texts[random_below(random, text_count)];
    size_t at = random_below(random, count), length = strlen(with);
    size_t over = random_below(random, 8);
    while (random_below(random, 8) > 0 && at + 1 < count && (bytes[at] < '0' || bytes[at] > '9'))
        at++;
    over = over < count - at ? over : count - at;
    memmove(bytes + at + length, bytes + at + over, count - at - over);
    memcpy(bytes + at, with, length);
    return count - over + length;
}
