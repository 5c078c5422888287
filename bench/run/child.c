/* child.c - forks a server, waits until it is ready, and stops it. */
#include "child.h"

#include "clock.h"
#include "cpus.h"
#include "http_client.h"
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY        "http://127.0.0.1:"
#define POLL_MS      50 /* how often *stop is read */
#define EXEC_FAILED  127
#define QUOTED_LINES 3 /* of a foreign program's last output */
#define QUOTED_BYTES 170

/* Runs in the forked process. Closes all files but its output. */
static void child_run(const struct child_setup *setup, int log_fd, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(EXEC_FAILED);
    cpu_pin(setup->cpu);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    if (setup->probe != NULL)
        supervise();
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
        child_run(setup, ends[1], parent);
    close(ends[1]);
    if (child->pid < 0) {
        close(child->log_fd);
        return -1;
    }
    fcntl(child->log_fd, F_SETFL, O_NONBLOCK);
    child->pidfd = pidfd_open(child->pid, 0);
    return 0;
}

/* Keeps the end of the output. True: the server closed it. */
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

void child_read_output(struct child *child)
{
    log_read(child);
}

static bool port_find(struct child *child)
{
    const char *ready = strstr(child->log, READY);
    if (ready == NULL || strchr(ready, '\n') == NULL)
        return false;
    child->port = (uint16_t)strtoul(ready + sizeof READY - 1, NULL, 10);
    return true;
}

static bool child_is_ready(struct child *child)
{
    return child->probe != NULL ? http_responds(child->port, child->probe) : port_find(child);
}

/* True: the process has ended, within the time. */
static bool child_ended(const struct child *child, int within_ms)
{
    struct pollfd waiting = {.fd = child->pidfd, .events = POLLIN};
    return poll(&waiting, 1, within_ms) > 0;
}

enum start { START_READY, START_ENDED, START_TIMEOUT, START_STOPPED };

static enum start child_wait_ready(struct child *child, uint64_t within_ns, const atomic_bool *stop)
{
    uint64_t end_ns = clock_ns() + within_ns;
    while (!atomic_load(stop)) {
        struct pollfd waiting = {.fd = child->log_fd, .events = POLLIN};
        poll(&waiting, 1, POLL_MS);
        bool closed = log_read(child);
        if (child_ended(child, closed ? POLL_MS : 0)) {
            log_read(child);
            return START_ENDED;
        }
        if (child_is_ready(child))
            return START_READY;
        if (clock_ns() > end_ns)
            return START_TIMEOUT;
    }
    return START_STOPPED;
}

/* The last lines of the output as one line, or the other text if there was no output. */
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
    for (char *at = quote; (at = strchr(at, '\n')) != NULL;)
        *at = '/';
    error_set(error, "%s", end > from ? quote : otherwise);
}

static void start_explain(const struct child *child, enum start start, struct error *error)
{
    static const char *const reasons[] = {
        [START_ENDED] = "the server ended before it was ready",
        [START_TIMEOUT] = "the server did not print its URL in time",
        [START_STOPPED] = "interrupted",
    };
    log_quote(child, child->probe == NULL ? reasons[start] : "it printed nothing", error);
    if (start == START_STOPPED)
        error_set(error, "%s", reasons[start]);
    else if (child->probe != NULL && start == START_ENDED)
        error_set(error, "it ended before it answered; %s", error->text);
    else if (child->probe != NULL)
        error_set(error, "nothing answered on port %u in time (--start-within); %s", child->port,
                  error->text);
}

int child_start(struct child *child, const struct child_setup *setup, const atomic_bool *stop,
                struct error *error)
{
    struct error ending;
    *child = (struct child){.pidfd = -1, .port = setup->port, .probe = setup->probe};
    if (child_fork(child, setup) < 0)
        return error_set(error, "%s: %s", setup->argv[0], strerror(errno));
    enum start start = child_wait_ready(child, setup->start_ns, stop);
    if (start == START_READY)
        return 0;
    start_explain(child, start, error);
    child_stop(child, &ending);
    return -1;
}

static int ending_explain(const struct child *child, int status, bool killed, struct error *error)
{
    if (killed)
        return error_set(error, "the server did not stop and was killed");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    log_quote(child, "it printed nothing", error);
    if (WIFSIGNALED(status))
        return error_set(error, "the server was ended by signal %d; %s", WTERMSIG(status),
                         error->text);
    return error_set(error, "the server ended with status %d; %s", WEXITSTATUS(status),
                     error->text);
}

int child_stop(struct child *child, struct error *error)
{
    bool ended_alone = child->probe != NULL && child_ended(child, 0), killed = false;
    int status = 0;
    kill(child->pid, SIGTERM);
    if (!child_ended(child, (int)(CHILD_STOP_NS / NS_PER_MS))) {
        killed = true;
        kill(child->pid, SIGKILL);
    }
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    log_read(child);
    close(child->log_fd);
    close(child->pidfd);
    return child->probe != NULL && !ended_alone ? 0 : ending_explain(child, status, killed, error);
}
