/* instruction_counter.c - the counter of instructions, by perf_event_open. */
#include "instruction_counter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int instruction_counter_open(struct error *error)
{
    struct perf_event_attr attributes = {.type = PERF_TYPE_HARDWARE,
                                         .size = sizeof attributes,
                                         .config = PERF_COUNT_HW_INSTRUCTIONS,
                                         .exclude_kernel = 1,
                                         .exclude_hv = 1,
                                         .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
                                                        PERF_FORMAT_TOTAL_TIME_RUNNING};
    long counter = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (counter < 0)
        return error_set(error, "perf_event_open: %s", strerror(errno));
    return (int)counter;
}

int instruction_counter_read(int counter, uint64_t *count)
{
    struct {
        uint64_t count, enabled_ns, running_ns;
    } now;
    if (read(counter, &now, sizeof now) != sizeof now || now.running_ns != now.enabled_ns)
        return -1;
    *count = now.count;
    return 0;
}
