/* console_main.c - C functions of main and mem: the cache, without hits or misses, and figures. */
#include "module.h"

#include "clock.h"
#include "lua_table.h"

#include <stddef.h>
#include <string.h>

#define BODY_BYTES 4096 /* of a record's body; the rest is left out */
#define SLOTS_MAX  64   /* that one call visits */
#define SLOTS_MASK ((UINT64_C(1) << SLOT_BITS) - 1)

/* A copy of a record, made inside the shard, where Lua must not allocate. */
struct snapshot {
    bool found;
    uint32_t owners;
    size_t bytes, key_count, body_count;
    char key[RECORD_KEY_BYTES_MAX], body[BODY_BYTES];
};

static struct shards *shards_of(lua_State *L)
{
    return handler_shards(module_host(L)->handler);
}

static void snapshot_take(struct snapshot *snapshot, const struct record *record)
{
    snapshot->found = record != NULL;
    if (record == NULL)
        return;
    struct span key = record_key(record), body = record_body(record);
    snapshot->owners = record_references(record);
    snapshot->bytes = record_bytes(record);
    snapshot->key_count = key.count;
    snapshot->body_count = body.count < BODY_BYTES ? body.count : BODY_BYTES;
    memcpy(snapshot->key, key.bytes, key.count);
    memcpy(snapshot->body, body.bytes, snapshot->body_count);
}

static void snapshot_push(lua_State *L, const struct snapshot *snapshot)
{
    if (!snapshot->found) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, 4);
    table_set_bytes(L, "key", snapshot->key, snapshot->key_count);
    table_set_bytes(L, "body", snapshot->body, snapshot->body_count);
    table_set_integer(L, "bytes", snapshot->bytes);
    table_set_integer(L, "owners", snapshot->owners);
}

static struct span key_check(lua_State *L, int argument)
{
    struct span key;
    key.bytes = luaL_checklstring(L, argument, &key.count);
    return key;
}

/* peek(key): the record, or nil. */
static int main_peek(lua_State *L)
{
    struct shards *shards = shards_of(L);
    struct span key = key_check(L, 1);
    struct snapshot snapshot;
    uint64_t hash = cache_hash(key);
    size_t index = shards_index(shards, hash);
    snapshot_take(&snapshot, cache_peek_borrowed(shards_enter(shards, index), key, hash));
    shards_leave(shards, index);
    snapshot_push(L, &snapshot);
    return 1;
}

/* remove(key): whether the cache contained it. */
static int main_remove(lua_State *L)
{
    struct shards *shards = shards_of(L);
    struct span key = key_check(L, 1);
    uint64_t hash = cache_hash(key);
    size_t index = shards_index(shards, hash);
    bool removed = cache_remove(shards_enter(shards, index), key, hash);
    shards_leave(shards, index);
    lua_pushboolean(L, removed);
    return 1;
}

/* A position is a shard and a slot in it. */
struct position {
    size_t shard;
    uint32_t slot;
};

static struct position position_check(lua_State *L, int argument)
{
    uint64_t number = (uint64_t)luaL_checkinteger(L, argument);
    struct position at = {(size_t)(number >> SLOT_BITS), (uint32_t)(number & SLOTS_MASK)};
    luaL_argcheck(L, at.shard < shards_count(shards_of(L)), argument,
                  "the position is outside the cache");
    return at;
}

/* Pushes nil after the last shard. */
static void position_push(lua_State *L, struct position at)
{
    if (at.slot == NO_SLOT)
        at = (struct position){at.shard + 1, 0};
    if (at.shard < shards_count(shards_of(L)))
        lua_pushinteger(L, (lua_Integer)((uint64_t)at.shard << SLOT_BITS | at.slot));
    else
        lua_pushnil(L);
}

