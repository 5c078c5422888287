/* console_heap.c - C functions of heap: a census, and walks that find what refers to what. */
#include "clock.h"
#include "interpreter.h"
#include "lua_table.h"
#include "module.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

static void row_push(lua_State *L, const struct census_row *row)
{
    lua_createtable(L, 0, 6);
    table_set_text(L, "container", row->container);
    table_set_text(L, "type", row->type);
    table_set_integer(L, "live", row->live);
    table_set_integer(L, "live_bytes", row->live_bytes);
    table_set_integer(L, "total", row->total);
    table_set_integer(L, "total_bytes", row->total_bytes);
}

/* Shows this client's Lua in a row of its own, because its objects are not the server's. */
static void census_take(lua_State *L, struct census *census)
{
    uint64_t bytes = (uint64_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (uint64_t)lua_gc(L, LUA_GCCOUNTB);
    handler_census(module_host(L)->handler, census, clock_ns());
    for (size_t i = 0; i < census->count; i++) {
        struct census_row *row = &census->rows[i];
        if (strcmp(row->container, "process") == 0 && row->live_bytes >= bytes)
            row->live_bytes = row->total_bytes -= bytes;
    }
    census_add(census, &(struct census_row){"main.console", "this client", 1, bytes, 1, bytes});
}

static void census_push(lua_State *L)
{
    struct census census;
    census_take(L, &census);
    lua_createtable(L, (int)census.count, 0);
    for (size_t i = 0; i < census.count; i++) {
        row_push(L, &census.rows[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* census(): a list of rows, one for each type of object in each container. */
static int heap_census(lua_State *L)
{
    census_push(L);
    return 1;
}

static void text_release(const struct module_host *host, void *text)
{
    free(text);
}

/* snapshot(): at one moment, the monotonic time in ns, all figures as JSON, and the census. */
static int heap_snapshot(lua_State *L)
{
    char *text = NULL;
    size_t count = 0;
    struct figures figures;
    uint64_t now_ns = clock_ns();
    lua_pushinteger(L, (lua_Integer)now_ns);
    handler_read(module_host(L)->handler, now_ns, &figures);
    FILE *out = xmemstream(&text, &count);
    figures_write_json(&figures, out);
    fclose(out);
    interpreter_hold(interpreter_of(L), text, text_release); /* pushing may raise an error */
    lua_pushlstring(L, text, count);
    interpreter_release(interpreter_of(L));
    census_push(L);
    return 3;
}

/* Walks. */

static void walk_release(const struct module_host *host, void *walk)
{
    (void)walk; /* the handler has one at a time */
    handler_walk_end(host->handler);
}

/* begin_walk(key): starts a walk about the record of that key, or about all records. Returns true,
 * or false and "nothing" (there is no such record) or "busy" (another client walks). The statement
 * holds the walk until end_walk() or until it ends itself. */
static int heap_begin(lua_State *L)
{
    struct handler *handler = module_host(L)->handler;
    bool one = !lua_isnoneornil(L, 1);
    struct span key = {0};
    if (one)
        key.bytes = luaL_checklstring(L, 1, &key.count);
    interpreter_release(interpreter_of(L));
    struct record *record = one ? handler_find(handler, key) : NULL;
    struct reference_walk *walk = !one || record ? handler_walk(handler, record) : NULL;
    if (walk)
        interpreter_hold(interpreter_of(L), walk, walk_release);
    lua_pushboolean(L, walk != NULL);
    lua_pushstring(L, one && !record ? "nothing" : "busy");
    return 2;
}

/* end_walk() */
static int heap_end(lua_State *L)
{
    interpreter_release(interpreter_of(L));
    return 0;
}

static struct reference_walk *walk_of(lua_State *L)
{
    struct reference_walk *walk = interpreter_resource(interpreter_of(L));
    if (walk == NULL)
        luaL_error(L, "this walk has ended");
    return walk;
}

/* advance(): one step of the walk: "continues", "waiting" (for other threads) or "done". */
static int heap_advance(lua_State *L)
{
    static const char *const names[] = {
        [WALK_CONTINUES] = "continues", [WALK_WAITING] = "waiting", [WALK_DONE] = "done"};
    lua_pushstring(L, names[reference_walk_step(walk_of(L))]);
    return 1;
}

static void reference_push(lua_State *L, const struct reference_path *path)
{
    lua_createtable(L, (int)path->count, 2);
    for (unsigned i = 0; i < path->count; i++) {
        lua_pushstring(L, path->steps[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    table_set_flag(L, "lost", path->unreachable);
    table_set_flag(L, "owns", path->owns);
}

/* holders(): what refers to the record that the walk was about. */
static int heap_holders(lua_State *L)
{
    const struct record_holders *holders = reference_walk_holders(walk_of(L));
    lua_createtable(L, (int)holders->count, 4);
    for (uint32_t i = 0; i < holders->count; i++) {
        reference_push(L, &holders->paths[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    table_set_text(L, "record", holders->label);
    table_set_integer(L, "bytes", holders->bytes);
    table_set_integer(L, "references", holders->references);
    table_set_integer(L, "found", holders->found);
    return 1;
}

static void example_push(lua_State *L, const struct unreachable_record *example)
{
    lua_createtable(L, 0, 5);
    table_set_bytes(L, "key", example->key, example->key_bytes);
    table_set_text(L, "record", example->label);
    table_set_integer(L, "bytes", example->bytes);
    table_set_integer(L, "references", example->references);
    if (example->holder.count > 0) {
        reference_push(L, &example->holder);
        lua_setfield(L, -2, "holder");
    }
    if (example->cycle.count > 0) {
        reference_push(L, &example->cycle);
        lua_setfield(L, -2, "cycle");
    }
}

static void kinds_push(lua_State *L, const struct unreachable *unreachable)
{
    lua_createtable(L, (int)unreachable->kind_count, 0);
    for (size_t i = 0; i < unreachable->kind_count; i++) {
        lua_createtable(L, 0, 4);
        table_set_text(L, "type", unreachable->kinds[i].name);
        table_set_integer(L, "count", unreachable->kinds[i].count);
        table_set_integer(L, "bytes", unreachable->kinds[i].bytes);
        table_set_integer(L, "live", unreachable->kinds[i].live);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "kinds");
}

/* unreachable(): the objects that no root reaches. */
static int heap_unreachable(lua_State *L)
{
    const struct unreachable *unreachable = reference_walk_unreachable(walk_of(L));
    lua_createtable(L, 0, 6);
    table_set_integer(L, "sampled", unreachable->sampled);
    table_set_integer(L, "share", unreachable->interval);
    table_set_integer(L, "records", unreachable->records);
    table_set_integer(L, "record_bytes", unreachable->record_bytes);
    kinds_push(L, unreachable);
    reference_push(L, &unreachable->held);
    lua_setfield(L, -2, "held");
    lua_createtable(L, (int)unreachable->example_count, 0);
    for (size_t i = 0; i < unreachable->example_count; i++) {
        example_push(L, &unreachable->examples[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "examples");
    return 1;
}

const struct luaL_Reg console_heap_functions[] = {
    {"census", heap_census},    {"snapshot", heap_snapshot},
    {"begin_walk", heap_begin}, {"advance", heap_advance},
    {"holders", heap_holders},  {"unreachable", heap_unreachable},
    {"end_walk", heap_end},     {NULL, NULL},
};
