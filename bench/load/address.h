/* address.h - finds out where a target is, and connects to it. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "errors.h"
#include "load.h"

#include <sys/socket.h>

struct address {
    struct sockaddr_storage storage;
    socklen_t bytes;
};

/* 0, or -1 and one line in error. Of several addresses the first that answers is taken. */
int address_resolve(struct address *address, const struct load_target *target, struct error *error);
/* A socket whose connection is made or under way; the caller closes it. -1: refused. */
int address_connect(const struct address *address);

#endif
