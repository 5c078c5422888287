/* handler.c - the core that all variants share: a request in, a reply out. */
#include "handler.h"

#include "random.h"
#include "recent_records.h"
#include "request_target.h"
#include "shards.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_LINE_BYTES  64
#define SHARDS_PER_THREAD 4
#define RANDOM_ID_BYTES   64

/* One thread's part. Only its counters are read by others. */
struct worker {
    struct handler *handler;
    struct origin *origin;
    uint64_t random_state;
    struct fetch *first_due, *last_due;
    atomic_uint_least64_t requests, connections, connections_ever;
    char apart[CACHE_LINE_BYTES]; /* from the next worker's counters */
};

struct handler {
    struct memory_zone *zone; /* of everything but the caches */
    struct shards *shards;
    struct policy_hooks *hooks;
    struct recent_records_setup sessions;
    struct fetches **fetches; /* one for each shard */
    struct handler_setup setup;
    struct handler_callbacks around;
    struct reference_walk *walk; /* NULL: nobody walks */
    struct reference_walk_setup walk_setup;
    bool walk_given_up;
    struct worker *workers; /* setup.threads of them */
};

static bool workers_open(struct handler *handler, struct error *error)
{
    const struct handler_setup *setup = &handler->setup;
    for (unsigned i = 0; i < setup->threads; i++) {
        struct worker *worker = &handler->workers[i];
        worker->handler = handler;
        worker->random_state = setup->cache.seed + ((uint64_t)i << 32);
        worker->origin = origin_open(setup->origin, setup->cache.seed, handler->zone, error);
        if (worker->origin == NULL)
            return false;
    }
    return true;
}

struct handler *handler_create(const struct handler_setup *setup, struct error *error)
{
    struct memory_zone *zone = memory_zone_create();
    struct handler *handler = memory_alloc_zeroed(zone, sizeof *handler);
    size_t wanted = setup->threads > 1 ? SHARDS_PER_THREAD * setup->threads : 1;
    handler->zone = zone;
    handler->setup = *setup;
    handler->shards = shards_create(&setup->cache, wanted);
    handler->hooks = policy_hooks_create(setup->cache.policy, handler->shards, zone);
    handler->sessions = (struct recent_records_setup){.shards = handler->shards,
                                                      .hooks = handler->hooks,
                                                      .zone = zone,
                                                      .records = setup->session_records};
    handler->fetches = memory_alloc(zone, shards_count(handler->shards) * sizeof(struct fetches *));
    for (size_t i = 0; i < shards_count(handler->shards); i++)
        handler->fetches[i] = fetches_create(zone);
    handler->workers = memory_alloc_zeroed(zone, setup->threads * sizeof(struct worker));
    if (workers_open(handler, error))
        return handler;
    handler_destroy(handler);
    return NULL;
}

void handler_destroy(struct handler *handler)
{
    struct memory_zone *zone = handler->zone;
    if (handler->walk)
        reference_walk_destroy(handler->walk);
    for (unsigned i = 0; i < handler->setup.threads; i++)
        if (handler->workers[i].origin)
            origin_close(handler->workers[i].origin);
    for (size_t i = 0; i < shards_count(handler->shards); i++)
        fetches_destroy(handler->fetches[i]);
    policy_hooks_destroy(handler->hooks);
    shards_destroy(handler->shards);
    memory_free(handler->fetches);
    memory_free(handler->workers);
    memory_free(handler);
    memory_zone_destroy(zone);
}

/* A walk that was given up, once no thread is at it any more. */
static void walk_clear(struct handler *handler)
{
    const struct handler_callbacks *around = &handler->around;
    if (!handler->walk_given_up || (around->roots_rest && !around->roots_rest(around->context)))
        return;
    reference_walk_destroy(handler->walk);
    handler->walk = NULL;
    handler->walk_given_up = false;
}

void handler_tick(struct handler *handler, uint64_t now_ns)
{
    shards_tick(handler->shards, now_ns);
    walk_clear(handler);
    if (handler->setup.recorder)
        recorder_tick(handler->setup.recorder, now_ns);
    memory_decay();
}

