/* slow.c - makes each write of a server slower by TIDEMARK_SLOW_NS, without changing it: a library
 * to be preloaded. gate-proof plants slowdowns with it. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>

#define SLOW_VARIABLE "TIDEMARK_SLOW_NS"
#define TRIES         20
#define TRY_TURNS     UINT64_C(50000)

typedef ssize_t writev_function(int fd, const struct iovec *parts, int count);

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Keeps the CPU busy without reading a clock, which may take as long as what is planted. */
static void spin(uint64_t turns)
{
    for (volatile uint64_t turn = 0; turn < turns; turn++)
        ;
}

/* How many turns take this time, at the highest speed of a few tries. */
static uint64_t turns_for(uint64_t ns)
{
    uint64_t least_ns = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = clock_ns();
        spin(TRY_TURNS);
        uint64_t taken = clock_ns() - before;
        least_ns = taken < least_ns ? taken : least_ns;
    }
    return ns * TRY_TURNS / least_ns;
}

/* h2o calls it once per response. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static writev_function *real;
    static uint64_t turns;
    if (real == NULL) {
        const char *text = getenv(SLOW_VARIABLE);
        turns = turns_for(text != NULL ? strtoull(text, NULL, 10) : 0);
        *(void **)&real = dlsym(RTLD_NEXT, "writev");
    }
    spin(turns);
    return real(fd, parts, count);
}
