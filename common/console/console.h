/* console.h - the live console of a server: clients on a Unix socket, Lua in slices.
 *
 * Everything happens in the thread that calls console_turn, a little at each call. Whoever may
 * connect: processes of the server's own user, and root's. Up to CONSOLE_CLIENTS may be there at
 * once, each with variables of its own. They speak as wire.h says.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "errors.h"
#include "handler.h"

#define CONSOLE_CLIENTS 8

struct console;

struct console_setup {
    struct handler *handler;
    const char *url; /* where it serves; outlives the console */
    const char
        *path; /* of the socket; NULL: tidemark-PID.sock in $XDG_RUNTIME_DIR, or $TMPDIR, or /tmp */
};

/* NULL: error says why in one line. */
struct console *console_create(const struct console_setup *setup, struct error *error);
/* Lets the clients go and removes the socket. The handler must still be there. */
void console_destroy(void *console);

/* Readable whenever console_turn has something to do. */
int console_descriptor(const struct console *console);
void console_turn(void *console);

#endif
