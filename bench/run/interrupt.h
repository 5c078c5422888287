/* interrupt.h - Ctrl-C and SIGTERM as a flag that anybody may look at. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define INTERRUPT_STATUS 130 /* the exit status of a program that was interrupted */

struct interrupt {
    atomic_bool raised;
    atomic_bool ending;
    pthread_t thread;
};

/* Begins to listen: the signals are blocked in this thread and in all that it creates. */
void interrupt_begin(struct interrupt *interrupt);
void interrupt_end(struct interrupt *interrupt);

#endif
