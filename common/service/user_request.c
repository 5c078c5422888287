/* user_request.c - answers requests for users, from the cache or by a fetch from the origin. */
#include "handler_state.h"

#include "random.h"

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
static void fetch_queue(struct worker *worker, struct fetch *fetch, uint64_t due_ns)
{
    fetch->due_ns = due_ns;
    if (worker->first_due)
        worker->last_due->next_due = fetch;
    else
        worker->first_due = fetch;
    worker->last_due = fetch;
}

/* Call it under the lock of the id's shard. */
static void fetch_await(struct worker *worker, const struct request *request, struct span id,
                        uint64_t hash, bool head)
{
    struct handler *handler = worker->handler;
    struct fetches *fetches = handler->fetches[shards_index(handler->shards, hash)];
    struct fetch *fetch = fetches_find(fetches, id, hash);
    if (fetch == NULL) {
        fetch = fetches_begin(fetches, id, hash);
        fetch_queue(worker, fetch, request->now_ns + handler->setup.origin_cost_ns);
    }
    struct waiter *waiter = request->wait(request->context);
    waiter->head = head;
    fetch_join(fetch, waiter);
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
bool user_request(struct worker *worker, const struct request *request, struct span id,
                  struct reply *reply)
{
    struct handler *handler = worker->handler;
    uint64_t hash = cache_hash(id);
    size_t index = shards_index(handler->shards, hash);
    enum origin_answer answer = ORIGIN_FOUND;
    struct cache *cache = shards_enter(handler->shards, index);
    struct record *record = cache_get(cache, id, hash, request->now_ns);
    bool hit = record != NULL, wait = !hit && handler->setup.origin_cost_ns > 0;
    if (wait)
        fetch_await(worker, request, id, hash, reply->head);
    else if (!hit)
        answer = user_fetch(worker, cache, id, hash, request->now_ns, &record);
    else
        shards_count_held(handler->shards, record);
    shards_leave(handler->shards, index);
    answer_record(handler, id, record, hit, request->now_ns);
    if (!wait)
        user_reply(reply, request->recent, answer, record, hit ? "hit" : "miss");
    return !wait;
}

bool random_user_request(struct worker *worker, const struct request *request,
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
    user_reply(reply, recent, waiter->answer, waiter->record, "miss");
}

void waiter_release(struct handler *handler, struct waiter *waiter)
{
    if (waiter->record)
        shards_release(handler->shards, waiter->record);
}

/* Fetches that are due. */

uint64_t worker_due(const struct worker *worker)
{
    return worker->first_due ? worker->first_due->due_ns : 0;
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

static void fetch_finish(struct worker *worker, struct fetch *fetch, uint64_t now_ns)
{
    struct handler *handler = worker->handler;
    struct record *record;
    size_t index = shards_index(handler->shards, fetch->hash);
    struct cache *cache = shards_enter(handler->shards, index);
    enum origin_answer answer =
        user_fetch(worker, cache, fetch_id(fetch), fetch->hash, now_ns, &record);
    fetches_end(handler->fetches[index], fetch);
    shards_leave(handler->shards, index);
    waiters_wake(handler, fetch, answer, record, now_ns);
    if (record)
        shards_release(handler->shards, record);
    fetch_free(fetch);
}

void worker_fetch(struct worker *worker, uint64_t now_ns, bool all)
{
    while (worker->first_due && (all || worker->first_due->due_ns <= now_ns)) {
        struct fetch *fetch = worker->first_due;
        worker->first_due = fetch->next_due;
        fetch_finish(worker, fetch, now_ns);
    }
}
