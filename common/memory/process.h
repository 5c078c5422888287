/* process.h - memory, CPU time, descriptors and threads of a process, as the kernel reports them.
 *
 * Lazily freed pages (MADV_FREE) stay in RSS until the kernel needs them, but the program no longer
 * holds them. Only the rollup knows their number, which is too costly for every sample: read it as
 * often as process_rollup_wait_ns says, and take its lazy_free_bytes off all figures until the next
 * (process_figures_correct).
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct process_figures {
    uint64_t rss_bytes;
    uint64_t anonymous_bytes; /* heap and stacks: the part of RSS that is backed by no file */
    uint64_t vsz_bytes;
    uint64_t page_table_bytes; /* VmPTE: what the kernel needs to map the address space */
    uint64_t descriptors, threads;
    uint64_t cpu_ns; /* user and system time since the process began */
    uint64_t minor_faults, major_faults;
};

struct process_rollup {
    /* Both without lazily freed pages. In PSS a page shared by n processes counts as 1/n. */
    uint64_t pss_bytes, anonymous_bytes;
    uint64_t lazy_free_bytes;
    uint64_t swap_bytes;
};

/* Return 0, or -1 with errno set: there is no such process, or it may not be read. Descriptors need
 * permission to trace the process, which the same user has; without it they are 0. */
int process_read(pid_t pid, struct process_figures *figures);
/* Reads rss_bytes, anonymous_bytes and vsz_bytes only, in a tenth of the time; leaves the rest as
 * it is. */
int process_read_size(pid_t pid, struct process_figures *figures);
/* The kernel walks over all pages: milliseconds for a large process. Needs permission to trace. */
int process_read_rollup(pid_t pid, struct process_rollup *rollup);
/* How long to wait after a read that took `took_ns`: reading takes at most 2 % of the time, and at
 * most a second passes. */
uint64_t process_rollup_wait_ns(uint64_t took_ns);
/* Takes the lazily freed pages off RSS and anonymous memory. */
void process_figures_correct(struct process_figures *figures, const struct process_rollup *rollup);
/* Adds each figure of `more`. */
void process_figures_add(struct process_figures *sum, const struct process_figures *more);
void process_rollup_add(struct process_rollup *sum, const struct process_rollup *more);
