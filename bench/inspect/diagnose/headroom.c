/* headroom.c - asks the kernel for every limit and keeps the nearest. */
#include "headroom.h"

#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TEXT_BYTES  4096
#define PATH_BYTES  1024
#define CGROUPS     "/sys/fs/cgroup"
#define NO_LIMIT_V1 (UINT64_C(1) << 60) /* version 1 says "none" by a number near 2^63 */

static int text_read(const char *path, char text[TEXT_BYTES])
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t count = fread(text, 1, TEXT_BYTES - 1, file);
    fclose(file);
    text[count] = '\0';
    return count > 0 ? 0 : -1;
}

static int number_read(const char *path, uint64_t *number)
{
    char text[TEXT_BYTES], *end;
    if (text_read(path, text) < 0)
        return -1;
    *number = strtoull(text, &end, 10);
    return end == text ? -1 : 0; /* "max" is none */
}

static void headroom_note(struct headroom *room, const char *limit, uint64_t limit_bytes,
                          uint64_t used)
{
    uint64_t left = limit_bytes > used ? limit_bytes - used : 0;
    if (*room->limit && left >= room->left_bytes)
        return;
    *room = (struct headroom){.limit_bytes = limit_bytes, .left_bytes = left};
    snprintf(room->limit, sizeof room->limit, "%s", limit);
}

static void rlimits_note(pid_t pid, struct headroom *room)
{
    struct process_figures figures;
    struct rlimit limit;
    if (process_read_size(pid, &figures) < 0)
        return;
    if (prlimit(pid, RLIMIT_AS, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        headroom_note(room, "RLIMIT_AS", limit.rlim_cur, figures.vsz_bytes);
    if (prlimit(pid, RLIMIT_DATA, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        headroom_note(room, "RLIMIT_DATA", limit.rlim_cur, figures.rss_bytes);
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

static void cgroup_note(const char *folder, int version, struct headroom *room)
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
        headroom_note(room, "cgroup", limit, used);
}

/* Its own cgroup, and all around it. */
static void cgroups_note(pid_t pid, struct headroom *room)
{
    char text[TEXT_BYTES], file[64], below[PATH_BYTES / 2], folder[PATH_BYTES];
    int version;
    snprintf(file, sizeof file, "/proc/%ld/cgroup", (long)pid);
    if (text_read(file, text) < 0 || headroom_cgroup(text, below, sizeof below, &version) < 0)
        return;
    for (;;) {
        snprintf(folder, sizeof folder, "%s%s", version == 1 ? CGROUPS "/memory" : CGROUPS, below);
        cgroup_note(folder, version, room);
        char *slash = strrchr(below, '/');
        if (slash == NULL)
            return;
        *slash = '\0';
    }
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

void headroom_find(pid_t pid, struct headroom *room)
{
    char text[TEXT_BYTES];
    uint64_t available;
    *room = (struct headroom){0};
    rlimits_note(pid, room);
    cgroups_note(pid, room);
    if (text_read("/proc/meminfo", text) == 0 && headroom_available(text, &available) == 0)
        headroom_note(room, "MemAvailable", available, 0);
}