/* walk(position): the position to continue at, or nil at the end; and the next record, or nil. */
static int main_walk(lua_State *L)
{
    struct shards *shards = shards_of(L);
    struct position at = position_check(L, 1);
    struct snapshot snapshot;
    snapshot_take(&snapshot, cache_next(shards_enter(shards, at.shard), &at.slot, SLOTS_MAX));
    shards_leave(shards, at.shard);
    position_push(L, at);
    snapshot_push(L, &snapshot);
    return 2;
}

/* at(number): the record in the slot that a random number selects, or nil if that is empty. */
static int main_at(lua_State *L)
{
    struct shards *shards = shards_of(L);
    uint64_t number = (uint64_t)luaL_checkinteger(L, 1);
    size_t index = number % shards_count(shards);
    struct snapshot snapshot;
    struct cache *cache = shards_enter(shards, index);
    uint32_t slot = (uint32_t)(number / shards_count(shards) % cache_slots_end(cache));
    snapshot_take(&snapshot, cache_next(cache, &slot, 1));
    shards_leave(shards, index);
    snapshot_push(L, &snapshot);
    return 1;
}

/* clear(position): the position to continue at, or nil at the end; and how many were removed. */
static int main_clear(lua_State *L)
{
    struct shards *shards = shards_of(L);
    struct position at = position_check(L, 1);
    uint64_t removals = cache_clear(shards_enter(shards, at.shard), &at.slot, SLOTS_MAX);
    shards_leave(shards, at.shard);
    position_push(L, at);
    lua_pushinteger(L, (lua_Integer)removals);
    return 2;
}

/* count(): the number of entries. */
static int main_count(lua_State *L)
{
    struct shards *shards = shards_of(L);
    uint64_t entries = 0;
    for (size_t i = 0; i < shards_count(shards); i++) {
        struct cache_stats stats;
        cache_stats(shards_enter(shards, i), &stats);
        shards_leave(shards, i);
        entries += stats.entries;
    }
    lua_pushinteger(L, (lua_Integer)entries);
    return 1;
}

/* resize(entries, bytes): sets the capacity; 0 is no limit. False: call it again to evict more. */
static int main_resize(lua_State *L)
{
    struct shards *shards = shards_of(L);
    const struct policy *policy = handler_settings(module_host(L)->handler)->cache.policy;
    lua_Integer entries = luaL_checkinteger(L, 1), bytes = luaL_checkinteger(L, 2);
    lua_Integer least = (lua_Integer)shards_count(shards);
    if (!(policy->limits & KEEPS_CAPACITY))
        return luaL_error(L, "policy %s has no capacity", policy->name);
    if (entries < 0 || bytes < 0 || (entries < least && bytes < least))
        return luaL_error(L, "the capacity must be at least %I, one for each shard", least);
    lua_pushboolean(L, shards_resize(shards, (uint64_t)entries, (uint64_t)bytes));
    return 1;
}

/* Figures. */

struct row {
    const char *name; /* NULL: the end */
    size_t offset;    /* of a uint64_t; FIGURE_NONE is left out */
};

#define OFFSET(field) offsetof(struct figures, field)

static const struct row cache_rows[] = {
    {"entries", OFFSET(cache.entries)},
    {"hits", OFFSET(cache.hits)},
    {"misses", OFFSET(cache.misses)},
    {"insertions", OFFSET(cache.insertions)},
    {"replacements", OFFSET(cache.replacements)},
    {"evictions", OFFSET(cache.evictions)},
    {"expirations", OFFSET(cache.expirations)},
    {"removals", OFFSET(cache.removals)},
    {"payload_bytes", OFFSET(cache.payload_bytes)},
    {"bytes", OFFSET(cache.bytes)},
    {"live_records", OFFSET(records.live_records)},
    {"held_records", OFFSET(records.held_records)},
    {"capacity_entries", OFFSET(capacity_entries)},
    {"capacity_bytes", OFFSET(capacity_bytes)},
    {"ttl_ns", OFFSET(ttl_ns)},
    {NULL, 0},
};

static const struct row server_rows[] = {
    {"pid", OFFSET(pid)},
    {"connections", OFFSET(connections)},
    {"requests", OFFSET(requests)},
    {"threads", OFFSET(threads)},
    {NULL, 0},
};

