/* child.h - a server of our own: started, ready, watched and stopped.
 *
 * It gets a process group of its own, so that Ctrl-C reaches it through us alone, and dies with
 * us. Its stderr is ours to read. All but child_drain belong to the thread that started it, which
 * must live as long as the child.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_ERROR_BYTES 256
#define CHILD_CPU_ANY     (-1)
#define CHILD_START_NS    UINT64_C(10000000000) /* longest time to the line that says ready */
#define CHILD_STOP_NS     UINT64_C(10000000000) /* longest time from SIGTERM to the end */

struct child {
    pid_t pid;
    int pidfd, log_fd;
    uint16_t port;
    char log[1024]; /* the last that it said */
    size_t log_count;
};

/* Runs argv, ended by NULL, and waits for a log line with http://127.0.0.1:PORT. 0, or -1 and one
 * line in error: it could not be run, died, said nothing in time, or *stop became true. Nothing is
 * left running then. */
int child_start(struct child *child, char *const argv[], int cpu, const atomic_bool *stop,
                char error[CHILD_ERROR_BYTES]);
/* Reads what it said meanwhile, without waiting. */
void child_drain(struct child *child);
/* User and system time since its start. */
uint64_t child_cpu_ns(const struct child *child);
/* SIGTERM, and SIGKILL when that does not help. 0: it ended with status 0; -1: one line in error
 * says how it ended instead. */
int child_stop(struct child *child, char error[CHILD_ERROR_BYTES]);

#endif
