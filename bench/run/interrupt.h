/* interrupt.h - Ctrl-C and SIGTERM as a flag. */
#pragma once

#include "errors.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct interrupt {
    atomic_bool raised; /* set by the first of the signals; any thread may read it */
    atomic_bool ending;
    pthread_t thread;
};

/* Blocks the signals in this thread, and in all that it creates, and waits for them in another. 0,
 * or -1 and one line in error: no thread could be started, and interrupt_end is not to be called.
 */
int interrupt_begin(struct interrupt *interrupt, struct error *error);
void interrupt_end(struct interrupt *interrupt);
