/* sandbox.c - opens the safe parts of Lua's libraries, the console's library and the modules. */
#include "sandbox.h"

#include "module.h"

#include <lualib.h>
#include <string.h>

extern const char console_library_lua[];
extern const struct luaL_Reg console_library_functions[];

static const struct luaL_Reg libraries[] = {
    {LUA_GNAME, luaopen_base},        {LUA_TABLIBNAME, luaopen_table},
    {LUA_STRLIBNAME, luaopen_string}, {LUA_MATHLIBNAME, luaopen_math},
    {LUA_UTF8LIBNAME, luaopen_utf8},
};

/* Reach files, bytecode or the collector, or may run for too long in one call. The console's
 * library defines some of them again. */
static const char *const unsafe[][2] = {
    {LUA_GNAME, "dofile"},      {LUA_GNAME, "loadfile"},      {LUA_GNAME, "collectgarbage"},
    {LUA_GNAME, "warn"},        {LUA_STRLIBNAME, "dump"},     {LUA_STRLIBNAME, "pack"},
    {LUA_STRLIBNAME, "unpack"}, {LUA_STRLIBNAME, "packsize"}, {LUA_STRLIBNAME, "find"},
    {LUA_STRLIBNAME, "match"},  {LUA_STRLIBNAME, "gmatch"},   {LUA_STRLIBNAME, "gsub"},
};

#define CHUNK_NAME   "=tidemark" /* begins errors that our own Lua raises, as "tidemark:12: " */
#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

/* Weak tables are not offered: where weak keys form a chain, one step of the collector takes time
 * quadratic in its length, and nothing can stop it. Lua has no switch for them, so this changes the
 * name of the metatable's field where Lua keeps it: no string of a client equals that any more. */
static void weak_tables_disable(lua_State *L)
{
    char *name = (char *)lua_pushstring(L, "__mode");
    name[0] = '\0';
    lua_pop(L, 1);
}

static void libraries_open(lua_State *L)
{
    weak_tables_disable(L);
    for (size_t i = 0; i < LENGTH(libraries); i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    for (size_t i = 0; i < LENGTH(unsafe); i++) {
        lua_getglobal(L, unsafe[i][0]);
        lua_pushnil(L);
        lua_setfield(L, -2, unsafe[i][1]);
        lua_pop(L, 1);
    }
}

/* Leaves the source's function and, as its first argument, the table of the C functions. */
static void part_load(lua_State *L, const char *source, const struct luaL_Reg *functions)
{
    if (luaL_loadbufferx(L, source, strlen(source), CHUNK_NAME, "t") != LUA_OK)
        lua_error(L);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
}

/* Leaves the console's library on the stack. */
static void library_open(lua_State *L)
{
    part_load(L, console_library_lua, console_library_functions);
    lua_call(L, 1, 3);
    lua_setfield(L, LUA_REGISTRYINDEX, SANDBOX_COMPLETE);
    lua_setfield(L, LUA_REGISTRYINDEX, SANDBOX_RUN);
}

static void module_open(lua_State *L, const struct module *module)
{
    part_load(L, module->source, module->functions);
    lua_pushvalue(L, 1);
    lua_call(L, 2, 1);
    lua_setglobal(L, module->name);
}

/* Fails only if our own Lua is wrong; Lua aborts then. */
bool sandbox_open(lua_State *L, unsigned part)
{
    enum { LUA_LIBRARIES, LIBRARY, MODULES };
    if (part == LUA_LIBRARIES)
        libraries_open(L);
    else if (part == LIBRARY)
        library_open(L);
    else
        module_open(L, &modules[part - MODULES]);
    if (part + 1 < MODULES + modules_count)
        return true;
    lua_settop(L, 0);
    return false;
}
