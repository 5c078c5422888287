/* listener.h - opens listening sockets.
 *
 * The open functions return a descriptor, non-blocking and closed on exec, or -1: see error.
 */
#pragma once

#include "errors.h"

#include <stdint.h>

#define LISTENER_URL_BYTES 320

/* Whether the address is one, or can be found; nothing is opened. -1: see error. */
int listener_check_address(const char *address, struct error *error);
/* Port 0: the kernel picks one. */
int listener_open_tcp(const char *address, uint16_t port, struct error *error);
/* Writes "http://127.0.0.1:8000" with the actual port. */
void listener_url(int descriptor, char url[LISTENER_URL_BYTES]);

/* Replaces a socket file on which no process listens. */
int listener_open_unix(const char *path, struct error *error);
