/* perf_counters.c - one kernel counter per thread of a process. */
#include "perf_counters.h"

#include <dirent.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counter_open(pid_t thread)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attributes,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

void perf_counters_open(struct perf_counters *instructions, pid_t pid)
{
    char path[64];
    *instructions = (struct perf_counters){.count = 0};
    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    DIR *threads = opendir(path);
    if (threads == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        int fd = instructions->count < PERF_COUNTERS_THREADS
                     ? counter_open((pid_t)atol(entry->d_name))
                     : -1;
        if (fd < 0) { /* a count of some threads only would mislead */
            perf_counters_close(instructions);
            break;
        }
        instructions->fds[instructions->count++] = fd;
    }
    closedir(threads);
}

double perf_counters_read(const struct perf_counters *instructions)
{
    double sum = 0;
    for (size_t i = 0; i < instructions->count; i++) {
        uint64_t count;
        if (read(instructions->fds[i], &count, sizeof count) != sizeof count)
            return NAN;
        sum += (double)count;
    }
    return instructions->count > 0 ? sum : NAN;
}

void perf_counters_close(struct perf_counters *instructions)
{
    for (size_t i = 0; i < instructions->count; i++)
        close(instructions->fds[i]);
    instructions->count = 0;
}
