/* lua_table.h - sets fields of the Lua table at the top of the stack. */
#pragma once

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

static inline void table_set_integer(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static inline void table_set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static inline void table_set_bytes(lua_State *L, const char *name, const char *bytes, size_t count)
{
    lua_pushlstring(L, bytes, count);
    lua_setfield(L, -2, name);
}

static inline void table_set_flag(lua_State *L, const char *name, bool flag)
{
    lua_pushboolean(L, flag);
    lua_setfield(L, -2, name);
}
