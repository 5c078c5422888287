/* listener.c - opens listening sockets. */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG      4096
#define SOCKET_TYPE  (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
#define DIGITS_BYTES 8
/* What a client may send before it is read; connections inherit it. The kernel would let it grow to
 * megabytes, all of which a loop would read in one turn. */
#define RECEIVE_BYTES 65536

/* A bound and listening descriptor, or -1 with errno set. */
static int socket_listen(const struct sockaddr *address, socklen_t length)
{
    int on = 1, receive = RECEIVE_BYTES, descriptor = socket(address->sa_family, SOCKET_TYPE, 0);
    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    if (bind(descriptor, address, length) == 0 && listen(descriptor, BACKLOG) == 0)
        return descriptor;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

/* NULL: see error. The caller frees it with freeaddrinfo. */
static struct addrinfo *address_find(const char *address, uint16_t port, struct error *error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    char digits[DIGITS_BYTES];
    snprintf(digits, sizeof digits, "%u", port);
    int failure = getaddrinfo(address, digits, &hints, &found);
    if (failure)
        error_set(error, "address %s: %s", address, gai_strerror(failure));
    return failure ? NULL : found;
}

int listener_check_address(const char *address, struct error *error)
{
    struct addrinfo *found = address_find(address, 0, error);
    if (found)
        freeaddrinfo(found);
    return found ? 0 : -1;
}

int listener_open_tcp(const char *address, uint16_t port, struct error *error)
{
    struct addrinfo *found = address_find(address, port, error);
    if (found == NULL)
        return -1;
    int descriptor = socket_listen(found->ai_addr, found->ai_addrlen);
    if (descriptor < 0)
        error_set(error, "cannot listen on %s port %u: %s%s", address, port, strerror(errno),
                  errno == EADDRINUSE ? "; choose another with --port, or use --port 0" : "");
    freeaddrinfo(found);
    return descriptor;
}

void listener_url(int descriptor, char url[LISTENER_URL_BYTES])
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    char host[NI_MAXHOST / 4] = "?", port[DIGITS_BYTES] = "?";
    getsockname(descriptor, (struct sockaddr *)&address, &length);
    getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    bool brackets = address.ss_family == AF_INET6;
    snprintf(url, LISTENER_URL_BYTES, "http://%s%s%s:%s", brackets ? "[" : "", host,
             brackets ? "]" : "", port);
}

/* Whether it is a socket file on which no process listens. */
static bool unix_is_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode))
        return false;
    int probe = socket(AF_UNIX, SOCKET_TYPE, 0);
    if (probe < 0)
        return false;
    bool refused = connect(probe, (const struct sockaddr *)address, sizeof *address) < 0 &&
                   errno == ECONNREFUSED;
    close(probe);
    return refused;
}

int listener_open_unix(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (*path == '\0' || strlen(path) >= sizeof address.sun_path)
        return error_set(error, "the path of a Unix socket must be 1 to %zu bytes long, not %zu",
                         sizeof address.sun_path - 1, strlen(path));
    strcpy(address.sun_path, path);
    if (unix_is_stale(&address))
        unlink(path);
    int descriptor = socket_listen((const struct sockaddr *)&address, sizeof address);
    if (descriptor < 0)
        error_set(error, "cannot listen on %s: %s", path, strerror(errno));
    return descriptor;
}
