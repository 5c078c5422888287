/* output_log.c - a thread that reads a pipe, and keeps as much of the end as fits a buffer. */
#include "output_log.h"

#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PART_BYTES 65536 /* as much as a pipe holds */

struct output_log {
    int pipe_fd, stop_fd;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    bool closed;
    char text[OUTPUT_LOG_BYTES];
    size_t count;
};

static void text_append(struct output_log *log, const char *bytes, size_t count)
{
    const size_t most = sizeof log->text - 1;
    if (count > most) {
        bytes += count - most;
        count = most;
    }
    size_t kept = log->count < most - count ? log->count : most - count;
    memmove(log->text, log->text + log->count - kept, kept);
    log->count = kept;
    memcpy(log->text + log->count, bytes, count);
    log->count += count;
    log->text[log->count] = '\0';
}

/* Reads until the pipe is empty. */
static void pipe_drain(struct output_log *log)
{
    char part[PART_BYTES];
    ssize_t count;
    while ((count = read(log->pipe_fd, part, sizeof part)) > 0) {
        pthread_mutex_lock(&log->lock);
        text_append(log, part, (size_t)count);
        pthread_mutex_unlock(&log->lock);
    }
    pthread_mutex_lock(&log->lock);
    log->closed = count == 0;
    pthread_mutex_unlock(&log->lock);
}

static void *pipe_read(void *context)
{
    struct output_log *log = context;
    struct pollfd waiting[] = {{.fd = log->stop_fd, .events = POLLIN},
                               {.fd = log->pipe_fd, .events = POLLIN}};
    while (!log->closed && waiting[0].revents == 0) {
        poll(waiting, 2, -1);
        pipe_drain(log);
    }
    return NULL;
}

/* Without signals. 0, or -1 and errno. */
static int thread_start(struct output_log *log)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&log->thread, NULL, pipe_read, log);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return failed == 0 ? 0 : -1;
}

struct output_log *output_log_start(int pipe_fd)
{
    struct output_log *log = xcalloc(1, sizeof *log);
    log->pipe_fd = pipe_fd;
    fcntl(pipe_fd, F_SETFL, O_NONBLOCK);
    pthread_mutex_init(&log->lock, NULL);
    log->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (log->stop_fd >= 0 && thread_start(log) == 0)
        return log;
    int failed = errno;
    if (log->stop_fd >= 0)
        close(log->stop_fd);
    pthread_mutex_destroy(&log->lock);
    free(log);
    errno = failed;
    return NULL;
}

bool output_log_read(struct output_log *log, char text[OUTPUT_LOG_BYTES])
{
    pthread_mutex_lock(&log->lock);
    memcpy(text, log->text, log->count + 1);
    bool closed = log->closed;
    pthread_mutex_unlock(&log->lock);
    return closed;
}

void output_log_stop(struct output_log *log, char text[OUTPUT_LOG_BYTES])
{
    eventfd_write(log->stop_fd, 1);
    pthread_join(log->thread, NULL);
    pipe_drain(log);
    memcpy(text, log->text, log->count + 1);
    close(log->pipe_fd);
    close(log->stop_fd);
    pthread_mutex_destroy(&log->lock);
    free(log);
}
