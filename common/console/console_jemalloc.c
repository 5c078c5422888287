/* console_jemalloc.c - C functions of jemalloc: the allocator's settings, figures and dumps. */
#include "memory.h"
#include "module.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_BYTES 128 /* with the NUL */

/* available(): whether the allocator is jemalloc, and the allocator's name. */
static int jemalloc_available(lua_State *L)
{
    struct memory_control control;
    lua_pushboolean(L, memory_control_read("version", &control) == 0);
    lua_pushstring(L, memory_allocator());
    return 2;
}

/* refresh(): updates the statistics that read() returns. */
static int refresh(lua_State *L)
{
    memory_refresh();
    return 0;
}

/* purge() */
static int purge(lua_State *L)
{
    memory_purge();
    return 0;
}

static const char *name_check(lua_State *L, int argument)
{
    size_t count;
    const char *name = luaL_checklstring(L, argument, &count);
    luaL_argcheck(L, count > 0 && count < NAME_BYTES && count == strlen(name), argument,
                  "the name must be one of jemalloc's, such as stats.allocated");
    return name;
}

static int control_push(lua_State *L, const struct memory_control *control)
{
    switch (control->kind) {
    case MEMORY_BOOL:
        lua_pushboolean(L, control->yes);
        break;
    case MEMORY_TEXT:
        lua_pushstring(L, control->text);
        break;
    case MEMORY_UNSIGNED:
    case MEMORY_SIGNED:
        lua_pushinteger(L, (lua_Integer)control->number);
        break;
    }
    return 1;
}

/* read(name) */
static int control_read(lua_State *L)
{
    const char *name = name_check(L, 1);
    struct memory_control control;
    int failure = memory_control_read(name, &control);
    if (failure == 0)
        return control_push(L, &control);
    return luaL_error(L, failure == ENOENT ? "jemalloc has no %s" : "%s cannot be read", name);
}

static struct memory_control control_check(lua_State *L, int argument)
{
    if (lua_isboolean(L, argument))
        return (struct memory_control){.kind = MEMORY_BOOL, .yes = lua_toboolean(L, argument)};
    luaL_argcheck(L, lua_isinteger(L, argument), argument,
                  "the value must be an integer or a boolean");
    return (struct memory_control){.kind = MEMORY_SIGNED,
                                   .signed_number = lua_tointeger(L, argument)};
}

/* write(name, value) */
static int control_write(lua_State *L)
{
    const char *name = name_check(L, 1);
    struct memory_control control = control_check(L, 2);
    switch (memory_control_write(name, &control)) {
    case 0:
        return 0;
    case ENOENT:
        return luaL_error(L, "jemalloc has no %s", name);
    case EPERM:
        return luaL_error(L, "%s cannot be set here; these can:\n%s", name,
                          memory_controls_writable());
    default:
        return luaL_error(L, "%s takes a different value: %s", name,
                          control.kind == MEMORY_BOOL ? "true or false"
                                                      : "an integer in its range");
    }
}

/* Files are written under a temporary name and then renamed. */
static void temporary_name(lua_State *L, const char *path, char temporary[PATH_MAX])
{
    if ((size_t)snprintf(temporary, PATH_MAX, "%s.%ld.part", path, (long)getpid()) >= PATH_MAX)
        luaL_error(L, "the path is too long");
}

static int file_rename(lua_State *L, bool written, const char *temporary, const char *path)
{
    if (written && rename(temporary, path) == 0)
        return 0;
    int reason = errno;
    unlink(temporary);
    return luaL_error(L, "cannot write %s: %s", path, strerror(reason));
}

/* dump(path) */
static int dump(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char temporary[PATH_MAX];
    temporary_name(L, path, temporary);
    FILE *file = fopen(temporary, "wxe");
    if (file == NULL)
        return luaL_error(L, "cannot write %s: %s", path, strerror(errno));
    memory_dump(file);
    bool written = !ferror(file);
    written = fclose(file) == 0 && written;
    return file_rename(L, written, temporary, path);
}

/* profile_dump(path) */
static int profile_dump(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char temporary[PATH_MAX];
    temporary_name(L, path, temporary);
    int failure = memory_profile_dump(temporary);
    if (failure == ENOSYS)
        return luaL_error(L, "this jemalloc was built without heap profiling");
    if (failure == EPERM)
        return luaL_error(L, "heap profiling is off: start the server with MALLOC_CONF=prof:true");
    return file_rename(L, failure == 0, temporary, path);
}

const struct luaL_Reg console_jemalloc_functions[] = {
    {"available", jemalloc_available},
    {"refresh", refresh},
    {"purge", purge},
    {"read", control_read},
    {"write", control_write},
    {"dump", dump},
    {"profile_dump", profile_dump},
    {NULL, NULL},
};
