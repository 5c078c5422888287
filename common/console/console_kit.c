/* console_kit.c - the steps of the kit: what the console's own Lua cannot do by itself. */
#include "interpreter.h"
#include "json_text.h"
#include "pattern.h"
#include "units.h"

#include <stdbool.h>
#include <string.h>

#define SLEEP_MOST_S 3600

/* write(text) */
static int kit_write(lua_State *L)
{
    size_t count;
    const char *bytes = luaL_checklstring(L, 1, &count);
    if (interpreter_write(interpreter_of(L), bytes, count))
        return 0;
    if (!lua_isyieldable(L))
        return luaL_error(L, "no more can be written here: the client has to read first");
    return lua_yield(L, 0);
}

static uint64_t seconds_check(lua_State *L, int argument)
{
    double seconds = luaL_checknumber(L, argument);
    luaL_argcheck(L, seconds >= 0 && seconds <= SLEEP_MOST_S, argument,
                  "seconds must be from 0 to 3600");
    return (uint64_t)(seconds * (double)NS_PER_SECOND);
}

/* sleep(seconds) */
static int kit_sleep(lua_State *L)
{
    uint64_t ns = seconds_check(L, 1);
    if (!lua_isyieldable(L))
        return luaL_error(L, "cannot sleep here: this was called back from C");
    interpreter_sleep(interpreter_of(L), ns);
    return lua_yield(L, 0);
}

/* extend(seconds) */
static int kit_extend(lua_State *L)
{
    interpreter_extend(interpreter_of(L), seconds_check(L, 1));
    return 0;
}

/* quote(text): as JSON has it. */
static int kit_quote(lua_State *L)
{
    struct span text;
    luaL_Buffer buffer;
    text.bytes = luaL_checklstring(L, 1, &text.count);
    char *at = luaL_buffinitsize(L, &buffer, JSON_ROOM(text.count) + 2);
    char *end = at;
    *end++ = '"';
    end = json_put(end, text);
    *end++ = '"';
    luaL_pushresultsize(&buffer, (size_t)(end - at));
    return 1;
}

/* plain(value): a table without a metatable. */
static int kit_plain(lua_State *L)
{
    bool plain = lua_istable(L, 1) && !lua_getmetatable(L, 1);
    lua_pushboolean(L, plain);
    return 1;
}

/* metatable(value): the real one. */
static int kit_metatable(lua_State *L)
{
    luaL_checkany(L, 1);
    return lua_getmetatable(L, 1);
}

/* Texts. */

static size_t position_check(lua_State *L, int argument, size_t count)
{
    lua_Integer at = luaL_optinteger(L, argument, 1);
    if (at > 0)
        return (size_t)at - 1;
    size_t back = 0 - (size_t)at;
    return at < 0 && back < count ? count - back : 0;
}

static int range_push(lua_State *L, size_t from, size_t to)
{
    lua_pushinteger(L, (lua_Integer)from + 1);
    lua_pushinteger(L, (lua_Integer)to);
    return 2;
}

static int find_plain(lua_State *L, struct span text, struct span what, size_t from)
{
    const char *found = memmem(text.bytes + from, text.count - from, what.bytes, what.count);
    if (found == NULL)
        return 0;
    size_t at = (size_t)(found - text.bytes);
    return range_push(L, at, at + what.count);
}

static int match_push(lua_State *L, struct span text, const struct pattern_match *match)
{
    int results = range_push(L, match->from, match->to);
    luaL_checkstack(L, PATTERN_CAPTURES, NULL);
    for (unsigned i = 0; i < match->capture_count; i++)
        if (match->captures[i].count == PATTERN_HERE)
            lua_pushinteger(L, (lua_Integer)match->captures[i].from + 1);
        else
            lua_pushlstring(L, text.bytes + match->captures[i].from, match->captures[i].count);
    return results + (int)match->capture_count;
}

/* find(text, pattern, from, plain): as string.find, or false and from where to go on. */
static int kit_find(lua_State *L)
{
    struct span text, pattern;
    struct pattern_match match;
    const char *error = NULL;
    text.bytes = luaL_checklstring(L, 1, &text.count);
    pattern.bytes = luaL_checklstring(L, 2, &pattern.count);
    size_t from = position_check(L, 3, text.count);
    if (from > text.count)
        return 0;
    if (lua_toboolean(L, 4))
        return find_plain(L, text, pattern, from);
    switch (pattern_find(text, pattern, from, &match, &error)) {
    case PATTERN_FOUND:
        return match_push(L, text, &match);
    case PATTERN_NOWHERE:
        return 0;
    case PATTERN_PAUSED:
        lua_pushboolean(L, false);
        lua_pushinteger(L, (lua_Integer)match.from + 1);
        return 2;
    case PATTERN_WRONG:
        break;
    }
    return luaL_error(L, "%s", error);
}

static int unit_parse(lua_State *L, int (*parse)(const char *text, uint64_t *value))
{
    uint64_t value;
    const char *text = luaL_checkstring(L, 1);
    if (parse(text, &value) < 0 || value > (uint64_t)LUA_MAXINTEGER)
        return 0;
    lua_pushinteger(L, (lua_Integer)value);
    return 1;
}

static int kit_bytes(lua_State *L)
{
    return unit_parse(L, units_parse_size);
}

static int kit_count(lua_State *L)
{
    return unit_parse(L, units_parse_count);
}

static int kit_duration(lua_State *L)
{
    return unit_parse(L, units_parse_duration);
}

static int kit_size(lua_State *L)
{
    char text[UNITS_TEXT_BYTES];
    lua_pushstring(L, units_format_size(text, luaL_checknumber(L, 1)));
    return 1;
}

/* used(): bytes of the client's own. */
static int kit_used(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)lua_gc(L, LUA_GCCOUNT) * 1024 + lua_gc(L, LUA_GCCOUNTB));
    return 1;
}

/* budget(ns, bytes): 0 leaves one as it is. */
static int kit_budget(lua_State *L)
{
    lua_Integer ns = luaL_checkinteger(L, 1), bytes = luaL_checkinteger(L, 2);
    luaL_argcheck(L, ns == 0 || (ns >= (lua_Integer)NS_PER_MS && ns <= (lua_Integer)BUDGET_NS_MOST),
                  1, "a time is from 1ms to 60s");
    luaL_argcheck(L,
                  bytes == 0 || (bytes >= (lua_Integer)BUDGET_BYTES &&
                                 bytes <= (lua_Integer)BUDGET_BYTES_MOST),
                  2, "memory is from 16MiB to 256MiB");
    interpreter_budget(interpreter_of(L), (uint64_t)ns, (uint64_t)bytes);
    return 0;
}

const struct luaL_Reg console_kit_steps[] = {
    {"write", kit_write},         {"sleep", kit_sleep}, {"extend", kit_extend},
    {"find", kit_find},           {"quote", kit_quote}, {"plain", kit_plain},
    {"metatable", kit_metatable}, {"bytes", kit_bytes}, {"count", kit_count},
    {"duration", kit_duration},   {"size", kit_size},   {"used", kit_used},
    {"budget", kit_budget},       {NULL, NULL},
};
