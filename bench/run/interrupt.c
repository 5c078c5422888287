/* interrupt.c - a thread that waits for signals. */
#include "interrupt.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#define POLL_NS 100000000L /* how often `ending` is read */

static void signals_fill(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
}

static void *signals_wait(void *context)
{
    struct interrupt *interrupt = context;
    const struct timespec timeout = {.tv_nsec = POLL_NS};
    sigset_t signals;
    signals_fill(&signals);
    while (!atomic_load(&interrupt->ending))
        if (sigtimedwait(&signals, NULL, &timeout) > 0)
            atomic_store(&interrupt->raised, true);
    return NULL;
}

int interrupt_begin(struct interrupt *interrupt, struct error *error)
{
    sigset_t signals;
    signals_fill(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    atomic_init(&interrupt->raised, false);
    atomic_init(&interrupt->ending, false);
    int failed = pthread_create(&interrupt->thread, NULL, signals_wait, interrupt);
    if (failed == 0)
        return 0;
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    return error_set(error, "no thread can be started to wait for Ctrl-C: %s", strerror(failed));
}

void interrupt_end(struct interrupt *interrupt)
{
    sigset_t signals;
    signals_fill(&signals);
    atomic_store(&interrupt->ending, true);
    pthread_join(interrupt->thread, NULL);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}
