/* console_client.h - one client of the console: its connection, its interpreter, unsent answers.
 *
 * One thread. Times are monotonic.
 */
#pragma once

#include "module.h"

#include <stdbool.h>

struct console_client;

/* Takes over the socket, which must be non-blocking. */
struct console_client *console_client_create(int socket, const struct module_host *host);
void console_client_destroy(struct console_client *client);
/* Closes the socket and ends the statement. console_client_step frees the client's variables. */
void console_client_disconnect(struct console_client *client);
bool console_client_connected(const struct console_client *client);
int console_client_socket(const struct console_client *client);

/* Receives and sends what is possible without waiting. False: the client left or must leave. */
bool console_client_exchange(struct console_client *client);
/* Runs one slice if it is due. False: as above, or the variables of a client that left are freed.
 */
bool console_client_step(struct console_client *client, uint64_t now_ns);

/* When console_client_step is due; UINT64_MAX: not before console_client_exchange. */
uint64_t console_client_due_ns(const struct console_client *client);
/* EPOLLIN and EPOLLOUT: what console_client_exchange waits for. */
unsigned console_client_events(const struct console_client *client);
