/* process_tree_test.c - all descendants are found, however many there are, and added up. */
#include "process_tree.h"

#include "clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 300

/* A child that waits until it is killed, or until its parent has ended. */
static pid_t child_start(void)
{
    pid_t parent = getpid(), pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent)
            pause();
        _exit(0);
    }
    return pid;
}

/* A child with a child of its own. */
static pid_t parent_start(void)
{
    int ends[2];
    char ready;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        child_start();
        ready = write(ends[1], "", 1) == 1;
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static bool tree_has(const struct process_tree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->pids[i] == pid)
            return true;
    return false;
}

static void child_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void hundreds_of_children_are_found(void **state)
{
    struct process_tree tree = {.pids = NULL};
    pid_t children[CHILDREN];
    struct process_figures sum;
    process_tree_find(&tree, getpid());
    assert_int_equal(tree.count, 0);
    assert_int_equal(process_tree_read(&tree, &sum), -1);
    for (size_t i = 0; i < CHILDREN; i++)
        children[i] = child_start();
    process_tree_find(&tree, getpid());
    assert_int_equal(tree.count, CHILDREN);
    for (size_t i = 0; i < CHILDREN; i++)
        assert_true(tree_has(&tree, children[i]));
    assert_int_equal(process_tree_read(&tree, &sum), 0);
    assert_int_equal(sum.threads, CHILDREN);
    for (size_t i = 0; i < CHILDREN; i++)
        child_end(children[i]);
    process_tree_find(&tree, getpid());
    assert_int_equal(tree.count, 0);
    process_tree_release(&tree);
}

static void children_of_children_are_found(void **state)
{
    struct process_tree tree = {.pids = NULL};
    pid_t parent = parent_start();
    process_tree_find(&tree, getpid());
    assert_int_equal(tree.count, 2);
    assert_int_equal(tree.pids[0], parent);
    process_tree_find(&tree, parent);
    assert_int_equal(tree.count, 1);
    assert_true(tree.pids[0] != parent);
    process_tree_kill(getpid());
    waitpid(parent, NULL, 0);
    process_tree_release(&tree);
}

/* Its CPU time is in no other process's account until its parent waits for it. */
static void the_time_of_a_zombie_counts_before_and_after_it_is_waited_for(void **state)
{
    struct process_tree tree = {.pids = NULL};
    siginfo_t ended;
    process_tree_find(&tree, getpid());
    uint64_t before_ns = tree.ended_cpu_ns;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        while (clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) < 60 * NS_PER_MS)
            ;
        _exit(0);
    }
    assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
    process_tree_find(&tree, getpid());
    assert_int_equal(tree.count, 0);
    assert_true(tree.ended_cpu_ns >= before_ns + 40 * NS_PER_MS); /* two roundings to ticks */
    waitpid(pid, NULL, 0);
    process_tree_find(&tree, getpid());
    assert_true(tree.ended_cpu_ns >= before_ns + 40 * NS_PER_MS);
    process_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hundreds_of_children_are_found),
        cmocka_unit_test(children_of_children_are_found),
        cmocka_unit_test(the_time_of_a_zombie_counts_before_and_after_it_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
