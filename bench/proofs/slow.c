/* slow.c - makes each write of a server slower by TIDEMARK_SLOW_NS, without changing it: a library
 * to be preloaded. gate-proof plants slowdowns with it. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>

#define SLOW_VARIABLE "TIDEMARK_SLOW_NS"

typedef ssize_t writev_function(int fd, const struct iovec *parts, int count);

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* The shortest time that reading the clock takes. */
static uint64_t clock_cost_ns(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 1000; i++) {
        uint64_t before = clock_ns(), taken = clock_ns() - before;
        least = taken < least ? taken : least;
    }
    return least;
}

/* Keeps the CPU busy for this time. */
static void spin(uint64_t ns)
{
    uint64_t until = clock_ns() + ns;
    while (clock_ns() < until)
        ;
}

/* h2o calls it once per response. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static writev_function *real;
    static uint64_t slow_ns;
    if (real == NULL) {
        const char *text = getenv(SLOW_VARIABLE);
        uint64_t target_ns = text != NULL ? strtoull(text, NULL, 10) : 0, cost = clock_cost_ns();
        slow_ns = target_ns > cost ? target_ns - cost : 0;
        *(void **)&real = dlsym(RTLD_NEXT, "writev");
    }
    if (slow_ns > 0)
        spin(slow_ns);
    return real(fd, parts, count);
}
