/* clock.h - reads the clocks, in nanoseconds. */
#pragma once

#include "units.h"

#include <stdint.h>
#include <time.h>

/* 0 if there is no such clock, as that of a process which has ended. */
static inline uint64_t clock_read_ns(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Monotonic time, since an unspecified start. */
static inline uint64_t clock_ns(void)
{
    return clock_read_ns(CLOCK_MONOTONIC);
}
