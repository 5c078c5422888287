/* user_request.c - answers requests for users, from the cache or by a fetch from the origin. */
#include "handler_state.h"

#include "random.h"

#include <stdlib.h>

/* Records a request that is answered with a record, in the order of the answers. */
static void answer_record(struct handler *handler, struct span id, const struct record *record,
                          bool hit, uint64_t now_ns)
{
    struct recorder *recorder = handler->setup.recorder;
    if (recorder && record)
        recorder_add(recorder, id, record_body(record).count, hit, now_ns);
}

static void user_reply(struct reply *reply, struct recent_records *recent,
                       enum origin_answer answer, struct record *record, const char *cache)
{
    if (answer == ORIGIN_FOUND) {
        reply_record(reply, record, cache);
        recent_records_add(recent, record);
    } else {
        reply_fail(reply, answer == ORIGIN_NOT_FOUND ? NO_USER : ORIGIN_BROKEN);
        reply->cache = cache;
    }
}

/* All fetches take equally long, so that the last one is due last. */
static void due_add(struct due_fetches *due, struct fetch *fetch, uint64_t due_ns)
{
    fetch->due_ns = due_ns;
    fetch->queue = due;
    pthread_mutex_lock(&due->lock);
    fetch->before_due = due->last;
    if (due->last)
        due->last->next_due = fetch;
    else
        due->first = fetch;
    due->last = fetch;
    pthread_mutex_unlock(&due->lock);
}

/* Call it with the queue's lock. */
static void due_remove(struct due_fetches *due, struct fetch *fetch)
{
    if (fetch->before_due)
        fetch->before_due->next_due = fetch->next_due;
    else
        due->first = fetch->next_due;
    if (fetch->next_due)
        fetch->next_due->before_due = fetch->before_due;
    else
        due->last = fetch->before_due;
}

/* Call it under the lock of the id's shard. False: too many requests wait. */
static bool fetch_await(struct worker *worker, const struct request *request, struct span id,
                        uint64_t hash, bool head)
{
    struct waiter *waiter = request->wait(request->context);
    if (waiter == NULL)
        return false;
    struct handler *handler = worker->handler;
    struct fetches *fetches = handler->fetches[shards_index(handler->shards, hash)];
    struct fetch *fetch = fetches_find(fetches, id, hash);
    if (fetch == NULL) {
        fetch = fetches_begin(fetches, id, hash);
        due_add(&worker->due, fetch, request->now_ns + handler->setup.origin_cost_ns);
    }
    waiter->head = head;
    fetch_join(fetch, waiter);
    return true;
}

/* Fetches a record and puts it into the cache. Call it under the lock of the id's shard. */
static enum origin_answer user_fetch(struct worker *worker, struct cache *cache, struct span id,
                                     uint64_t hash, uint64_t now_ns, struct record **record)
{
    struct handler *handler = worker->handler;
    struct memory_zone *zone = cache_zone(cache);
    enum origin_answer answer = origin_fetch(worker->origin, id, zone, record);
    if (answer != ORIGIN_FOUND)
        return answer;
    *record = policy_hooks_on_fetch(handler->hooks, *record, zone);
    shards_count_created(handler->shards, *record);
    cache_put(cache, *record, hash, now_ns);
    return answer;
}

/* A fetch that costs nothing is done under the lock: other threads that want the id then find it in
 * the cache. */
enum request_outcome user_request(struct worker *worker, const struct request *request,
                                  struct span id, struct reply *reply)
{
    struct handler *handler = worker->handler;
    uint64_t hash = cache_hash(id);
    size_t index = shards_index(handler->shards, hash);
    enum origin_answer answer = ORIGIN_FOUND;
    struct cache *cache = shards_enter(handler->shards, index);
    struct record *record = cache_get(cache, id, hash, request->now_ns);
    bool hit = record != NULL, wait = !hit && handler->setup.origin_cost_ns > 0, busy = false;
    if (wait)
        busy = !fetch_await(worker, request, id, hash, reply->head);
    else if (!hit)
        answer = user_fetch(worker, cache, id, hash, request->now_ns, &record);
    else
        shards_count_held(handler->shards, record);
    shards_leave(handler->shards, index);
    answer_record(handler, id, record, hit, request->now_ns);
    if (!wait)
        user_reply(reply, request->recent, answer, record, hit ? "hit" : "miss");
    else if (busy)
        reply_fail(reply, BUSY);
    return wait && !busy ? REQUEST_WAITS : REQUEST_ANSWERED;
}