struct shards *handler_shards(struct handler *handler)
{
    return handler->shards;
}

const struct handler_setup *handler_settings(const struct handler *handler)
{
    return &handler->setup;
}

struct worker *handler_worker(struct handler *handler, unsigned index)
{
    return &handler->workers[index];
}

/* A counter that only its own thread advances. */
static void counter_advance(atomic_uint_least64_t *counter)
{
    uint64_t count = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, count + 1, memory_order_relaxed);
}

struct recent_records *worker_connect(struct worker *worker)
{
    struct handler *handler = worker->handler;
    atomic_fetch_add_explicit(&worker->connections, 1, memory_order_relaxed);
    counter_advance(&worker->connections_ever);
    return recent_records_create(&handler->sessions);
}

void worker_disconnect(struct worker *worker, struct recent_records *recent)
{
    atomic_fetch_sub_explicit(&worker->connections, 1, memory_order_relaxed);
    recent_records_destroy(recent);
}

static uint64_t figure_of(uint64_t limit)
{
    return limit == 0 ? FIGURE_NONE : limit;
}

void handler_read(struct handler *handler, uint64_t now_ns, struct figures *figures)
{
    const struct handler_setup *setup = &handler->setup;
    const struct cache_setup *cache = &setup->cache;
    *figures = (struct figures){
        .policy = cache->policy->name,
        .summary = cache->policy->summary,
        .version = setup->version,
        .pid = (uint64_t)getpid(),
        .uptime_ns = now_ns - setup->now_ns,
        .threads = setup->threads,
        .ttl_ns = figure_of(cache->ttl_ns),
        .session_records = figure_of(setup->session_records),
    };
    shards_capacity(handler->shards, &figures->capacity_entries, &figures->capacity_bytes);
    figures->capacity_entries = figure_of(figures->capacity_entries);
    figures->capacity_bytes = figure_of(figures->capacity_bytes);
    for (unsigned i = 0; i < setup->threads; i++) {
        struct worker *worker = &handler->workers[i];
        figures->requests += atomic_load_explicit(&worker->requests, memory_order_relaxed);
        figures->connections += atomic_load_explicit(&worker->connections, memory_order_relaxed);
    }
    shards_read(handler->shards, &figures->cache, &figures->zones, &figures->records);
    memory_recall(&figures->memory);
}

/* What lives. */

static void sessions_census(const struct handler *handler, struct census *census)
{
    struct census_row row = {.container = "main.sessions", .type = "session"};
    for (unsigned i = 0; i < handler->setup.threads; i++) {
        const struct worker *worker = &handler->workers[i];
        row.live += atomic_load_explicit(&worker->connections, memory_order_relaxed);
        row.total += atomic_load_explicit(&worker->connections_ever, memory_order_relaxed);
    }
    row.live_bytes = row.live * recent_records_bytes(&handler->sessions);
    row.total_bytes = row.total * recent_records_bytes(&handler->sessions);
    census_add(census, &row);
}

static void fetches_census(struct handler *handler, struct census *census)
{
    struct fetches_counts counts = {0};
    for (size_t i = 0; i < shards_count(handler->shards); i++) {
        shards_enter(handler->shards, i);
        fetches_count(handler->fetches[i], &counts);
        shards_leave(handler->shards, i);
    }
    census_add(census, &(struct census_row){"main.fetches", "fetch", counts.live, counts.live_bytes,
                                            counts.total, counts.total_bytes});
}

/* What the handler's zone holds beside what has a row of its own. */
static void rest_census(struct handler *handler, struct census *census)
{
    static const char *const known[] = {"main.sessions", "main.fetches", POLICY_HOOKS_CONTAINER};
    struct memory_zone_figures zone;
    memory_zone_read(handler->zone, &zone);
    uint64_t bytes = zone.allocated_bytes;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint64_t part = census_bytes(census, known[i]);
        bytes -= part < bytes ? part : bytes;
    }
    census_add(census, &(struct census_row){"main.service", "other", 1, bytes, 1, bytes});
}

