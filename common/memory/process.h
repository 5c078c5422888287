/* process.h - memory and CPU time of a process, as the kernel reports them in /proc. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct process_figures {
    uint64_t rss_bytes;
    uint64_t vsz_bytes;
    uint64_t cpu_ns; /* user and system time since the process began */
    uint64_t minor_faults, major_faults;
};

struct process_rollup {
    uint64_t pss_bytes;       /* a page shared by n processes counts as 1/n */
    uint64_t anonymous_bytes; /* heap and stacks: backed by no file */
    uint64_t swap_bytes;
};

/* Return 0, or -1 with errno set: there is no such process, or it may not be read. */
int process_read(pid_t pid, struct process_figures *figures);
/* Reads rss_bytes and vsz_bytes only, in a third of the time; leaves the rest as it is. */
int process_read_size(pid_t pid, struct process_figures *figures);
/* The kernel walks over all pages: milliseconds for a large process. Needs permission to trace the
 * process, which the same user has. */
int process_read_rollup(pid_t pid, struct process_rollup *rollup);
