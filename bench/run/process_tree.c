/* process_tree.c - finds the processes of a program and adds up what they take. */
#include "process_tree.h"

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

static bool process_tree_has(const struct process_tree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->pids[i] == pid)
            return true;
    return false;
}

static void kin_add(struct process_tree *tree, const struct kin *kin)
{
    uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    tree->pids[tree->count++] = kin->pid;
    tree->ended_cpu_ns += kin->ended_ticks * tick_ns;
}

/* True: it found more, whose children may now be found. */
static bool kin_join(struct process_tree *tree, const struct kin *list, size_t count)
{
    size_t before = tree->count;
    for (size_t i = 0; i < count && tree->count < PROCESS_TREE_MOST; i++) {
        const struct kin *kin = &list[i];
        if (!kin->dead && !process_tree_has(tree, kin->pid) &&
            (kin->group == tree->pids[0] || kin->parent == getpid() ||
             process_tree_has(tree, kin->parent)))
            kin_add(tree, kin);
    }
    return tree->count > before;
}

void process_tree_find(struct process_tree *tree, pid_t leader)
{
    struct kin *list = calloc(PROCESSES, sizeof *list);
    if (list == NULL)
        abort();
    size_t count = kin_list(list, PROCESSES);
    *tree = (struct process_tree){.pids = {leader}};
    for (size_t i = 0; i < count; i++)
        if (list[i].pid == leader)
            kin_add(tree, &list[i]);
    tree->count = 1;
    while (kin_join(tree, list, count))
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

int process_tree_read(const struct process_tree *tree, struct process_figures *sum)
{
    *sum = (struct process_figures){.cpu_ns = tree->ended_cpu_ns};
    for (size_t i = 0; i < tree->count; i++) {
        struct process_figures figures;
        if (process_read(tree->pids[i], &figures) != 0) {
            if (i == 0)
                return -1;
            continue;
        }
        sum->rss_bytes += figures.rss_bytes;
        sum->vsz_bytes += figures.vsz_bytes;
        sum->minor_faults += figures.minor_faults;
        sum->major_faults += figures.major_faults;
        sum->cpu_ns += cpu_ns(tree->pids[i]);
    }
    return 0;
}

void process_tree_read_rollup(const struct process_tree *tree, struct process_rollup *sum)
{
    *sum = (struct process_rollup){0};
    for (size_t i = 0; i < tree->count; i++) {
        struct process_rollup rollup;
        if (process_read_rollup(tree->pids[i], &rollup) != 0)
            continue;
        sum->pss_bytes += rollup.pss_bytes;
        sum->anonymous_bytes += rollup.anonymous_bytes;
        sum->swap_bytes += rollup.swap_bytes;
    }
}

void process_tree_end(pid_t leader)
{
    const struct timespec nap = {.tv_nsec = ENDING_NAP_NS};
    struct process_tree tree;
    for (int i = 0; i < ENDING_TRIES; i++) {
        process_tree_find(&tree, leader);
        for (size_t j = 1; j < tree.count; j++)
            kill(tree.pids[j], SIGKILL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (tree.count == 1)
            return;
        nanosleep(&nap, NULL);
    }
}
