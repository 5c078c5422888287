/* process.c - reads /proc/PID/statm, stat, status, fd and smaps_rollup. */
#include "process.h"

#include "units.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAT_BYTES      4096
#define PATH_BYTES      64
#define ROLLUP_WAIT     49 /* times as long as it took */
#define ROLLUP_WAIT_MAX NS_PER_SECOND

static void path_make(pid_t pid, const char *name, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "/proc/%ld/%s", (long)pid, name);
}

static int proc_read(pid_t pid, const char *name, char text[STAT_BYTES])
{
    char path[PATH_BYTES];
    path_make(pid, name, path);
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

/* a - b; 0 if b is larger. */
static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

int process_read_size(pid_t pid, struct process_figures *figures)
{
    char text[STAT_BYTES];
    unsigned long long vsz_pages, rss_pages, file_pages;
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    if (proc_read(pid, "statm", text) < 0)
        return -1;
    if (sscanf(text, "%llu %llu %llu", &vsz_pages, &rss_pages, &file_pages) != 3) {
        errno = EPROTO;
        return -1;
    }
    figures->vsz_bytes = vsz_pages * page_bytes;
    figures->rss_bytes = rss_pages * page_bytes;
    figures->anonymous_bytes = less(rss_pages, file_pages) * page_bytes;
    return 0;
}

static int stat_read(pid_t pid, struct process_figures *figures)
{
    char text[STAT_BYTES];
    unsigned long long minor, major, user, system, threads;
    if (proc_read(pid, "stat", text) < 0)
        return -1;
    /* The second field is the program's name in parentheses, which may contain anything. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL || sscanf(rest,
                               ") %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu "
                               "%*d %*d %*d %*d %llu",
                               &minor, &major, &user, &system, &threads) != 5) {
        errno = EPROTO;
        return -1;
    }
    figures->cpu_ns = ticks_to_ns(user + system);
    figures->minor_faults = minor;
    figures->major_faults = major;
    figures->threads = threads;
    return 0;
}

/* Parses a line such as `Pss:    1234 kB`. */
static int kib_field(const char *text, const char *name, uint64_t *bytes)
{
    unsigned long long kib;
    const char *line = strstr(text, name);
    if (line == NULL || sscanf(line + strlen(name), "%llu kB", &kib) != 1)
        return -1;
    *bytes = kib * 1024;
    return 0;
}

static uint64_t page_tables_read(pid_t pid)
{
    char text[STAT_BYTES];
    uint64_t bytes = 0;
    if (proc_read(pid, "status", text) == 0)
        kib_field(text, "\nVmPTE:", &bytes);
    return bytes;
}

/* Since Linux 6.2 the size of the folder is the number of open descriptors; before, it is 0. */
static uint64_t descriptors_count(pid_t pid)
{
    char path[PATH_BYTES];
    struct stat folder;
    uint64_t count = 0;
    path_make(pid, "fd", path);
    DIR *entries = opendir(path);
    if (entries == NULL)
        return 0;
    if (fstat(dirfd(entries), &folder) == 0)
        count = (uint64_t)folder.st_size;
    if (count == 0)
        for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
            count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

int process_read(pid_t pid, struct process_figures *figures)
{
    if (process_read_size(pid, figures) < 0 || stat_read(pid, figures) < 0)
        return -1;
    figures->page_table_bytes = page_tables_read(pid);
    figures->descriptors = descriptors_count(pid);
    return 0;
}

int process_read_rollup(pid_t pid, struct process_rollup *rollup)
{
    char text[STAT_BYTES];
    if (proc_read(pid, "smaps_rollup", text) < 0)
        return -1;
    if (kib_field(text, "\nPss:", &rollup->pss_bytes) < 0 ||
        kib_field(text, "\nAnonymous:", &rollup->anonymous_bytes) < 0 ||
        kib_field(text, "\nSwap:", &rollup->swap_bytes) < 0) {
        errno = EPROTO;
        return -1;
    }
    rollup->lazy_free_bytes = 0; /* as before Linux 4.12 */
    kib_field(text, "\nLazyFree:", &rollup->lazy_free_bytes);
    rollup->pss_bytes = less(rollup->pss_bytes, rollup->lazy_free_bytes);
    rollup->anonymous_bytes = less(rollup->anonymous_bytes, rollup->lazy_free_bytes);
    return 0;
}

uint64_t process_rollup_wait_ns(uint64_t took_ns)
{
    return took_ns < ROLLUP_WAIT_MAX / ROLLUP_WAIT ? took_ns * ROLLUP_WAIT : ROLLUP_WAIT_MAX;
}

void process_figures_correct(struct process_figures *figures, const struct process_rollup *rollup)
{
    figures->rss_bytes = less(figures->rss_bytes, rollup->lazy_free_bytes);
    figures->anonymous_bytes = less(figures->anonymous_bytes, rollup->lazy_free_bytes);
}

void process_figures_add(struct process_figures *sum, const struct process_figures *more)
{
    sum->rss_bytes += more->rss_bytes;
    sum->anonymous_bytes += more->anonymous_bytes;
    sum->vsz_bytes += more->vsz_bytes;
    sum->page_table_bytes += more->page_table_bytes;
    sum->descriptors += more->descriptors;
    sum->threads += more->threads;
    sum->cpu_ns += more->cpu_ns;
    sum->minor_faults += more->minor_faults;
    sum->major_faults += more->major_faults;
}

void process_rollup_add(struct process_rollup *sum, const struct process_rollup *more)
{
    sum->pss_bytes += more->pss_bytes;
    sum->anonymous_bytes += more->anonymous_bytes;
    sum->lazy_free_bytes += more->lazy_free_bytes;
    sum->swap_bytes += more->swap_bytes;
}
