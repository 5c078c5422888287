/* child.h - a server, ours or not: started, ready, watched and stopped.
 *
 * It gets a process group of its own, so that Ctrl-C reaches it through us alone, and dies with
 * us. Its stderr is ours to read. All but child_drain belong to the thread that started it, which
 * must live as long as the child.
 */
#ifndef CHILD_H
#define CHILD_H

#include "errors.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_CPU_ANY    (-1)
#define CHILD_START_NS   UINT64_C(10000000000) /* longest time until one of ours says ready */
#define CHILD_STOP_NS    UINT64_C(10000000000) /* longest time from SIGTERM to the end */
#define CHILD_FOREIGN_NS UINT64_C(3000000000)  /* the same of a program that is not ours */

struct child_setup {
    char *const *argv; /* ended by NULL */
    int cpu;
    /* Of a program that is not ours; NULL: it is. It is ready as soon as it answers there. */
    const char *probe;
    uint16_t port;
    uint64_t start_ns; /* longest time until it is ready */
};

struct child {
    pid_t pid;
    int pidfd, log_fd;
    uint16_t port;
    const char *probe; /* NULL: it is one of ours */
    char log[1024];    /* the last that it said */
    size_t log_count;
};

/* Runs argv and waits until it is ready: one of ours says so in a log line with
 * http://127.0.0.1:PORT. 0, or -1 and one line in error: it could not be run, died, was not ready
 * in time, or *stop became true. Nothing is left running then. Whoever starts a program that is not
 * ours becomes the reaper of all that it leaves behind, and may have no other child meanwhile. */
int child_start(struct child *child, const struct child_setup *setup, const atomic_bool *stop,
                struct error *error);
/* Reads what it said meanwhile, without waiting. */
void child_drain(struct child *child);
/* User and system time since its start. */
uint64_t child_cpu_ns(const struct child *child);
/* SIGTERM, and SIGKILL when that does not help; of a program that is not ours to all that it has
 * started. 0: it ended with status 0, or lived until now if it is not ours; -1: one line in error
 * says how it ended instead. */
int child_stop(struct child *child, struct error *error);

#endif
