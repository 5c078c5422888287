/* module.h - a module of the console's language: one row of the table in modules.c.
 *
 * A module consists of C functions and of a Lua part, which calls them. The statement may be
 * paused, and the server serve requests, between any two instructions of the Lua part, but not
 * inside a C function. A C function must therefore take 50 us at most; longer work is divided:
 *
 *     function heap.unreachable()                     -- in console_heap.lua
 *         native.begin_walk()                         -- the statement holds the walk
 *         library.extend(30)                          -- allow 30 s of running in addition
 *         while native.advance() ~= "done" do end     -- each call does a bounded part of the work
 *         return native.unreachable()
 *     end
 *
 * Everything may have changed from one C function to the next, so pointers into caches and locks
 * must not be kept. A statement may end between any two of them, so a resource that must be
 * released is given to interpreter_hold. All Lua states are closed before the handler is destroyed.
 *
 * C functions run in the main thread. They raise errors with luaL_error: one line that says what to
 * do, and never while a lock is held. Lua's functions that allocate may raise an error, too, so
 * they must not be called inside a shard.
 *
 * The Lua part is called with (native, library): the table of its C functions, and
 *
 *     library.write(text)           writes to the client; waits while it does not read
 *     library.sleep(seconds)        waits; the time does not count against the budget
 *     library.extend(seconds)       adds to the time that this statement may run, up to a minute
 *     library.describe(value, text) sets what help(value) prints; dir prints the first line
 *     library.names(value, names)   sets what dir and completion list for a value
 *     library.show(value)           the value as the console prints it
 *     library.json(value)           the value as JSON
 *     library.quote(text)           the text as a JSON string
 *     library.size(bytes)           "7.9 MiB"
 *     library.number(integer)       "1,234,567"
 *     library.bytes(text)           "32MiB" as a number, or nil
 *     library.count(text)           "10k" as a number, or nil
 *
 * It returns the value of the global with the module's name.
 */
#pragma once

#include "handler.h"

#include <lauxlib.h>
#include <lua.h>

struct module {
    const char *name;
    const struct luaL_Reg *functions; /* ended by an empty row */
    const char *source;               /* the Lua part: NAME_lua, from NAME.lua (CMakeLists.txt) */
};

extern const struct module modules[];
extern const size_t modules_count;

struct module_host { /* the server that the console is in */
    struct handler *handler;
    const char *url;
    uint64_t *client_bytes; /* that the Lua states of all clients use */
};

const struct module_host *module_host(lua_State *L);