static const struct row config_rows[] = {
    {"threads", OFFSET(threads)},
    {"capacity_entries", OFFSET(capacity_entries)},
    {"capacity_bytes", OFFSET(capacity_bytes)},
    {"ttl_ns", OFFSET(ttl_ns)},
    {"session_records", OFFSET(session_records)},
    {NULL, 0},
};

static const struct row memory_rows[] = {
    {"payload_bytes", OFFSET(cache.payload_bytes)},
    {"cache_bytes", OFFSET(cache.bytes)},
    {"live_record_bytes", OFFSET(records.live_record_bytes)},
    {"zone_allocated_bytes", OFFSET(zones.allocated_bytes)},
    {"zone_resident_bytes", OFFSET(zones.resident_bytes)},
    {"allocated_bytes", OFFSET(memory.allocated_bytes)},
    {"active_bytes", OFFSET(memory.active_bytes)},
    {"metadata_bytes", OFFSET(memory.metadata_bytes)},
    {"resident_bytes", OFFSET(memory.resident_bytes)},
    {"retained_bytes", OFFSET(memory.retained_bytes)},
    {"rss_bytes", OFFSET(memory.rss_bytes)},
    {"vsz_bytes", OFFSET(memory.vsz_bytes)},
    {NULL, 0},
};

/* Reads all figures and pushes a table of those in rows. */
static void figures_push(lua_State *L, struct figures *figures, const struct row *rows)
{
    handler_read(module_host(L)->handler, clock_ns(), figures);
    lua_newtable(L);
    for (const struct row *row = rows; row->name; row++) {
        uint64_t value;
        memcpy(&value, (const char *)figures + row->offset, sizeof value);
        if (value != FIGURE_NONE)
            table_set_integer(L, row->name, value);
    }
}

static int main_stats(lua_State *L)
{
    struct figures figures;
    figures_push(L, &figures, cache_rows);
    return 1;
}

static int main_memory(lua_State *L)
{
    struct figures figures;
    figures_push(L, &figures, memory_rows);
    return 1;
}

static int main_server(lua_State *L)
{
    struct figures figures;
    figures_push(L, &figures, server_rows);
    table_set_text(L, "url", module_host(L)->url);
    lua_pushnumber(L, (double)figures.uptime_ns / (double)NS_PER_SECOND);
    lua_setfield(L, -2, "uptime_s");
    return 1;
}

static int main_config(lua_State *L)
{
    struct figures figures;
    figures_push(L, &figures, config_rows);
    table_set_text(L, "policy", figures.policy);
    table_set_text(L, "summary", figures.summary);
    table_set_text(L, "version", figures.version);
    table_set_text(L, "allocator", memory_allocator());
    table_set_integer(L, "seed", handler_settings(module_host(L)->handler)->cache.seed);
    return 1;
}

static int main_origin(lua_State *L)
{
    const struct handler_setup *setup = handler_settings(module_host(L)->handler);
    lua_newtable(L);
    table_set_text(L, "name", setup->origin);
    table_set_integer(L, "cost_ns", setup->origin_cost_ns);
    return 1;
}

/* layers(): the names of the memory figures, from the records to the whole process. */
static int main_layers(lua_State *L)
{
    lua_newtable(L);
    for (lua_Integer i = 0; memory_rows[i].name; i++) {
        lua_pushstring(L, memory_rows[i].name);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

const struct luaL_Reg console_main_functions[] = {
    {"peek", main_peek},     {"remove", main_remove}, {"walk", main_walk},
    {"at", main_at},         {"clear", main_clear},   {"count", main_count},
    {"resize", main_resize}, {"stats", main_stats},   {"server", main_server},
    {"config", main_config}, {"origin", main_origin}, {NULL, NULL},
};

const struct luaL_Reg console_memory_functions[] = {
    {"now", main_memory},
    {"layers", main_layers},
    {"count", main_count},
    {NULL, NULL},
};
