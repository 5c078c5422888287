/* sweep.c - runs jobs on several threads, which share the number of the next job. */
#include "sweep.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS_MAX 256

struct sweep {
    const struct corpus *corpus;
    struct sweep_job *jobs;
    size_t count;
    atomic_size_t next;
    pthread_mutex_t lock; /* protects finished and the calls of done */
    size_t finished;
    void (*done)(void *context, size_t finished);
    void *context;
};

static void *sweep_work(void *argument)
{
    struct sweep *sweep = argument;
    for (size_t at; (at = atomic_fetch_add(&sweep->next, 1)) < sweep->count;) {
        replay_run(sweep->corpus, &sweep->jobs[at].setup, &sweep->jobs[at].result);
        pthread_mutex_lock(&sweep->lock);
        sweep->finished++;
        if (sweep->done != NULL)
            sweep->done(sweep->context, sweep->finished);
        pthread_mutex_unlock(&sweep->lock);
    }
    return NULL;
}

void sweep_run(const struct corpus *corpus, struct sweep_job *jobs, size_t count, unsigned threads,
               void (*done)(void *context, size_t finished), void *context)
{
    pthread_t workers[THREADS_MAX];
    unsigned started = 0;
    struct sweep sweep = {.corpus = corpus,
                          .jobs = jobs,
                          .count = count,
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .done = done,
                          .context = context};
    while (started + 1 < threads && started < THREADS_MAX &&
           pthread_create(&workers[started], NULL, sweep_work, &sweep) == 0)
        started++;
    sweep_work(&sweep);
    for (unsigned i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
    pthread_mutex_destroy(&sweep.lock);
}