/* All that the process has allocated beside what has a row. */
static void process_census(struct census *census)
{
    struct memory_figures memory;
    memory_recall(&memory);
    uint64_t known = census_bytes(census, "");
    uint64_t rest = memory.allocated_bytes > known ? memory.allocated_bytes - known : 0;
    census_add(census, &(struct census_row){"process", "other", 1, rest, 1, rest});
}

void handler_census(struct handler *handler, struct census *census, uint64_t now_ns)
{
    uint64_t sample_bytes = live_sample_bytes(shards_live_sample(handler->shards));
    *census = (struct census){.time_ns = now_ns};
    shards_census(handler->shards, census);
    sessions_census(handler, census);
    fetches_census(handler, census);
    policy_hooks_census(handler->hooks, census);
    rest_census(handler, census);
    census_add(census,
               &(struct census_row){"main.sample", "sample", 1, sample_bytes, 1, sample_bytes});
    if (handler->around.census)
        handler->around.census(handler->around.context, census);
    process_census(census);
}

void handler_set_callbacks(struct handler *handler, const struct handler_callbacks *around)
{
    handler->around = *around;
}

/* Who holds it. */

struct reference_walk *handler_walk(struct handler *handler, struct record *record)
{
    walk_clear(handler);
    if (handler->walk) {
        if (record)
            shards_drop(handler->shards, record);
        return NULL;
    }
    handler->walk_setup = (struct reference_walk_setup){.shards = handler->shards,
                                                        .hooks = handler->hooks,
                                                        .zone = handler->zone,
                                                        .roots = handler->around.roots,
                                                        .context = handler->around.context};
    return handler->walk = reference_walk_create(&handler->walk_setup, record);
}

void handler_walk_end(struct handler *handler)
{
    handler->walk_given_up = handler->walk != NULL;
    walk_clear(handler);
}

struct sought {
    struct span key;
    struct record *record;
};

static void sought_compare(void *context, void *object)
{
    struct sought *sought = context;
    struct span key = record_key(object);
    if (sought->record == NULL && key.count == sought->key.count &&
        memcmp(key.bytes, sought->key.bytes, key.count) == 0 && record_hold_if_alive(object))
        sought->record = object;
}

struct record *handler_find(struct handler *handler, struct span key)
{
    struct sought sought = {.key = key};
    uint64_t hash = cache_hash(key);
    size_t index = shards_index(handler->shards, hash);
    sought.record = cache_peek(shards_enter(handler->shards, index), key, hash);
    shards_leave(handler->shards, index);
    for (size_t from = 0; sought.record == NULL;) {
        from =
            live_sample_visit(shards_live_sample(handler->shards), from, sought_compare, &sought);
        if (from == 0)
            break;
    }
    return sought.record;
}

/* Users. */

/* Of everyone who is going to be answered with a record, in the order of the answers. */
static void answer_note(struct handler *handler, struct span id, const struct record *record,
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
        reply_complain(reply, answer == ORIGIN_NOBODY ? NO_USER : ORIGIN_BROKEN);
        reply->cache = cache;
    }
}

/* Queues the fetch behind the others of this thread; all take equally long. */
static void fetch_queue(struct worker *worker, struct fetch *fetch, uint64_t due_ns)
{
    fetch->due_ns = due_ns;
    if (worker->first_due)
        worker->last_due->next_due = fetch;
    else
        worker->first_due = fetch;
    worker->last_due = fetch;
}

/* Inside the id's shard. */
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

