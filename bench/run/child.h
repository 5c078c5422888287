/* child.h - a server as a child process: started, ready, stopped.
 *
 * It has a process group of its own, so that Ctrl-C reaches only us, and it ends when the thread
 * that started it ends. child_start and child_stop belong to that thread.
 */
#pragma once

#include "errors.h"
#include "output_log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_STOP_NS UINT64_C(10000000000) /* longest time from SIGTERM to the end */

struct child_setup {
    char *const *argv; /* ended by NULL */
    int cpu;           /* or CPU_ANY */
    /* For a foreign program, which runs under a supervisor and is ready as soon as it answers GET
     * probe on the port. NULL: one of our servers, which prints http://127.0.0.1:PORT when ready.
     */
    const char *probe;
    uint16_t port;
    uint64_t start_ns; /* longest time until it is ready */
};

struct child {
    pid_t pid; /* of a foreign program: of its supervisor */
    int pidfd;
    struct output_log *output;
    uint16_t port;
    const char *probe;
};

/* Runs argv and waits until the server is ready. 0, or -1 and one line in error if it could not be
 * run, ended, was not ready in time, or *stop became true; nothing is left running then. */
int child_start(struct child *child, const struct child_setup *setup, const atomic_bool *stop,
                struct error *error);
/* Sends SIGTERM, and SIGKILL after CHILD_STOP_NS; a foreign program's descendants end, too. 0: one
 * of our servers ended with status 0, a foreign program had not ended before. -1: one line in error
 * says how it ended. */
int child_stop(struct child *child, struct error *error);
