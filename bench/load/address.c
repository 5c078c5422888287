/* address.c - host names to addresses, addresses to sockets. */
#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int address_set_socket(struct address *address, const char *path)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    memcpy(local.sun_path, path, strlen(path) + 1);
    memcpy(&address->storage, &local, sizeof local);
    address->bytes = sizeof local;
    return 0;
}

static void address_set(struct address *address, const struct addrinfo *info)
{
    memcpy(&address->storage, info->ai_addr, info->ai_addrlen);
    address->bytes = info->ai_addrlen;
}

static bool address_accepts(const struct address *address)
{
    const struct timeval patience = {.tv_sec = 1};
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* also of connect */
    bool accepts =
        fd >= 0 && connect(fd, (const struct sockaddr *)&address->storage, address->bytes) == 0;
    if (fd >= 0)
        close(fd);
    return accepts;
}

static void address_select(struct address *address, const struct addrinfo *list)
{
    struct address candidate;
    address_set(address, list);
    for (; list && list->ai_next; list = list->ai_next) {
        address_set(&candidate, list);
        if (address_accepts(&candidate)) {
            *address = candidate;
            return;
        }
    }
    if (list)
        address_set(address, list);
}

int address_resolve(struct address *address, const struct load_target *target, struct error *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list;
    int status;
    if (target->socket[0] != '\0')
        return address_set_socket(address, target->socket);
    status = getaddrinfo(target->host, target->port, &hints, &list);
    if (status != 0)
        return error_set(error, "%s: %s", target->host, gai_strerror(status));
    address_select(address, list);
    freeaddrinfo(list);
    return 0;
}

/* Unix sockets block while they connect, for 1 s at most: a full backlog would refuse a
 * non-blocking one at once. */
static void socket_configure(int fd, int family)
{
    const struct timeval timeout = {.tv_sec = 1};
    const int yes = 1;
    if (family == AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    else
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int address_connect(const struct address *address)
{
    int family = address->storage.ss_family;
    int nonblocking = family == AF_UNIX ? 0 : SOCK_NONBLOCK;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | nonblocking, 0);
    if (fd < 0)
        return -1;
    socket_configure(fd, family);
    if (connect(fd, (const struct sockaddr *)&address->storage, address->bytes) < 0 &&
        errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}
