/* address.h - resolves a target's address, and connects to it. */
#pragma once

#include "errors.h"
#include "load.h"

#include <sys/socket.h>

struct address {
    struct sockaddr_storage storage;
    socklen_t bytes;
};

/* Takes the first of several addresses that accepts a connection. 0, or -1 and one line in
 * error. */
int address_resolve(struct address *address, const struct load_target *target, struct error *error);
/* A socket that is connected or connecting, which the caller closes. -1: refused. */
int address_connect(const struct address *address);
