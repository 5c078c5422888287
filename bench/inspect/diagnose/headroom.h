/* headroom.h - how much more memory a process may take before a limit stops it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct headroom {
    char
        limit[64]; /* "RLIMIT_AS", "RLIMIT_DATA", "cgroup", "MemAvailable"; "": nothing limits it */
    uint64_t limit_bytes, left_bytes;
};

/* Finds the limit with the least left: of address space and data (prlimit), of its cgroup and all
 * above it, and of the memory that the machine has available. */
void headroom_find(pid_t pid, struct headroom *headroom);

/* Parsers of /proc/meminfo and /proc/PID/cgroup. 0, or -1: the text does not have it. */
int headroom_available(const char *meminfo, uint64_t *bytes);
/* The folder below /sys/fs/cgroup, and the cgroup version: 2, or 1 with a memory controller.
 * Also -1 if the buffer `path` is too small. */
int headroom_cgroup(const char *cgroup, char *path, size_t bytes, int *version);
