/* handler.c - creates the parts of a service and passes each request to its endpoint. */
#include "handler_state.h"

#include "request_target.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARDS_PER_THREAD 4

static bool workers_open(struct handler *handler, struct error *error)
{
    const struct handler_setup *setup = &handler->setup;
    for (unsigned i = 0; i < setup->threads; i++) {
        struct worker *worker = &handler->workers[i];
        worker->handler = handler;
        worker->random_state = setup->cache.seed + ((uint64_t)i << 32);
        pthread_mutex_init(&worker->due.lock, NULL);
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
    size_t shards = setup->threads > 1 ? SHARDS_PER_THREAD * setup->threads : 1;
    handler->zone = zone;
    handler->setup = *setup;
    handler->shards = shards_create(&setup->cache, shards);
    handler->hooks = policy_hooks_create(setup->cache.policy, handler->shards, zone);
    handler->recent = (struct recent_records_setup){.shards = handler->shards,
                                                    .hooks = handler->hooks,
                                                    .zone = zone,
                                                    .records = setup->session_records};
    handler->fetches = memory_alloc(zone, shards_count(handler->shards) * sizeof(struct fetches *));
    for (size_t i = 0; i < shards_count(handler->shards); i++)
        handler->fetches[i] = fetches_create(zone);
    handler->dumps = dump_maker_create();
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
    for (unsigned i = 0; i < handler->setup.threads; i++) {
        if (handler->workers[i].origin)
            origin_close(handler->workers[i].origin);
        pthread_mutex_destroy(&handler->workers[i].due.lock);
    }
    for (size_t i = 0; i < shards_count(handler->shards); i++)
        fetches_destroy(handler->fetches[i]);
    dump_maker_destroy(handler->dumps);
    policy_hooks_destroy(handler->hooks);
    shards_destroy(handler->shards);
    memory_free(handler->fetches);
    memory_free(handler->workers);
    memory_free(handler);
    memory_zone_destroy(zone);
}

void handler_settle(struct handler *handler)
{
    dump_maker_settle(handler->dumps);
}

void handler_tick(struct handler *handler, uint64_t now_ns)
{
    shards_tick(handler->shards, now_ns);
    handler_walk_collect(handler);
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

struct recent_records *worker_connect(struct worker *worker)
{
    atomic_fetch_add_explicit(&worker->connections, 1, memory_order_relaxed);
    counter_advance(&worker->connections_ever);
    return recent_records_create(&worker->handler->recent);
}

void worker_disconnect(struct worker *worker, struct recent_records *recent)
{
    atomic_fetch_sub_explicit(&worker->connections, 1, memory_order_relaxed);
    recent_records_destroy(recent);
}

static uint64_t limit_figure(uint64_t limit)
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
        .ttl_ns = limit_figure(cache->ttl_ns),
        .session_records = limit_figure(setup->session_records),
    };
    shards_capacity(handler->shards, &figures->capacity_entries, &figures->capacity_bytes);
    figures->capacity_entries = limit_figure(figures->capacity_entries);
    figures->capacity_bytes = limit_figure(figures->capacity_bytes);
    for (unsigned i = 0; i < setup->threads; i++) {
        struct worker *worker = &handler->workers[i];
        figures->requests += atomic_load_explicit(&worker->requests, memory_order_relaxed);
        figures->connections += atomic_load_explicit(&worker->connections, memory_order_relaxed);
    }
    shards_read(handler->shards, &figures->cache, &figures->zones, &figures->records);
    memory_read_cached(&figures->memory);
}

/* Endpoints. */

static void figures_reply(struct handler *handler, uint64_t now_ns, struct reply *reply,
                          const char *type, void (*write)(const void *subject, FILE *out))
{
    struct figures figures;
    handler_read(handler, now_ns, &figures);
    reply_write(reply, type, write, &figures);
}

static enum request_outcome dump_request(struct handler *handler, const struct request *request,
                                         struct reply *reply)
{
    struct waiter *waiter = NULL;
    if (dump_maker_claim(handler->dumps)) {
        waiter = request->wait(request->context);
        if (waiter == NULL)
            dump_maker_abandon(handler->dumps);
    }
    if (waiter == NULL) {
        reply_fail(reply, BUSY);
        return REQUEST_ANSWERED;
    }
    waiter->is_dump = true;
    waiter->head = reply->head;
    dump_maker_run(handler->dumps, waiter);
    return REQUEST_WAITS;
}

static bool target_is_costly(const struct request_target *target)
{
    return target->kind == TARGET_STATS || target->kind == TARGET_METRICS ||
           target->kind == TARGET_JEMALLOC;
}

static enum request_outcome target_answer(struct worker *worker, const struct request *request,
                                          struct request_target *target, struct reply *reply)
{
    struct handler *handler = worker->handler;
    if (request->defer && target_is_costly(target))
        return REQUEST_DEFERRED;
    switch (target->kind) {
    case TARGET_USER:
        return user_request(worker, request, (struct span){target->id, target->id_count}, reply);
    case TARGET_RANDOM_USER:
        return random_user_request(worker, request, target->id, reply);
    case TARGET_STATS:
        figures_reply(handler, request->now_ns, reply, JSON_TYPE, figures_write_json);
        break;
    case TARGET_METRICS:
        figures_reply(handler, request->now_ns, reply, METRICS_TYPE, figures_write_metrics);
        break;
    case TARGET_JEMALLOC:
        return dump_request(handler, request, reply);
    case TARGET_BAD_ID:
        reply_fail(reply, BAD_ID);
        break;
    case TARGET_NONE:
        reply_fail(reply, NO_PAGE);
        break;
    }
    return REQUEST_ANSWERED;
}

static bool span_equals(struct span span, const char *text)
{
    return span.count == strlen(text) && memcmp(span.bytes, text, span.count) == 0;
}

static bool target_is_user(const struct request_target *target)
{
    return target->kind == TARGET_USER || target->kind == TARGET_RANDOM_USER ||
           target->kind == TARGET_BAD_ID;
}

enum request_outcome worker_request(struct worker *worker, const struct request *request,
                                    struct reply *reply)
{
    struct request_target target;
    request_target_parse(&target, request->path);
    *reply = reply_begin(span_equals(request->method, "HEAD"));
    if (target_is_user(&target))
        counter_advance(&worker->requests);
    if (target.kind == TARGET_NONE || reply->head || span_equals(request->method, "GET"))
        return target_answer(worker, request, &target, reply);
    reply_fail(reply, BAD_METHOD);
    return REQUEST_ANSWERED;
}

void reply_release(struct handler *handler, struct reply *reply)
{
    if (reply->record)
        shards_release(handler->shards, reply->record);
    free(reply->text);
}
