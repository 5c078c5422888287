/* http_client.c - a blocking HTTP/1.1 client, as small as fetching statistics needs. */
#include "http_client.h"

#include "memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TIMEOUT_S  5
#define PROBE_S    1
#define HEAD_BYTES 4096
#define BODY_BYTES ((size_t)64 << 20) /* far more than any response that we read */

struct http_client {
    struct memory_zone *zone;
    int fd;
    char *body;
    size_t room;
};

static int socket_connect(uint16_t port, time_t timeout_s)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct timeval timeout = {.tv_sec = timeout_s};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

struct http_client *http_client_open(uint16_t port, struct error *error)
{
    int fd = socket_connect(port, TIMEOUT_S);
    if (fd < 0) {
        error_set(error, "127.0.0.1:%u: %s", port, strerror(errno));
        return NULL;
    }
    struct memory_zone *zone = memory_zone_create();
    struct http_client *client = memory_alloc_zeroed(zone, sizeof *client);
    client->zone = zone;
    client->fd = fd;
    return client;
}

void http_client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    struct memory_zone *zone = client->zone;
    close(client->fd);
    memory_free(client->body);
    memory_free(client);
    memory_zone_destroy(zone);
}

static const char *refuse(struct error *error, const char *path, const char *what)
{
    error_set(error, "GET %s: %s", path, what);
    return NULL;
}

/* Reads until the head is complete. Returns its end, where *extra bytes of the body follow. NULL:
 * the connection ended or the head is too long. */
static char *head_read(const struct http_client *client, char head[HEAD_BYTES + 1], size_t *extra)
{
    size_t length = 0;
    while (length < HEAD_BYTES) {
        ssize_t count = recv(client->fd, head + length, HEAD_BYTES - length, 0);
        if (count <= 0)
            return NULL;
        length += (size_t)count;
        head[length] = '\0';
        char *end = strstr(head, "\r\n\r\n");
        if (end != NULL) {
            end += 4;
            *extra = (size_t)(head + length - end);
            return end;
        }
    }
    return NULL;
}

static int length_find(const char *head, const char *end, size_t *bytes)
{
    static const char name[] = "\r\ncontent-length:";
    const char *field = strcasestr(head, name);
    char *after;
    if (field == NULL || field >= end)
        return -1;
    errno = 0;
    *bytes = strtoull(field + sizeof name - 1, &after, 10);
    return errno == 0 && *after == '\r' && *bytes < BODY_BYTES ? 0 : -1;
}

static int body_read(struct http_client *client, const char *begun, size_t count, size_t bytes)
{
    if (client->room <= bytes) {
        memory_free(client->body);
        client->room = 2 * bytes + 1;
        client->body = memory_alloc(client->zone, client->room);
    }
    if (count > bytes)
        return -1;
    memcpy(client->body, begun, count);
    while (count < bytes) {
        ssize_t more = recv(client->fd, client->body + count, bytes - count, 0);
        if (more <= 0)
            return -1;
        count += (size_t)more;
    }
    client->body[bytes] = '\0';
    return 0;
}

/* 0, or -1: it could not be sent. */
static int request_send(int fd, const char *path)
{
    char request[1200];
    int length =
        snprintf(request, sizeof request, "GET %.1024s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    return send(fd, request, (size_t)length, MSG_NOSIGNAL) == length ? 0 : -1;
}

bool http_responds(uint16_t port, const char *path)
{
    char first;
    int fd = socket_connect(port, PROBE_S);
    bool answers = fd >= 0 && request_send(fd, path) == 0 && recv(fd, &first, 1, 0) == 1;
    if (fd >= 0)
        close(fd);
    return answers;
}

const char *http_client_get(struct http_client *client, const char *path, size_t *bytes,
                            struct error *error)
{
    char head[HEAD_BYTES + 1];
    size_t extra;
    if (request_send(client->fd, path) != 0)
        return refuse(error, path, "the connection was closed");
    const char *begun = head_read(client, head, &extra);
    if (begun == NULL)
        return refuse(error, path, "no response");
    if (length_find(head, begun, bytes) != 0)
        return refuse(error, path, "the response has no Content-Length");
    if (body_read(client, begun, extra, *bytes) != 0)
        return refuse(error, path, "the response ended too early");
    if (strncmp(head, "HTTP/1.1 200 ", 13) != 0)
        return refuse(error, path, "the status is not 200");
    return client->body;
}
