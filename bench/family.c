/* family.c - finds the processes of a program and adds up what they take. */
#include "family.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S      UINT64_C(1000000000)
#define STAT_BYTES    1024
#define PROCESSES     4096 /* of the machine that are looked at */
#define ENDING_TRIES  200
#define ENDING_NAP_NS 5000000

/* A process of the machine and whom it belongs to. */
struct kin {
    pid_t pid, parent, group;
    unsigned long long ended_ticks; /* CPU of children that it has waited for */
    bool dead;
};

static int kin_read(pid_t pid, struct kin *kin)
{
    char path[64], text[STAT_BYTES], state;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    int parent, group;
    unsigned long long user, system;
    /* The second field is the program's name in parentheses and may hold anything. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL || sscanf(rest, ") %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %llu %llu",
                               &state, &parent, &group, &user, &system) != 5)
        return -1;
    *kin = (struct kin){pid, parent, group, user + system, state == 'Z' || state == 'X'};
    return 0;
}

static size_t kin_list(struct kin *list, size_t room)
{
    DIR *proc = opendir("/proc");
    size_t count = 0;
    if (proc == NULL)
        return 0;
    for (struct dirent *entry; count < room && (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) &&
            kin_read((pid_t)atol(entry->d_name), &list[count]) == 0)
            count++;
    closedir(proc);
    return count;
}

static bool family_has(const struct family *family, pid_t pid)
{
    for (size_t i = 0; i < family->count; i++)
        if (family->pids[i] == pid)
            return true;
    return false;
}

static void kin_add(struct family *family, const struct kin *kin)
{
    uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    family->pids[family->count++] = kin->pid;
    family->ended_cpu_ns += kin->ended_ticks * tick_ns;
}

/* True: it found more, whose children may now be found. */
static bool kin_join(struct family *family, const struct kin *list, size_t count)
{
    size_t before = family->count;
    for (size_t i = 0; i < count && family->count < FAMILY_MOST; i++) {
        const struct kin *kin = &list[i];
        if (!kin->dead && !family_has(family, kin->pid) &&
            (kin->group == family->pids[0] || kin->parent == getpid() ||
             family_has(family, kin->parent)))
            kin_add(family, kin);
    }
    return family->count > before;
}

void family_find(struct family *family, pid_t leader)
{
    struct kin *list = calloc(PROCESSES, sizeof *list);
    if (list == NULL)
        abort();
    size_t count = kin_list(list, PROCESSES);
    *family = (struct family){.pids = {leader}};
    for (size_t i = 0; i < count; i++)
        if (list[i].pid == leader)
            kin_add(family, &list[i]);
    family->count = 1;
    while (kin_join(family, list, count))
        continue;
    free(list);
}

static uint64_t cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

int family_read(const struct family *family, struct process_figures *sum)
{
    *sum = (struct process_figures){.cpu_ns = family->ended_cpu_ns};
    for (size_t i = 0; i < family->count; i++) {
        struct process_figures figures;
        if (process_read(family->pids[i], &figures) != 0) {
            if (i == 0)
                return -1;
            continue;
        }
        sum->rss_bytes += figures.rss_bytes;
        sum->vsz_bytes += figures.vsz_bytes;
        sum->minor_faults += figures.minor_faults;
        sum->major_faults += figures.major_faults;
        sum->cpu_ns += cpu_ns(family->pids[i]);
    }
    return 0;
}

void family_read_rollup(const struct family *family, struct process_rollup *sum)
{
    *sum = (struct process_rollup){0};
    for (size_t i = 0; i < family->count; i++) {
        struct process_rollup rollup;
        if (process_read_rollup(family->pids[i], &rollup) != 0)
            continue;
        sum->pss_bytes += rollup.pss_bytes;
        sum->anonymous_bytes += rollup.anonymous_bytes;
        sum->swap_bytes += rollup.swap_bytes;
    }
}

void family_end(pid_t leader)
{
    const struct timespec nap = {.tv_nsec = ENDING_NAP_NS};
    struct family family;
    for (int i = 0; i < ENDING_TRIES; i++) {
        family_find(&family, leader);
        for (size_t j = 1; j < family.count; j++)
            kill(family.pids[j], SIGKILL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (family.count == 1)
            return;
        nanosleep(&nap, NULL);
    }
}