enum request_outcome random_user_request(struct worker *worker, const struct request *request,
                                         char id[RANDOM_ID_BYTES], struct reply *reply)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < RANDOM_ID_BYTES;) {
        uint64_t bits = random_splitmix(&worker->random_state);
        for (unsigned digit = 0; digit < 16; digit++, bits >>= 4)
            id[i++] = digits[bits & 15];
    }
    return user_request(worker, request, (struct span){id, RANDOM_ID_BYTES}, reply);
}

void waiter_resume(struct waiter *waiter, struct recent_records *recent, struct reply *reply)
{
    *reply = reply_begin(waiter->head);
    if (waiter->is_dump)
        reply_dump(reply, waiter->text, waiter->text_bytes);
    else
        user_reply(reply, recent, waiter->answer, waiter->record, "miss");
}

void waiter_release(struct handler *handler, struct waiter *waiter)
{
    free(waiter->text);
    if (waiter->record)
        shards_release(handler->shards, waiter->record);
}

static void fetch_cancel(struct fetches *fetches, struct fetch *fetch)
{
    fetches_end(fetches, fetch);
    pthread_mutex_lock(&fetch->queue->lock);
    due_remove(fetch->queue, fetch);
    pthread_mutex_unlock(&fetch->queue->lock);
    fetch_free(fetch);
}

bool waiter_cancel(struct handler *handler, struct waiter *waiter)
{
    size_t index = shards_index(handler->shards, waiter->hash);
    shards_enter(handler->shards, index);
    struct fetch *fetch = waiter->fetch;
    if (fetch && fetch_leave(waiter))
        fetch_cancel(handler->fetches[index], fetch);
    shards_leave(handler->shards, index);
    return fetch != NULL;
}

/* Fetches that are due. */

uint64_t worker_due(struct worker *worker)
{
    pthread_mutex_lock(&worker->due.lock);
    uint64_t due_ns = worker->due.first ? worker->due.first->due_ns : 0;
    pthread_mutex_unlock(&worker->due.lock);
    return due_ns;
}

/* Gives each waiter a reference of its own. A waiter may be freed as soon as it is woken. */
static void waiters_wake(struct handler *handler, const struct fetch *fetch,
                         enum origin_answer answer, struct record *record, uint64_t now_ns)
{
    for (struct waiter *waiter = fetch->waiters, *next; waiter; waiter = next) {
        next = waiter->next;
        answer_record(handler, fetch_id(fetch), record, false, now_ns);
        waiter->answer = answer;
        waiter->record = record;
        if (record)
            shards_hold(handler->shards, record);
        waiter->wake(waiter);
    }
}

/* Returns whether the first fetch is due, and its hash. */
static bool due_peek(struct due_fetches *due, uint64_t now_ns, bool all, uint64_t *hash)
{
    pthread_mutex_lock(&due->lock);
    const struct fetch *first = due->first;
    bool is_due = first && (all || first->due_ns <= now_ns);
    *hash = is_due ? first->hash : 0;
    pthread_mutex_unlock(&due->lock);
    return is_due;
}

/* Takes the first fetch out. NULL: another thread has taken it out, and the first one is of another
 * shard than the hash's. Call it under the lock of that shard. */
static struct fetch *due_take(struct due_fetches *due, uint64_t hash)
{
    pthread_mutex_lock(&due->lock);
    struct fetch *first = due->first;
    if (first && first->hash == hash)
        due_remove(due, first);
    else
        first = NULL;
    pthread_mutex_unlock(&due->lock);
    return first;
}

static void fetch_finish(struct worker *worker, uint64_t hash, uint64_t now_ns)
{
    struct handler *handler = worker->handler;
    struct record *record = NULL;
    enum origin_answer answer = ORIGIN_FAILED;
    size_t index = shards_index(handler->shards, hash);
    struct cache *cache = shards_enter(handler->shards, index);
    struct fetch *fetch = due_take(&worker->due, hash);
    if (fetch) {
        answer = user_fetch(worker, cache, fetch_id(fetch), hash, now_ns, &record);
        fetches_end(handler->fetches[index], fetch);
    }
    shards_leave(handler->shards, index);
    if (fetch == NULL)
        return;
    waiters_wake(handler, fetch, answer, record, now_ns);
    if (record)
        shards_release(handler->shards, record);
    fetch_free(fetch);
}

void worker_fetch(struct worker *worker, uint64_t now_ns, bool all)
{
    uint64_t hash;
    for (int i = 0; i < WORKER_FETCHES && due_peek(&worker->due, now_ns, all, &hash); i++)
        fetch_finish(worker, hash, now_ns);
}
