/* process.h - what the kernel says about a process: memory and CPU time from /proc. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct process_figures {
    uint64_t rss_bytes;
    uint64_t vsz_bytes;
    uint64_t cpu_ns; /* user and system time since the process began */
    uint64_t minor_faults, major_faults;
};

struct process_rollup {
    uint64_t pss_bytes;       /* pages shared with others count in part */
    uint64_t anonymous_bytes; /* heap and stacks: backed by no file */
    uint64_t swap_bytes;
};

/* All: 0, or -1 with errno set when there is no such process or it may not be looked at. */
int process_read(pid_t pid, struct process_figures *figures);
/* Memory alone, for a third of the price; the other figures are left as they are. */
int process_read_size(pid_t pid, struct process_figures *figures);
/* Costs the kernel a walk over all pages: milliseconds for a large process. Needs the right to
 * trace it, such as the same user. */
int process_read_rollup(pid_t pid, struct process_rollup *rollup);

#endif
