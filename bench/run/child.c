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
#define POLL_MS      5 /* how often *stop and the output are read */
#define EXEC_FAILED  127
#define QUOTED_LINES 3 /* of a foreign program's last output */
#define QUOTED_BYTES 170

/* Runs in the forked process. Closes all files but its output; its input is empty. */
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
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
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
    child->pid = fork();
    if (child->pid == 0)
        child_run(setup, ends[1], parent);
    close(ends[1]);
    child->pidfd = child->pid < 0 ? -1 : pidfd_open(child->pid, 0);
    child->output = child->pidfd < 0 ? NULL : output_log_start(ends[0]);
    if (child->output != NULL)
        return 0;
    int failed = errno;
    if (child->pid > 0 && kill(child->pid, SIGKILL) == 0)
        waitpid(child->pid, NULL, 0);
    if (child->pidfd >= 0)
        close(child->pidfd);
    close(ends[0]);
    errno = failed;
    return -1;
}

static bool port_find(struct child *child)
{
    char text[OUTPUT_LOG_BYTES];
    output_log_read(child->output, text);
    const char *ready = strstr(text, READY);
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
    uint64_t now_ns = clock_ns(), end_ns = now_ns + (uint64_t)within_ms * NS_PER_MS;
    int ready;
    do {
        uint64_t left_ns = end_ns > now_ns ? end_ns - now_ns : 0;
        ready = poll(&waiting, 1, (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
        now_ns = clock_ns();
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

enum start { START_READY, START_ENDED, START_TIMEOUT, START_STOPPED };

static enum start child_wait_ready(struct child *child, uint64_t within_ns, const atomic_bool *stop)
{
    uint64_t end_ns = clock_ns() + within_ns;
    while (!atomic_load(stop)) {
        if (child_ended(child, POLL_MS))
            return START_ENDED;
        if (child_is_ready(child))
            return START_READY;
        if (clock_ns() > end_ns)
            return START_TIMEOUT;
    }
    return START_STOPPED;
}

/* The last lines of the output as one line, or the other text if there was no output. */
static void log_quote(const struct child *child, const char *text, const char *otherwise,
                      struct error *error)
{
    size_t end = strlen(text), lines = child->probe != NULL ? QUOTED_LINES : 1;
    while (end > 0 && text[end - 1] == '\n')
        end--;
    size_t from = end;
    while (from > 0 && end - from < QUOTED_BYTES && (text[from - 1] != '\n' || --lines > 0))
        from--;
    char quote[QUOTED_BYTES + 1];
    snprintf(quote, sizeof quote, "%.*s", (int)(end - from), text + from);
    for (char *at = quote; (at = strchr(at, '\n')) != NULL;)
        *at = '/';
    error_set(error, "%s", end > from ? quote : otherwise);
}

static void start_explain(const struct child *child, const char *output, enum start start,
                          struct error *error)
{
    static const char *const reasons[] = {
        [START_ENDED] = "the server ended before it was ready",
        [START_TIMEOUT] = "the server did not print its URL in time",
        [START_STOPPED] = "interrupted",
    };
    log_quote(child, output, child->probe == NULL ? reasons[start] : "it printed nothing", error);
    if (start == START_STOPPED)
        error_set(error, "%s", reasons[start]);
    else if (child->probe != NULL && start == START_ENDED)
        error_set(error, "it ended before it answered; %s", error->text);
    else if (child->probe != NULL)
        error_set(error, "nothing answered on port %u in time (--start-within); %s", child->port,
                  error->text);
}

/* How a process ended. */
struct ending {
    int status;  /* as from waitpid */
    bool alone;  /* before we sent SIGTERM */
    bool killed; /* it did not end in time */
};

static struct ending child_end(struct child *child, char output[OUTPUT_LOG_BYTES])
{
    struct ending ending = {.alone = child_ended(child, 0)};
    kill(child->pid, SIGTERM);
    if (!child_ended(child, (int)(CHILD_STOP_NS / NS_PER_MS))) {
        ending.killed = true;
        kill(child->pid, SIGKILL);
    }
    while (waitpid(child->pid, &ending.status, 0) < 0 && errno == EINTR)
        continue;
    output_log_stop(child->output, output);
    close(child->pidfd);
    return ending;
}

int child_start(struct child *child, const struct child_setup *setup, const atomic_bool *stop,
                struct error *error)
{
    char output[OUTPUT_LOG_BYTES];
    *child = (struct child){.pidfd = -1, .port = setup->port, .probe = setup->probe};
    if (child_fork(child, setup) < 0)
        return error_set(error, "%s: %s", setup->argv[0], strerror(errno));
    enum start start = child_wait_ready(child, setup->start_ns, stop);
    if (start == START_READY)
        return 0;
    child_end(child, output);
    start_explain(child, output, start, error);
    return -1;
}

static int ending_explain(const struct child *child, const char *output,
                          const struct ending *ending, struct error *error)
{
    if (ending->killed)
        return error_set(error, "the server did not stop and was killed");
    if (WIFEXITED(ending->status) && WEXITSTATUS(ending->status) == 0)
        return 0;
    log_quote(child, output, "it printed nothing", error);
    if (WIFSIGNALED(ending->status))
        return error_set(error, "the server was ended by signal %d; %s", WTERMSIG(ending->status),
                         error->text);
    return error_set(error, "the server ended with status %d; %s", WEXITSTATUS(ending->status),
                     error->text);
}

int child_stop(struct child *child, struct error *error)
{
    char output[OUTPUT_LOG_BYTES];
    struct ending ending = child_end(child, output);
    return child->probe != NULL && !ending.alone ? 0
                                                 : ending_explain(child, output, &ending, error);
}
