/* fuzz_check.h - libFuzzer's entry point, and how a fuzz target says that something is wrong. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program where the condition does not hold. */
static inline void check(bool condition)
{
    if (!condition)
        __builtin_trap();
}