static enum origin_answer origin_ask(struct worker *worker, struct cache *cache, struct span id,
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

/* A fetch that costs nothing is done inside the shard: whoever else wants the id finds it. */
static bool user_ask(struct worker *worker, const struct request *request, struct span id,
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
        answer = origin_ask(worker, cache, id, hash, request->now_ns, &record);
    else
        shards_count_held(handler->shards, record);
    shards_leave(handler->shards, index);
    answer_note(handler, id, record, hit, request->now_ns);
    if (!wait)
        user_reply(reply, request->recent, answer, record, hit ? "hit" : "miss");
    return !wait;
}

static struct span random_id(struct worker *worker, char id[RANDOM_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < RANDOM_ID_BYTES;) {
        uint64_t bits = random_splitmix(&worker->random_state);
        for (unsigned digit = 0; digit < 16; digit++, bits >>= 4)
            id[i++] = digits[bits & 15];
    }
    return (struct span){id, RANDOM_ID_BYTES};
}

/* Requests. */

static bool span_is(struct span span, const char *text)
{
    return span.count == strlen(text) && memcmp(span.bytes, text, span.count) == 0;
}

static bool target_is_user(const struct request_target *target)
{
    return target->kind == TARGET_USER || target->kind == TARGET_RANDOM_USER ||
           target->kind == TARGET_BAD_ID;
}

static void stats_reply(struct handler *handler, uint64_t now_ns, struct reply *reply)
{
    struct figures figures;
    handler_read(handler, now_ns, &figures);
    reply_write(reply, JSON_TYPE, figures_write_json, &figures);
}

static void metrics_reply(struct handler *handler, uint64_t now_ns, struct reply *reply)
{
    struct figures figures;
    handler_read(handler, now_ns, &figures);
    reply_write(reply, METRICS_TYPE, figures_write_metrics, &figures);
}

static void text_append(void *out, const char *text)
{
    fputs(text, out);
}

static void dump_write(const void *subject, FILE *out)
{
    (void)subject;
    memory_dump(text_append, out);
}

static void jemalloc_reply(struct handler *handler, uint64_t now_ns, struct reply *reply)
{
    (void)handler, (void)now_ns;
    reply_write(reply, JSON_TYPE, dump_write, NULL);
    if (reply->body.count == 0)
        reply_complain(reply, NO_STATISTICS);
}

static void bad_id_reply(struct handler *handler, uint64_t now_ns, struct reply *reply)
{
    (void)handler, (void)now_ns;
    reply_complain(reply, BAD_ID);
}

static void no_page_reply(struct handler *handler, uint64_t now_ns, struct reply *reply)
{
    (void)handler, (void)now_ns;
    reply_complain(reply, NO_PAGE);
}

/* What is answered without a user. */
static void (*const tellers[])(struct handler *handler, uint64_t now_ns, struct reply *reply) = {
    [TARGET_NOTHING] = no_page_reply,   [TARGET_BAD_ID] = bad_id_reply,
    [TARGET_STATS] = stats_reply,       [TARGET_METRICS] = metrics_reply,
    [TARGET_JEMALLOC] = jemalloc_reply,
};

static bool target_answer(struct worker *worker, const struct request *request,
                          struct request_target *target, struct reply *reply)
{
    if (target->kind == TARGET_USER)
        return user_ask(worker, request, (struct span){target->id, target->id_count}, reply);
    if (target->kind == TARGET_RANDOM_USER)
        return user_ask(worker, request, random_id(worker, target->id), reply);
    tellers[target->kind](worker->handler, request->now_ns, reply);
    return true;
}

bool worker_request(struct worker *worker, const struct request *request, struct reply *reply)
{
    struct request_target target;
    request_target_parse(&target, request->path);
    *reply = reply_begin(span_is(request->method, "HEAD"));
    if (target_is_user(&target))
        counter_advance(&worker->requests);
    if (target.kind == TARGET_NOTHING || reply->head || span_is(request->method, "GET"))
        return target_answer(worker, request, &target, reply);
    reply_complain(reply, BAD_METHOD);
    return true;
}

void waiter_resume(struct waiter *waiter, struct recent_records *recent, struct reply *reply)
{
    *reply = reply_begin(waiter->head);
    user_reply(reply, recent, waiter->answer, waiter->record, "miss");
}

void reply_release(struct handler *handler, struct reply *reply)
{
    if (reply->record)
        shards_release(handler->shards, reply->record);
    free(reply->text);
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

/* Each gets a reference of its own. Once woken, a waiter may be gone. */
static void waiters_wake(struct handler *handler, const struct fetch *fetch,
                         enum origin_answer answer, struct record *record, uint64_t now_ns)
{
    for (struct waiter *waiter = fetch->waiters, *next; waiter; waiter = next) {
        next = waiter->next;
        answer_note(handler, fetch_id(fetch), record, false, now_ns);
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
        origin_ask(worker, cache, fetch_id(fetch), fetch->hash, now_ns, &record);
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
