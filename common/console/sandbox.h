/* sandbox.h - the Lua that a client may use: safe libraries, the console's library, the modules. */
#pragma once

#include <lua.h>
#include <stdbool.h>

/* Keys in the registry of the functions run(statement) and complete(prefix). They return nothing,
 * or the text of an error. */
#define SANDBOX_RUN      "run"
#define SANDBOX_COMPLETE "complete"

/* Opens one part of the sandbox, so that no call takes long: part 0, then 1, and so on, in a new
 * state with enough memory, whose stack must not be changed in between. False: that was the last.
 */
bool sandbox_open(lua_State *L, unsigned part);
