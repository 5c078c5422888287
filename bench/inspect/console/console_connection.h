/* console_connection.h - a connection to a server's console: sends a statement, receives its text.
 *
 * One thread, one statement at a time.
 */
#pragma once

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

struct console_connection;

/* Connects to a console's socket (find_server.h finds one). The server must run as our own user or
 * as root, unless we are root. A statement whose answer pauses for longer than timeout_ns is
 * CONSOLE_DISCONNECTED; 0 waits without limit. NULL and one line in error: it cannot connect. */
struct console_connection *console_connection_open(const char *path, uint64_t timeout_ns,
                                                   struct error *error);
void console_connection_close(struct console_connection *connection); /* NULL is fine */

enum console_outcome {
    CONSOLE_DONE,
    CONSOLE_FAILED,       /* console_connection_error says why */
    CONSOLE_INCOMPLETE,   /* the statement needs more lines: send all of it again */
    CONSOLE_DISCONNECTED, /* no further statement can be sent; console_connection_error says why */
};

/* Runs a statement. *text is what it printed, with a NUL behind its *count bytes, until the next
 * call. */
enum console_outcome console_connection_query(struct console_connection *connection,
                                              const char *statement, const char **text,
                                              size_t *count);
/* Runs a statement and calls `print` for each piece of text as it arrives. */
enum console_outcome
console_connection_run(struct console_connection *connection, const char *statement,
                       void (*print)(void *context, const char *bytes, size_t count),
                       void *context);
/* As query, but the text lists the completions of a prefix such as `main.ca`, one per line. */
enum console_outcome console_connection_complete(struct console_connection *connection,
                                                 const char *prefix, const char **text,
                                                 size_t *count);
/* One line, until the next call. */
const char *console_connection_error(const struct console_connection *connection);

/* From now on a running statement is interrupted when the descriptor becomes readable. */
void console_connection_interrupt_by(struct console_connection *connection, int descriptor);
