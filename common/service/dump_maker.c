/* dump_maker.c - a thread that waits for a waiter, writes the dump into it, and wakes it. */
#include "dump_maker.h"

#include "memory.h"
#include "xmalloc.h"

#include <pthread.h>
#include <stdlib.h>

struct dump_maker {
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    pthread_t thread;
    bool started, ending, claimed, waking;
    struct waiter *waiter; /* to be woken with a dump; NULL: the thread has it, or there is none */
};

struct dump_maker *dump_maker_create(void)
{
    struct dump_maker *maker = xcalloc(1, sizeof *maker);
    pthread_mutex_init(&maker->lock, NULL);
    pthread_cond_init(&maker->changed, NULL);
    return maker;
}

void dump_maker_destroy(struct dump_maker *maker)
{
    pthread_mutex_lock(&maker->lock);
    bool started = maker->started;
    maker->ending = true;
    pthread_cond_broadcast(&maker->changed);
    pthread_mutex_unlock(&maker->lock);
    if (started)
        pthread_join(maker->thread, NULL);
    pthread_cond_destroy(&maker->changed);
    pthread_mutex_destroy(&maker->lock);
    free(maker);
}

static bool claimed_set(struct dump_maker *maker, bool claimed)
{
    pthread_mutex_lock(&maker->lock);
    bool before = maker->claimed;
    maker->claimed = claimed;
    pthread_mutex_unlock(&maker->lock);
    return before;
}

bool dump_maker_claim(struct dump_maker *maker)
{
    return !claimed_set(maker, true);
}

void dump_maker_abandon(struct dump_maker *maker)
{
    claimed_set(maker, false);
}

static void waking_set(struct dump_maker *maker, bool waking)
{
    pthread_mutex_lock(&maker->lock);
    maker->claimed &= !waking;
    maker->waking = waking;
    pthread_cond_broadcast(&maker->changed);
    pthread_mutex_unlock(&maker->lock);
}

void dump_maker_settle(struct dump_maker *maker)
{
    pthread_mutex_lock(&maker->lock);
    while (maker->waking)
        pthread_cond_wait(&maker->changed, &maker->lock);
    pthread_mutex_unlock(&maker->lock);
}

/* The waiter may be freed as soon as it is woken, and its client may then ask for the next dump. */
static void dump_make(struct dump_maker *maker, struct waiter *waiter)
{
    FILE *out = xmemstream(&waiter->text, &waiter->text_bytes);
    memory_dump(out);
    fclose(out);
    waking_set(maker, true);
    waiter->wake(waiter);
    waking_set(maker, false);
}

/* Waits for the next waiter. NULL: the end. */
static struct waiter *waiter_take(struct dump_maker *maker)
{
    pthread_mutex_lock(&maker->lock);
    while (maker->waiter == NULL && !maker->ending)
        pthread_cond_wait(&maker->changed, &maker->lock);
    struct waiter *waiter = maker->waiter;
    maker->waiter = NULL;
    pthread_mutex_unlock(&maker->lock);
    return waiter;
}

static void *thread_run(void *context)
{
    struct dump_maker *maker = context;
    for (struct waiter *waiter; (waiter = waiter_take(maker));)
        dump_make(maker, waiter);
    return NULL;
}

void dump_maker_run(struct dump_maker *maker, struct waiter *waiter)
{
    pthread_mutex_lock(&maker->lock);
    if (!maker->started)
        maker->started = pthread_create(&maker->thread, NULL, thread_run, maker) == 0;
    bool started = maker->started;
    if (started)
        maker->waiter = waiter;
    pthread_cond_broadcast(&maker->changed);
    pthread_mutex_unlock(&maker->lock);
    if (!started)
        dump_make(maker, waiter);
}
