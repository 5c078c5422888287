/* console_library.c - C functions of the console's library: what its Lua part cannot do itself. */
#include "interpreter.h"
#include "json_text.h"
#include "units.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define SLEEP_MAX_S 3600

/* write(text) */
static int library_write(lua_State *L)
{
    size_t count;
    const char *bytes = luaL_checklstring(L, 1, &count);
    if (interpreter_write(interpreter_of(L), bytes, count))
        return 0;
    if (!lua_isyieldable(L))
        return luaL_error(L,
                          "cannot print here: the client must first read what was printed before");
    return lua_yield(L, 0);
}

static uint64_t seconds_check(lua_State *L, int argument)
{
    double seconds = luaL_checknumber(L, argument);
    luaL_argcheck(L, seconds >= 0 && seconds <= SLEEP_MAX_S, argument,
                  "seconds must be from 0 to 3600");
    return (uint64_t)(seconds * (double)NS_PER_SECOND);
}

/* sleep(seconds) */
static int library_sleep(lua_State *L)
{
    uint64_t ns = seconds_check(L, 1);
    if (!lua_isyieldable(L))
        return luaL_error(L, "cannot sleep here: a C function called this function");
    interpreter_sleep(interpreter_of(L), ns);
    return lua_yield(L, 0);
}

/* extend(seconds) */
static int library_extend(lua_State *L)
{
    interpreter_extend(interpreter_of(L), seconds_check(L, 1));
    return 0;
}

/* quote(text): the text as a JSON string. */
static int library_quote(lua_State *L)
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

/* plain(value): whether it is a table without a metatable. */
static int library_plain(lua_State *L)
{
    bool plain = lua_istable(L, 1) && !lua_getmetatable(L, 1);
    lua_pushboolean(L, plain);
    return 1;
}

/* metatable(value): the metatable, whatever its __metatable says. */
static int library_metatable(lua_State *L)
{
    luaL_checkany(L, 1);
    return lua_getmetatable(L, 1);
}

/* Text. */

/* An argument as string.find's third: 1 is the first byte, -1 the last, none is 1. As an offset. */
static size_t position_check(lua_State *L, int argument, size_t count)
{
    lua_Integer at = luaL_optinteger(L, argument, 1);
    if (at > 0)
        return (size_t)at - 1;
    size_t back = 0 - (size_t)at;
    return at < 0 && back < count ? count - back : 0;
}

/* True: Lua's string.find would take the text as a pattern. */
static bool is_pattern(struct span text)
{
    static const char magic[] = "^$*+?.([%-";
    for (size_t i = 0; i < text.count; i++)
        if (text.bytes[i] != '\0' && strchr(magic, text.bytes[i]))
            return true;
    return false;
}

/* find(text, part, from, plain): the first and the last position of the part, or nil. Takes linear
 * time, unlike a pattern, which is an error. */
static int library_find(lua_State *L)
{
    struct span text, part;
    text.bytes = luaL_checklstring(L, 1, &text.count);
    part.bytes = luaL_checklstring(L, 2, &part.count);
    size_t from = position_check(L, 3, text.count);
    if (!lua_toboolean(L, 4) && is_pattern(part))
        return luaL_error(L,
                          "string.find finds plain text only; if '%s' is plain text, write "
                          "string.find(text, part, from, true)",
                          part.bytes);
    const char *found = from > text.count
                            ? NULL
                            : memmem(text.bytes + from, text.count - from, part.bytes, part.count);
    if (found == NULL)
        return 0;
    lua_pushinteger(L, found - text.bytes + 1);
    lua_pushinteger(L, found - text.bytes + (lua_Integer)part.count);
    return 2;
}

/* word(text, from): the position behind the letters, digits and underscores that begin at `from`.
 * word("main.ca", 1) is 5. */
static int library_word(lua_State *L)
{
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    size_t at = position_check(L, 2, count);
    while (at < count && (isalnum((unsigned char)text[at]) || text[at] == '_'))
        at++;
    lua_pushinteger(L, (lua_Integer)at + 1);
    return 1;
}

/* bytes("32MiB"), count("10k"), duration("2ms"): a number, or nil. */
static int unit_parse(lua_State *L, int (*parse)(const char *text, uint64_t *value))
{
    uint64_t value;
    const char *text = luaL_checkstring(L, 1);
    if (parse(text, &value) < 0 || value > (uint64_t)LUA_MAXINTEGER)
        return 0;
    lua_pushinteger(L, (lua_Integer)value);
    return 1;
}

static int library_bytes(lua_State *L)
{
    return unit_parse(L, units_parse_size);
}

static int library_count(lua_State *L)
{
    return unit_parse(L, units_parse_count);
}

static int library_duration(lua_State *L)
{
    return unit_parse(L, units_parse_duration);
}

/* size(bytes): "7.9 MiB" */
static int library_size(lua_State *L)
{
    char text[UNITS_TEXT_BYTES];
    lua_pushstring(L, units_format_size(text, luaL_checknumber(L, 1)));
    return 1;
}

/* number(integer): "-1,234,567" */
static int library_number(lua_State *L)
{
    char text[UNITS_TEXT_BYTES];
    lua_Integer number = luaL_checkinteger(L, 1);
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    lua_pushfstring(L, "%s%s", number < 0 ? "-" : "", units_format_count(text, magnitude));
    return 1;
}

/* used(): bytes that the client's Lua state uses. */
static int library_used(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)lua_gc(L, LUA_GCCOUNT) * 1024 + lua_gc(L, LUA_GCCOUNTB));
    return 1;
}

/* budget(ns, bytes): 0 changes nothing. */
static int library_budget(lua_State *L)
{
    lua_Integer ns = luaL_checkinteger(L, 1), bytes = luaL_checkinteger(L, 2);
    luaL_argcheck(L, ns == 0 || (ns >= (lua_Integer)NS_PER_MS && ns <= (lua_Integer)BUDGET_NS_MAX),
                  1, "the time must be from 1ms to 60s");
    luaL_argcheck(L,
                  bytes == 0 || (bytes >= (lua_Integer)BUDGET_BYTES &&
                                 bytes <= (lua_Integer)BUDGET_BYTES_MAX),
                  2, "the memory must be from 16MiB to 64MiB");
    interpreter_budget(interpreter_of(L), (uint64_t)ns, (uint64_t)bytes);
    return 0;
}

const struct luaL_Reg console_library_functions[] = {
    {"write", library_write},       {"sleep", library_sleep},
    {"extend", library_extend},     {"find", library_find},
    {"word", library_word},         {"quote", library_quote},
    {"plain", library_plain},       {"metatable", library_metatable},
    {"bytes", library_bytes},       {"count", library_count},
    {"duration", library_duration}, {"size", library_size},
    {"number", library_number},     {"used", library_used},
    {"budget", library_budget},     {NULL, NULL},
};
