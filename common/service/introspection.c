/* introspection.c - counts what is in memory, and starts and ends reference walks. */
#include "handler_state.h"

#include <string.h>

static void sessions_census(const struct handler *handler, struct census *census)
{
    struct census_row row = {.container = "main.sessions", .type = "session"};
    for (unsigned i = 0; i < handler->setup.threads; i++) {
        const struct worker *worker = &handler->workers[i];
        row.live += atomic_load_explicit(&worker->connections, memory_order_relaxed);
        row.total += atomic_load_explicit(&worker->connections_ever, memory_order_relaxed);
    }
    row.live_bytes = row.live * recent_records_bytes(&handler->recent);
    row.total_bytes = row.total * recent_records_bytes(&handler->recent);
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

/* The rest of the handler's zone. */
static void service_census(struct handler *handler, struct census *census)
{
    static const char *const counted[] = {"main.sessions", "main.fetches", POLICY_HOOKS_CONTAINER};
    struct memory_zone_figures zone;
    memory_zone_read(handler->zone, &zone);
    uint64_t bytes = zone.allocated_bytes;
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        uint64_t part = census_bytes(census, counted[i]);
        bytes -= part < bytes ? part : bytes;
    }
    census_add(census, &(struct census_row){"main.service", "other", 1, bytes, 1, bytes});
}

/* The rest of what the process has allocated. */
static void process_census(struct census *census)
{
    struct memory_figures memory;
    memory_read_cached(&memory);
    uint64_t counted = census_bytes(census, "");
    uint64_t rest = memory.allocated_bytes > counted ? memory.allocated_bytes - counted : 0;
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
    service_census(handler, census);
    census_add(census,
               &(struct census_row){"main.sample", "sample", 1, sample_bytes, 1, sample_bytes});
    if (handler->callbacks.census)
        handler->callbacks.census(handler->callbacks.context, census);
    process_census(census);
}

void handler_set_callbacks(struct handler *handler, const struct handler_callbacks *callbacks)
{
    handler->callbacks = *callbacks;
}

/* Reference walks. */

void handler_walk_collect(struct handler *handler)
{
    const struct handler_callbacks *callbacks = &handler->callbacks;
    if (!handler->walk_ended ||
        (callbacks->roots_idle && !callbacks->roots_idle(callbacks->context)))
        return;
    reference_walk_destroy(handler->walk);
    handler->walk = NULL;
    handler->walk_ended = false;
}

struct reference_walk *handler_walk(struct handler *handler, struct record *record)
{
    handler_walk_collect(handler);
    if (handler->walk) {
        if (record)
            shards_drop(handler->shards, record);
        return NULL;
    }
    handler->walk_setup = (struct reference_walk_setup){.shards = handler->shards,
                                                        .hooks = handler->hooks,
                                                        .zone = handler->zone,
                                                        .roots = handler->callbacks.roots,
                                                        .context = handler->callbacks.context};
    return handler->walk = reference_walk_create(&handler->walk_setup, record);
}

void handler_walk_end(struct handler *handler)
{
    handler->walk_ended = handler->walk != NULL;
    handler_walk_collect(handler);
}

struct search {
    struct span key;
    struct record *record;
};

static void search_visit(void *context, void *object)
{
    struct search *search = context;
    struct span key = record_key(object);
    if (search->record == NULL && key.count == search->key.count &&
        memcmp(key.bytes, search->key.bytes, key.count) == 0 && record_hold_if_alive(object))
        search->record = object;
}

struct record *handler_find(struct handler *handler, struct span key)
{
    struct search search = {.key = key};
    struct live_sample *sample = shards_live_sample(handler->shards);
    uint64_t hash = cache_hash(key);
    size_t index = shards_index(handler->shards, hash), from = 0;
    search.record = cache_peek(shards_enter(handler->shards, index), key, hash);
    shards_leave(handler->shards, index);
    do {
        if (search.record)
            break;
        from = live_sample_visit(sample, from, search_visit, &search);
    } while (from != 0);
    return search.record;
}
