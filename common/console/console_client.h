/* console_client.h - one client of the console: its frames, its interpreter, what it has yet to
 * read. */
#ifndef CONSOLE_CLIENT_H
#define CONSOLE_CLIENT_H

#include "module.h"

#include <stdbool.h>

struct client;

/* Takes the socket over, which does not block. */
struct client *client_create(int socket, const struct module_host *host);
void client_destroy(struct client *client);
/* Closes its socket; what its variables hold is let go in client_step. */
void client_part(struct client *client);
bool client_parted(const struct client *client);
int client_socket(const struct client *client);

/* Reads what has come and writes what can be taken. False: it is to be let go. */
bool client_exchange(struct client *client);
/* One slice, if it has something to do and not too much is unread. False: as above. */
bool client_step(struct client *client, uint64_t now_ns);

/* When it wants client_step next; UINT64_MAX: not before it has been heard. */
uint64_t client_due_ns(const struct client *client);
/* Which of EPOLLIN and EPOLLOUT it waits for. */
unsigned client_events(const struct client *client);

#endif
