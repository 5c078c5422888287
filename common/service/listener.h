/* listener.h - sockets that wait for connections: descriptors, no event loop.
 *
 * A descriptor, non-blocking and closed on exec, or -1: error says why in one line.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include "errors.h"

#include <stdint.h>

#define LISTENER_URL_BYTES 320

/* Port 0: the kernel picks one. */
int listener_open_tcp(const char *address, uint16_t port, struct error *error);
/* "http://127.0.0.1:8000", with the port that it really is. */
void listener_url(int descriptor, char url[LISTENER_URL_BYTES]);

/* A socket file that nobody listens on any more is replaced. */
int listener_open_unix(const char *path, struct error *error);

#endif
