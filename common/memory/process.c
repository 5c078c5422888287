/* process.c - reads /proc/PID/statm, stat and smaps_rollup. */
#include "process.h"

#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STAT_BYTES 2048

static int proc_read(pid_t pid, const char *name, char text[STAT_BYTES])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t count = read(fd, text, STAT_BYTES - 1);
    close(fd);
    if (count <= 0)
        return -1;
    text[count] = '\0';
    return 0;
}

static uint64_t ticks_to_ns(unsigned long long ticks)
{
    return ticks * (NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK));
}

int process_read_size(pid_t pid, struct process_figures *figures)
{
    char text[STAT_BYTES];
    unsigned long long vsz_pages, rss_pages;
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    if (proc_read(pid, "statm", text) < 0)
        return -1;
    if (sscanf(text, "%llu %llu", &vsz_pages, &rss_pages) != 2) {
        errno = EPROTO;
        return -1;
    }
    figures->vsz_bytes = vsz_pages * page_bytes;
    figures->rss_bytes = rss_pages * page_bytes;
    return 0;
}

int process_read(pid_t pid, struct process_figures *figures)
{
    char text[STAT_BYTES];
    unsigned long long minor, major, user, system;
    if (process_read_size(pid, figures) < 0 || proc_read(pid, "stat", text) < 0)
        return -1;
    /* The second field is the program's name in parentheses, which may contain anything. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu",
                               &minor, &major, &user, &system) != 4) {
        errno = EPROTO;
        return -1;
    }
    figures->cpu_ns = ticks_to_ns(user + system);
    figures->minor_faults = minor;
    figures->major_faults = major;
    return 0;
}

/* Parses a line such as `Pss:    1234 kB`. */
static int rollup_field(const char *text, const char *name, uint64_t *bytes)
{
    unsigned long long kib;
    const char *line = strstr(text, name);
    if (line == NULL || sscanf(line + strlen(name), "%llu kB", &kib) != 1)
        return -1;
    *bytes = kib * 1024;
    return 0;
}

int process_read_rollup(pid_t pid, struct process_rollup *rollup)
{
    char text[STAT_BYTES];
    if (proc_read(pid, "smaps_rollup", text) < 0)
        return -1;
    if (rollup_field(text, "\nPss:", &rollup->pss_bytes) < 0 ||
        rollup_field(text, "\nAnonymous:", &rollup->anonymous_bytes) < 0 ||
        rollup_field(text, "\nSwap:", &rollup->swap_bytes) < 0) {
        errno = EPROTO;
        return -1;
    }
    return 0;
}
