/* load_progress.c - a thread that waits for signals and shows progress while a load runs. */
#include "load_progress.h"

#include "units.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS (200 * NS_PER_MS) /* between two progress lines */

struct watch {
    pthread_t thread;
    sigset_t signals;
    bool shown;
    const char *title;
    struct load_progress progress;
    atomic_bool stop, done;
};

static void watch_show(const struct watch *watch, uint64_t *before)
{
    uint64_t requests = atomic_load(&watch->progress.requests);
    uint64_t errors = atomic_load(&watch->progress.errors);
    uint64_t rate_rps = (requests - *before) * (NS_PER_SECOND / LOOK_NS);
    char total[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES], failed[UNITS_TEXT_BYTES];

    fprintf(stderr, "\r%s%s requests, %s/s, %s errors\033[K", watch->title,
            units_format_count(total, requests), units_format_count(rate, rate_rps),
            units_format_count(failed, errors));
    *before = requests;
}

static void *watch_run(void *opaque)
{
    const struct timespec patience = {.tv_nsec = LOOK_NS};
    struct watch *watch = opaque;
    uint64_t before = 0;

    while (!atomic_load(&watch->done)) {
        int signal = sigtimedwait(&watch->signals, NULL, &patience);
        if (signal == SIGINT || signal == SIGTERM)
            atomic_store(&watch->stop, true);
        else if (signal < 0 && errno == EAGAIN && watch->shown)
            watch_show(watch, &before);
    }
    if (watch->shown)
        fputs("\r\033[K", stderr);
    return NULL;
}

static int watch_begin(struct watch *watch, const char *title)
{
    memset(watch, 0, sizeof *watch);
    watch->title = title ? title : "";
    watch->shown = isatty(STDERR_FILENO);
    sigemptyset(&watch->signals);
    sigaddset(&watch->signals, SIGINT);
    sigaddset(&watch->signals, SIGTERM);
    sigaddset(&watch->signals, SIGUSR1); /* ends the wait */
    pthread_sigmask(SIG_BLOCK, &watch->signals, NULL);
    return pthread_create(&watch->thread, NULL, watch_run, watch) == 0 ? 0 : -1;
}

static void watch_end(struct watch *watch)
{
    atomic_store(&watch->done, true);
    pthread_kill(watch->thread, SIGUSR1);
    pthread_join(watch->thread, NULL);
    pthread_sigmask(SIG_UNBLOCK, &watch->signals, NULL);
}

int load_watched(const struct load_setup *setup, const char *title, struct load_result *result,
                 struct error *error)
{
    struct load_setup watched = *setup;
    struct watch watch;
    int status;

    if (watch_begin(&watch, title) < 0) {
        return error_set(error, "no thread could be started");
    }
    watched.stop = &watch.stop;
    watched.progress = &watch.progress;
    status = load_run(&watched, result, error);
    watch_end(&watch);
    return status;
}
