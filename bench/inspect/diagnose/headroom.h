/* headroom.h - how much more a process may take until something stops it. */
#ifndef HEADROOM_H
#define HEADROOM_H

#include "diagnosis.h"

#include <sys/types.h>

/* The least of: its limits of address space and data (prlimit), the cgroups that it is in, and what
 * the machine has available. */
void headroom_find(pid_t pid, struct headroom *room);

/* What the texts of /proc/meminfo and /proc/PID/cgroup say: for headroom_find and its test. 0, or
 * -1.
 */
int headroom_available(const char *meminfo, uint64_t *bytes);
/* The folder of its cgroup below /sys/fs/cgroup; version 2, or version 1's memory. */
int headroom_cgroup(const char *cgroup, char *path, size_t bytes, int *version);

#endif
