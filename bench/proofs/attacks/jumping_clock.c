/* jumping_clock.c - lets the time of day jump: a library to be preloaded.
 *
 * TIDEMARK_JUMP=SECONDS:EVERY_MS adds to the time of day, in turns of EVERY_MS: nothing, SECONDS,
 * nothing, -SECONDS, and so on. Monotonic clocks go on as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define JUMP_VARIABLE "TIDEMARK_JUMP"

static long seconds, every_ms; /* every_ms 0: no jumps */

__attribute__((constructor)) static void jumps_read(void)
{
    const char *text = getenv(JUMP_VARIABLE);
    if (text == NULL || sscanf(text, "%ld:%ld", &seconds, &every_ms) != 2)
        every_ms = 0;
}

static long offset_now(void)
{
    static const long turns[] = {0, 1, 0, -1};
    struct timespec now;
    if (every_ms == 0)
        return 0;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    long now_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
    return seconds * turns[now_ms / every_ms % 4];
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += offset_now();
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    *now = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *copy)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (copy != NULL)
        *copy = now.tv_sec;
    return now.tv_sec;
}
