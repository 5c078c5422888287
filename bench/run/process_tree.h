/* process_tree.h - what a program and all that it has started take together.
 *
 * A program's family: its process group, what descends from it, and what is left to us by those of
 * it that have ended (we are their reaper, see child.h), so only one at a time.
 */
#ifndef PROCESS_TREE_H
#define PROCESS_TREE_H

#include "process.h"

#include <stddef.h>

#define PROCESS_TREE_MOST 256

struct process_tree {
    pid_t pids[PROCESS_TREE_MOST]; /* the leader first */
    size_t count;
    uint64_t ended_cpu_ns; /* of members that have ended and were waited for */
};

/* Who belongs to it now. Costs a look at every process of the machine. */
void process_tree_find(struct process_tree *tree, pid_t leader);
/* Sums over those found that still live. Pages that several share count in each one's RSS, in part
 * in PSS. 0, or -1: the leader is gone. */
int process_tree_read(const struct process_tree *tree, struct process_figures *sum);
void process_tree_read_rollup(const struct process_tree *tree, struct process_rollup *sum);
/* Kills who is left of a program whose leader has ended, and waits for their end. */
void process_tree_end(pid_t leader);

#endif
