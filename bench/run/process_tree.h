/* process_tree.h - all descendants of a process, and what they use together. */
#pragma once

#include "process.h"

#include <stddef.h>

struct process_tree {
    pid_t *pids; /* parents before their children */
    size_t count, room;
    uint64_t ended_cpu_ns; /* of descendants that ended, waited for or not */
};

/* Finds the living descendants of `root`, without `root` itself, in place of what the tree held: it
 * must be all zero at first. Reads the state of every process of the machine. */
void process_tree_find(struct process_tree *tree, pid_t root);
void process_tree_release(struct process_tree *tree);
/* Adds up what those found use now; ended ones count as 0. A page that two of them share counts
 * twice in RSS and once in PSS. 0, or -1: all have ended. */
int process_tree_read(const struct process_tree *tree, struct process_figures *sum);
void process_tree_read_rollup(const struct process_tree *tree, struct process_rollup *sum);
/* CPU time that the process itself has used, to the nanosecond; 0 if it has ended. */
uint64_t process_cpu_ns(pid_t pid);
/* Sends SIGKILL to every descendant of `root`. */
void process_tree_kill(pid_t root);
