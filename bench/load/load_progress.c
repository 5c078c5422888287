/* load_progress.c - a thread that waits for signals and shows progress while a load runs. */
#include "load_progress.h"

#include "units.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define PERIOD_NS (200 * NS_PER_MS) /* between two updates of the line */

struct monitor {
    pthread_t thread;
    sigset_t signals;
    bool shown;
    const char *title;
    struct load_progress progress;
    atomic_bool stop, done;
};

static void progress_show(const struct monitor *monitor, uint64_t *before)
{
    uint64_t requests = atomic_load(&monitor->progress.requests);
    uint64_t errors = atomic_load(&monitor->progress.errors);
    uint64_t rate_rps = (requests - *before) * (NS_PER_SECOND / PERIOD_NS);
    char total[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES], failed[UNITS_TEXT_BYTES];
    fprintf(stderr, "\r%s%s requests, %s/s, %s errors\033[K", monitor->title,
            units_format_count(total, requests), units_format_count(rate, rate_rps),
            units_format_count(failed, errors));
    *before = requests;
}

static void *monitor_run(void *opaque)
{
    const struct timespec period = {.tv_nsec = PERIOD_NS};
    struct monitor *monitor = opaque;
    uint64_t before = 0;
    while (!atomic_load(&monitor->done)) {
        int signal = sigtimedwait(&monitor->signals, NULL, &period);
        if (signal == SIGINT || signal == SIGTERM)
            atomic_store(&monitor->stop, true);
        else if (signal < 0 && errno == EAGAIN && monitor->shown)
            progress_show(monitor, &before);
    }
    if (monitor->shown)
        fputs("\r\033[K", stderr);
    return NULL;
}

static int monitor_begin(struct monitor *monitor, struct error *error)
{
    sigemptyset(&monitor->signals);
    sigaddset(&monitor->signals, SIGINT);
    sigaddset(&monitor->signals, SIGTERM);
    sigaddset(&monitor->signals, SIGUSR1); /* ends the wait */
    pthread_sigmask(SIG_BLOCK, &monitor->signals, NULL);
    if (pthread_create(&monitor->thread, NULL, monitor_run, monitor) == 0)
        return 0;
    return error_set(error, "no thread could be started");
}

static void monitor_end(struct monitor *monitor)
{
    atomic_store(&monitor->done, true);
    pthread_kill(monitor->thread, SIGUSR1);
    pthread_join(monitor->thread, NULL);
    pthread_sigmask(SIG_UNBLOCK, &monitor->signals, NULL);
}

int load_run_with_progress(const struct load_setup *setup, const char *title,
                           struct load_result *result, struct error *error)
{
    struct monitor monitor = {.shown = isatty(STDERR_FILENO), .title = title ? title : ""};
    struct load_setup monitored = *setup;
    int status;
    if (monitor_begin(&monitor, error) < 0)
        return -1;
    monitored.stop = &monitor.stop;
    monitored.progress = &monitor.progress;
    status = load_run(&monitored, result, error);
    monitor_end(&monitor);
    return status;
}
