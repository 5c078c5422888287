/* http_client.h - one GET after the other to a server on this machine, over one connection. */
#pragma once

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_client;

/* NULL and one line in error if nothing listens there. Close it with http_client_close. */
struct http_client *http_client_open(uint16_t port, struct error *error);
void http_client_close(struct http_client *client); /* NULL is fine */
/* The body of the response to GET path, followed by a NUL that *bytes does not count; valid until
 * the next request. NULL and one line in error for anything but a whole response with status 200.
 */
const char *http_client_get(struct http_client *client, const char *path, size_t *bytes,
                            struct error *error);
/* True: at least one byte came back to GET path within a second. */
bool http_responds(uint16_t port, const char *path);
