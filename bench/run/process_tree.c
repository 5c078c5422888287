/* process_tree.c - finds the descendants in /proc and adds up what they use. */
#include "process_tree.h"

#include "clock.h"
#include "xmalloc.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_BYTES 1024

/* One process of the machine. */
struct process {
    pid_t pid, parent;
    /* CPU time of the children that it has waited for, and its own if nobody has waited for it. */
    unsigned long long ended_ticks;
    bool zombie;
};

struct processes {
    struct process *list;
    size_t count, room;
};

static int process_parse(pid_t pid, struct process *process)
{
    char path[64], text[STAT_BYTES], state;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    int parent;
    unsigned long long user, system, children_user, children_system;
    /* The second field is the program's name in parentheses and may hold anything. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu", &state,
               &parent, &user, &system, &children_user, &children_system) != 6 ||
        state == 'X')
        return -1;
    bool zombie = state == 'Z';
    *process = (struct process){
        pid, parent, children_user + children_system + (zombie ? user + system : 0), zombie};
    return 0;
}

static struct processes processes_list(void)
{
    struct processes all = {.list = NULL};
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return all;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        all.list = growable(all.list, &all.room, all.count + 1, sizeof *all.list);
        if (isdigit((unsigned char)entry->d_name[0]) &&
            process_parse((pid_t)atol(entry->d_name), &all.list[all.count]) == 0)
            all.count++;
    }
    closedir(proc);
    return all;
}

static int compare_parents(const void *a, const void *b)
{
    pid_t one = ((const struct process *)a)->parent, other = ((const struct process *)b)->parent;
    return (one > other) - (one < other);
}

/* The first of the processes, which are sorted by parent, that has this parent or a larger one. */
static size_t children_find(const struct processes *all, pid_t parent)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->list[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void ended_add(struct process_tree *tree, const struct process *process)
{
    uint64_t tick_ns = NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK);
    tree->ended_cpu_ns += process->ended_ticks * tick_ns;
}

static void children_add(struct process_tree *tree, pid_t parent, const struct processes *all)
{
    for (size_t i = children_find(all, parent); i < all->count; i++) {
        const struct process *process = &all->list[i];
        if (process->parent != parent)
            return;
        if (process->pid == parent)
            continue;
        ended_add(tree, process);
        if (process->zombie)
            continue;
        tree->pids = growable(tree->pids, &tree->room, tree->count + 1, sizeof *tree->pids);
        tree->pids[tree->count++] = process->pid;
    }
}

void process_tree_find(struct process_tree *tree, pid_t root)
{
    struct processes all = processes_list();
    tree->count = 0;
    tree->ended_cpu_ns = 0;
    for (size_t i = 0; i < all.count; i++)
        if (all.list[i].pid == root)
            ended_add(tree, &all.list[i]);
    if (all.count > 0)
        qsort(all.list, all.count, sizeof *all.list, compare_parents);
    children_add(tree, root, &all);
    /* Each process has one parent, but the states were not read at the same instant. */
    for (size_t i = 0; i < tree->count && tree->count <= all.count; i++)
        children_add(tree, tree->pids[i], &all);
    free(all.list);
}

void process_tree_release(struct process_tree *tree)
{
    free(tree->pids);
    *tree = (struct process_tree){.pids = NULL};
}

uint64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? clock_read_ns(clock) : 0;
}

int process_tree_read(const struct process_tree *tree, struct process_figures *sum)
{
    size_t alive = 0;
    *sum = (struct process_figures){.cpu_ns = tree->ended_cpu_ns};
    for (size_t i = 0; i < tree->count; i++) {
        struct process_figures figures;
        if (process_read(tree->pids[i], &figures) != 0)
            continue;
        alive++;
        figures.cpu_ns = process_cpu_ns(tree->pids[i]);
        process_figures_add(sum, &figures);
    }
    return alive > 0 ? 0 : -1;
}

void process_tree_read_rollup(const struct process_tree *tree, struct process_rollup *sum)
{
    *sum = (struct process_rollup){0};
    for (size_t i = 0; i < tree->count; i++) {
        struct process_rollup rollup;
        if (process_read_rollup(tree->pids[i], &rollup) == 0)
            process_rollup_add(sum, &rollup);
    }
}

void process_tree_kill(pid_t root)
{
    struct process_tree tree = {.pids = NULL};
    process_tree_find(&tree, root);
    for (size_t i = 0; i < tree.count; i++)
        kill(tree.pids[i], SIGKILL);
    process_tree_release(&tree);
}
