/* supervisor.c - waits for the program, then kills until no child is left. */
#include "supervisor.h"

#include "clock.h"
#include "process_tree.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_INTERVAL_NS (5 * NS_PER_MS)

/* Until the deadline; UINT64_MAX: without one. Returns the signal, or -1. */
static int signal_wait(const sigset_t *signals, uint64_t deadline_ns)
{
    uint64_t now_ns = clock_ns(), left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    const struct timespec left = {.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
                                  .tv_nsec = (long)(left_ns % NS_PER_SECOND)};
    return sigtimedwait(signals, NULL, deadline_ns == UINT64_MAX ? NULL : &left);
}

/* True: the program has ended, with this status. Reaps other processes, too. */
static bool program_ended(pid_t program, int *status)
{
    pid_t ended;
    do
        ended = waitpid(-1, status, WNOHANG);
    while (ended > 0 && ended != program);
    return ended == program;
}

/* Returns the wait status of the program. */
static int program_wait(pid_t program, const sigset_t *signals)
{
    uint64_t deadline_ns = UINT64_MAX;
    int status = 0;
    while (!program_ended(program, &status)) {
        int number = signal_wait(signals, deadline_ns);
        if (number == SIGTERM && deadline_ns == UINT64_MAX) {
            kill(-program, SIGTERM);
            deadline_ns = clock_ns() + SUPERVISOR_STOP_NS;
        } else if (number < 0 && errno == EAGAIN) {
            kill(-program, SIGKILL);
            deadline_ns = clock_ns() + SUPERVISOR_STOP_NS;
        }
    }
    return status;
}

/* A subreaper without children has no descendants either. */
static void descendants_end(void)
{
    const struct timespec interval = {.tv_nsec = KILL_INTERVAL_NS};
    for (;;) {
        pid_t ended;
        process_tree_kill(getpid());
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (ended < 0 && errno == ECHILD)
            return;
        nanosleep(&interval, NULL);
    }
}

_Noreturn static void exit_as(int status)
{
    sigset_t all;
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    _exit(EXIT_FAILURE);
}

void supervise(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t supervisor = getpid(), program = fork();
    if (program == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != supervisor)
            _exit(EXIT_FAILURE);
        sigprocmask(SIG_UNBLOCK, &signals, NULL);
        return;
    }
    if (program < 0)
        _exit(EXIT_FAILURE);
    setpgid(program, program);
    int status = program_wait(program, &signals);
    descendants_end();
    exit_as(status);
}
