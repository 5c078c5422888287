/* perf_counters.h - how many instructions a process takes, where the machine counts them. */
#ifndef PERF_COUNTERS_H
#define PERF_COUNTERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PERF_COUNTERS_THREADS 64

struct perf_counters {
    int fds[PERF_COUNTERS_THREADS]; /* one a thread; threads that these start are counted with them
                                     */
    size_t count;                   /* 0: the machine does not count, or we may not ask */
};

/* Begins to count what the process takes in user mode. Ended with perf_counters_close. */
void perf_counters_open(struct perf_counters *instructions, pid_t pid);
/* So far; NAN where nobody counts. */
double perf_counters_read(const struct perf_counters *instructions);
void perf_counters_close(struct perf_counters *instructions);

#endif
