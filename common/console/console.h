/* console.h - the console inside a server: Lua for clients on a Unix socket, in short slices.
 *
 * All work is done in the thread that calls console_turn, a little in each call. Processes of the
 * server's own user and of root may connect, up to CONSOLE_CLIENTS at once. Each client has
 * variables of its own. wire.h defines the protocol.
 */
#pragma once

#include "errors.h"
#include "handler.h"

#define CONSOLE_CLIENTS 8

struct console;

struct console_setup {
    struct handler *handler; /* must outlive the console */
    const char *url;         /* the server's; must outlive the console */
    const char *path;        /* of the socket; NULL: tidemark-PID.sock in wire_folder() */
};

/* NULL and one line in error: it cannot listen. */
struct console *console_create(const struct console_setup *setup, struct error *error);
/* Disconnects all clients and removes the socket. */
void console_destroy(void *console);

/* Readable whenever console_turn has something to do. */
int console_descriptor(const struct console *console);
void console_turn(void *console);
