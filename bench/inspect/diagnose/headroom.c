/* headroom.c - reads every limit from the kernel and keeps the one with the least left. */
#include "headroom.h"

#include "files.h"
#include "process.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TEXT_BYTES_MAX 65536
#define PATH_BYTES     1024
#define CGROUPS        "/sys/fs/cgroup"
#define NO_LIMIT_V1    (UINT64_C(1) << 60) /* version 1 has a number near 2^63 for no limit */

/* NULL: it cannot be read. The caller frees the text. */
static char *text_read(const char *path)
{
    size_t bytes;
    struct error ignored;
    return file_read(path, TEXT_BYTES_MAX, &bytes, &ignored);
}

/* 0, or -1: it cannot be read, or is "max", which is no limit. */
static int number_read(const char *path, uint64_t *number)
{
    char *text = text_read(path);
    int status = text && sscanf(text, "%" SCNu64, number) == 1 ? 0 : -1;
    free(text);
    return status;
}

static void limit_consider(struct headroom *headroom, const char *limit, uint64_t limit_bytes,
                           uint64_t used)
{
    uint64_t left = limit_bytes > used ? limit_bytes - used : 0;
    if (*headroom->limit && left >= headroom->left_bytes)
        return;
    *headroom = (struct headroom){.limit_bytes = limit_bytes, .left_bytes = left};
    snprintf(headroom->limit, sizeof headroom->limit, "%s", limit);
}

static void rlimits_consider(pid_t pid, struct headroom *headroom)
{
    struct process_figures figures;
    struct rlimit limit;
    if (process_read_size(pid, &figures) < 0)
        return;
    if (prlimit(pid, RLIMIT_AS, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        limit_consider(headroom, "RLIMIT_AS", limit.rlim_cur, figures.vsz_bytes);
    if (prlimit(pid, RLIMIT_DATA, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        limit_consider(headroom, "RLIMIT_DATA", limit.rlim_cur, figures.rss_bytes);
}

int headroom_cgroup(const char *cgroup, char *path, size_t bytes, int *version)
{
    const char *two = strncmp(cgroup, "0::/", 4) == 0 ? cgroup : strstr(cgroup, "\n0::/");
    const char *one = strstr(cgroup, ":memory:/");
    const char *at = one ? one + strlen(":memory:") : two ? strchr(two, '/') : NULL;
    if (at == NULL)
        return -1;
    *version = one ? 1 : 2;
    int count = snprintf(path, bytes, "%.*s", (int)strcspn(at, "\n"), at);
    return count < 0 || (size_t)count >= bytes ? -1 : 0;
}

static void cgroup_consider(const char *folder, int version, struct headroom *headroom)
{
    char path[PATH_BYTES + 64];
    uint64_t limit, used;
    snprintf(path, sizeof path, "%s/%s", folder,
             version == 1 ? "memory.limit_in_bytes" : "memory.max");
    if (number_read(path, &limit) < 0 || limit > NO_LIMIT_V1)
        return;
    snprintf(path, sizeof path, "%s/%s", folder,
             version == 1 ? "memory.usage_in_bytes" : "memory.current");
    if (number_read(path, &used) == 0)
        limit_consider(headroom, "cgroup", limit, used);
}

/* The cgroup of the process, and all above it. */
static void cgroups_consider(pid_t pid, struct headroom *headroom)
{
    char file[64], group[PATH_BYTES / 2], folder[PATH_BYTES];
    int version;
    snprintf(file, sizeof file, "/proc/%ld/cgroup", (long)pid);
    char *text = text_read(file);
    bool found = text && headroom_cgroup(text, group, sizeof group, &version) == 0;
    for (char *slash; found; *slash = '\0') {
        snprintf(folder, sizeof folder, "%s%s", version == 1 ? CGROUPS "/memory" : CGROUPS, group);
        cgroup_consider(folder, version, headroom);
        slash = strrchr(group, '/');
        if (slash == NULL)
            break;
    }
    free(text);
}

int headroom_available(const char *meminfo, uint64_t *bytes)
{
    const char *line = strstr(meminfo, "MemAvailable:");
    uint64_t kib;
    if (line == NULL || sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) != 1)
        return -1;
    *bytes = kib * 1024;
    return 0;
}

void headroom_find(pid_t pid, struct headroom *headroom)
{
    uint64_t available;
    *headroom = (struct headroom){0};
    rlimits_consider(pid, headroom);
    cgroups_consider(pid, headroom);
    char *text = text_read("/proc/meminfo");
    if (text && headroom_available(text, &available) == 0)
        limit_consider(headroom, "MemAvailable", available, 0);
    free(text);
}
