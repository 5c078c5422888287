/* interrupt.h - Ctrl-C and SIGTERM as a flag. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct interrupt {
    atomic_bool raised; /* set by the first of the signals; any thread may read it */
    atomic_bool ending;
    pthread_t thread;
};

/* Blocks the signals in this thread, and in all that it creates, and waits for them in another. */
void interrupt_begin(struct interrupt *interrupt);
void interrupt_end(struct interrupt *interrupt);
