/* module.h - what a part of the console's language is made of: one row of the table in modules.c.
 *
 * A module has steps, which are C, and a Lua part, which calls them. Between any two instructions
 * of the Lua part the statement may be paused and the server serve others; a step runs to its end
 * meanwhile. So a step must be short, some 50 us at most, and whatever takes longer is cut:
 *
 *     function heap.types()                       -- in console_heap.lua
 *         local census = steps.begin()            -- a userdata that remembers how far it got
 *         kit.extend(10)                          -- may take 10 s of running in all
 *         while steps.advance(census) do end      -- each call does a bounded part of the work
 *         return steps.result(census)
 *     end
 *
 * From one step to the next the world may have changed: a step that continues must not keep
 * pointers into caches, nor a lock. A statement may end between any two steps, so what must be
 * released is given to interpreter_hold; a client's Lua states end before the handler does.
 *
 * Steps run in the main thread. They raise errors by luaL_error, one line that says what to do,
 * never with a lock held. Lua's allocations may raise one, too: not inside a shard.
 *
 * The Lua part is called with (steps, kit), the table of its steps and this:
 *
 *     kit.write(text)           writes to the client, and waits while it does not read
 *     kit.sleep(seconds)        lets that time pass; it does not count as running
 *     kit.extend(seconds)       this statement may run so much longer, up to a minute in all
 *     kit.describe(value, text) what help(value) says and dir lists; the first line is a summary
 *     kit.names(value, names)   what dir and the tab key find in a value that is no plain table
 *     kit.size(bytes)           "7.9 MiB"
 *     kit.bytes(text)           "32MiB" as a number, or nil
 *     kit.count(text)           "10k" as a number, or nil
 *
 * and returns what becomes the global of the module's name.
 */
#ifndef MODULE_H
#define MODULE_H

#include "handler.h"

#include <lauxlib.h>
#include <lua.h>

struct module {
    const char *name;
    const struct luaL_Reg *steps; /* ended by an empty row */
    const char *source;           /* the Lua part: NAME_lua, from NAME.lua (CMakeLists.txt) */
};

extern const struct module modules[];
extern const size_t modules_count;

struct module_host { /* what the console works on */
    struct handler *handler;
    const char *url;
};

const struct module_host *module_host(lua_State *L);

#endif
