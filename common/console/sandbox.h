/* sandbox.h - the Lua that a client may use: safe libraries, the kit, the modules. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <lua.h>
#include <stdbool.h>

/* In the registry: run(function) and complete(prefix), which return nothing, or an error's text. */
#define SANDBOX_RUN      "run"
#define SANDBOX_COMPLETE "complete"

/* Opens a part, 0 and then one after the other, in a fresh state, which has memory enough and whose
 * stack is left alone in between. False: that was the last. */
bool sandbox_open(lua_State *L, unsigned part);

#endif
