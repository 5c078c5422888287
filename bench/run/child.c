/* child.c - runs a server and minds it. */
#include "child.h"

#include "clock.h"
#include "http_client.h"
#include "process_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY        "http://127.0.0.1:"
#define LOOK_MS      50 /* how often *stop is looked at */
#define EXEC_FAILED  127
#define QUOTED_LINES 3 /* of what a program that is not ours said last */
#define QUOTED_BYTES 170

/* In the child, between fork and exec: nothing but system calls. */
static void child_become(const struct child_setup *setup, int log_fd, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(EXEC_FAILED);
    if (setup->cpu != CHILD_CPU_ANY) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)setup->cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    execv(setup->argv[0], setup->argv);
    dprintf(STDERR_FILENO, "%s: %s\n", setup->argv[0], strerror(errno));
    _exit(EXEC_FAILED);
}

static int child_fork(struct child *child, const struct child_setup *setup)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    child->log_fd = ends[0];
    child->pid = fork();
    if (child->pid == 0)
        child_become(setup, ends[1], parent);
    close(ends[1]);
    if (child->pid < 0) {
        close(child->log_fd);
        return -1;
    }
    fcntl(child->log_fd, F_SETFL, O_NONBLOCK);
    child->pidfd = pidfd_open(child->pid, 0);
    return 0;
}

/* Keeps the end of what it says. True: it closed its side. */
static bool log_read(struct child *child)
{
    for (;;) {
        size_t room = sizeof child->log - 1 - child->log_count;
        if (room == 0) {
            size_t kept = sizeof child->log / 2;
            memmove(child->log, child->log + child->log_count - kept, kept);
            child->log_count = kept;
            continue;
        }
        ssize_t count = read(child->log_fd, child->log + child->log_count, room);
        if (count <= 0)
            return count == 0;
        child->log_count += (size_t)count;
        child->log[child->log_count] = '\0';
    }
}

void child_drain(struct child *child)
{
    log_read(child);
}

static bool port_find(struct child *child)
{
    const char *said = strstr(child->log, READY);
    if (said == NULL || strchr(said, '\n') == NULL)
        return false;
    child->port = (uint16_t)strtoul(said + sizeof READY - 1, NULL, 10);
    return true;
}

enum waited { WAITED_READY, WAITED_DEAD, WAITED_LONG, WAITED_STOPPED };

/* One of ours lives as long as it holds its end of the pipe, which others may close or leave to
 * their children. */
static bool child_is_dead(struct child *child, bool closed)
{
    struct pollfd waiting = {.fd = child->pidfd, .events = POLLIN};
    if (child->probe == NULL)
        return closed;
    return poll(&waiting, 1, closed ? LOOK_MS : 0) > 0;
}

static bool child_is_ready(struct child *child)
{
    return child->probe != NULL ? http_responds(child->port, child->probe) : port_find(child);
}

static enum waited child_await(struct child *child, uint64_t within_ns, const atomic_bool *stop)
{
    uint64_t end_ns = clock_ns() + within_ns;
    while (!atomic_load(stop)) {
        struct pollfd waiting = {.fd = child->log_fd, .events = POLLIN};
        poll(&waiting, 1, LOOK_MS);
        bool closed = log_read(child);
        if (child_is_dead(child, closed)) {
            log_read(child);
            return child->probe == NULL && port_find(child) ? WAITED_READY : WAITED_DEAD;
        }
        if (child_is_ready(child))
            return WAITED_READY;
        if (clock_ns() > end_ns)
            return WAITED_LONG;
    }
    return WAITED_STOPPED;
}

/* The last lines that it said, as one, or a word in their place. */
static void log_quote(const struct child *child, const char *otherwise, struct error *error)
{
    size_t end = child->log_count, lines = child->probe != NULL ? QUOTED_LINES : 1;
    while (end > 0 && child->log[end - 1] == '\n')
        end--;
    size_t from = end;
    while (from > 0 && end - from < QUOTED_BYTES && (child->log[from - 1] != '\n' || --lines > 0))
        from--;
    char quote[QUOTED_BYTES + 1];
    snprintf(quote, sizeof quote, "%.*s", (int)(end - from), child->log + from);
    for (char *at = quote; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = *at == '\n' ? '/' : ' ';
    error_set(error, "%s", end > from ? quote : otherwise);
}

static void waiting_tell(const struct child *child, enum waited waited, struct error *error)
{
    static const char *const reasons[] = {
        [WAITED_DEAD] = "the server ended before it was ready",
        [WAITED_LONG] = "the server did not say in time that it is ready",
        [WAITED_STOPPED] = "interrupted",
    };
    struct error last;
    if (child->probe == NULL || waited == WAITED_STOPPED) {
        log_quote(child, reasons[waited], error);
        return;
    }
    log_quote(child, "it said nothing", &last);
    if (waited == WAITED_DEAD)
        error_set(error, "it ended before it answered; %.200s", last.text);
    else
        error_set(error, "nothing answered on port %u in time (--start-within); %.180s",
                  child->port, last.text);
}

int child_start(struct child *child, const struct child_setup *setup, const atomic_bool *stop,
                struct error *error)
{
    struct error ending;
    *child = (struct child){.pidfd = -1, .port = setup->port, .probe = setup->probe};
    if (setup->probe != NULL)
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (child_fork(child, setup) < 0) {
        return error_set(error, "%.200s: %s", setup->argv[0], strerror(errno));
    }
    enum waited waited = child_await(child, setup->start_ns, stop);
    if (waited == WAITED_READY)
        return 0;
    waiting_tell(child, waited, error);
    child_stop(child, &ending);
    return -1;
}

uint64_t child_cpu_ns(const struct child *child)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(child->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * UINT64_C(1000000000) + (uint64_t)used.tv_nsec;
}

static bool child_ended(const struct child *child, uint64_t within_ns)
{
    struct pollfd waiting = {.fd = child->pidfd, .events = POLLIN};
    uint64_t end_ns = clock_ns() + within_ns, now;
    while ((now = clock_ns()) < end_ns)
        if (poll(&waiting, 1, (int)((end_ns - now) / 1000000) + 1) > 0)
            return true;
    return false;
}

static int ending_tell(struct child *child, int status, bool killed, struct error *error)
{
    struct error last;
    if (!killed && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    log_quote(child, "it said nothing", &last);
    if (killed)
        error_set(error, "the server did not stop and was killed");
    else if (WIFSIGNALED(status))
        error_set(error, "the server was ended by signal %d; %.180s", WTERMSIG(status), last.text);
    else
        error_set(error, "the server ended with status %d; %.180s", WEXITSTATUS(status), last.text);
    return -1;
}

int child_stop(struct child *child, struct error *error)
{
    bool foreign = child->probe != NULL, died = foreign && child_is_dead(child, false),
         killed = false;
    pid_t whom = foreign ? -child->pid : child->pid;
    int status = 0;
    kill(whom, SIGTERM);
    if (!child_ended(child, foreign ? CHILD_FOREIGN_NS : CHILD_STOP_NS)) {
        killed = true;
        kill(whom, SIGKILL);
    }
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (foreign)
        process_tree_end(child->pid);
    log_read(child);
    close(child->log_fd);
    close(child->pidfd);
    if (foreign && !died)
        return 0;
    return ending_tell(child, status, killed, error);
}
