/* console_connection.h - one connection to a server's live console: a statement in, its text out.
 *
 * One thread, one statement at a time.
 */
#ifndef CONSOLE_CONNECTION_H
#define CONSOLE_CONNECTION_H

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

struct client;

/* Connects to a console's socket (find.h finds one), of our own user or root's, or anybody's if we
 * are root. NULL: error says why in one line. Without an answer for so long, anything asked is
 * GONE; 0: waits for ever. */
struct client *client_open(const char *path, uint64_t patience_ns, struct error *error);
void client_close(struct client *client); /* NULL is fine */

enum client_outcome {
    CLIENT_DONE,
    CLIENT_FAILED,     /* client_reason says why, in one line */
    CLIENT_INCOMPLETE, /* the statement goes on */
    CLIENT_GONE,       /* so is the server, or it says nothing; client_reason says which */
};

/* Runs a statement and leaves what it wrote in *text, ended by a NUL that *count does not count,
 * until the next call. */
enum client_outcome client_ask(struct client *client, const char *statement, const char **text,
                               size_t *count);
/* The same, each piece of text being handed over when it comes. */
enum client_outcome client_run(struct client *client, const char *statement,
                               void (*hear)(void *context, const char *bytes, size_t count),
                               void *context);
/* What may end the prefix, such as `main.ca`: a line each. */
enum client_outcome client_complete(struct client *client, const char *prefix, const char **text,
                                    size_t *count);
const char *client_reason(const struct client *client);

/* While a statement runs, whatever can be read from the descriptor interrupts it. -1: nothing. */
void client_heed(struct client *client, int descriptor);

#endif
