/* sandbox.h - the Lua that a client may use: safe libraries, the kit, the modules. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <lua.h>

/* In the registry: run(function) and complete(prefix), which return nothing, or an error's text. */
#define SANDBOX_RUN      "run"
#define SANDBOX_COMPLETE "complete"

/* Into a fresh state, which has memory enough. */
void sandbox_open(lua_State *L);

#endif
