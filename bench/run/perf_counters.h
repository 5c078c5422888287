/* perf_counters.h - how many instructions a process executes, on machines that count them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PERF_COUNTERS_THREADS 64

struct perf_counters {
    int fds[PERF_COUNTERS_THREADS]; /* one per thread, which counts threads started later, too */
    size_t count;                   /* 0: the machine does not count, or we may not read it */
};

/* Begins to count the instructions of the process in user mode; close it afterwards. */
void perf_counters_open(struct perf_counters *instructions, pid_t pid);
/* Instructions so far; NAN if they are not counted. */
double perf_counters_read(const struct perf_counters *instructions);
void perf_counters_close(struct perf_counters *instructions);
