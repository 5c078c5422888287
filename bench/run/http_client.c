/* http_client.c - a blocking HTTP/1.1 client, as small as fetching statistics needs. */
#include "http_client.h"

#include "http1_parser.h"
#include "xmalloc.h"

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

#define TIMEOUT_S     5
#define PROBE_S       1
#define READ_BYTES    16384
#define RESPONSE_MAX  ((size_t)64 << 20) /* far more than any response that we read */
#define REQUEST_BYTES 1200

struct http_client {
    int fd;
    char *text; /* the last response */
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
    struct http_client *client = xcalloc(1, sizeof *client);
    client->fd = fd;
    return client;
}

void http_client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    close(client->fd);
    free(client->text);
    free(client);
}

/* 0, or -1: it could not be sent. */
static int request_send(int fd, const char *path)
{
    char request[REQUEST_BYTES];
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

/* Returns how many bytes it read into client->text. */
static size_t response_receive(struct http_client *client, struct response *response)
{
    size_t count = 0;
    response_begin(response);
    while (!response_over(response) && count < RESPONSE_MAX) {
        client->text = growable(client->text, &client->room, count + READ_BYTES + 1, 1);
        ssize_t more = recv(client->fd, client->text + count, READ_BYTES, 0);
        if (more <= 0)
            break;
        response_read(response, client->text + count, (size_t)more);
        count += (size_t)more;
    }
    return count;
}

const char *http_client_get(struct http_client *client, const char *path, size_t *bytes,
                            struct error *error)
{
    struct response response;
    const char *flaw = NULL;
    size_t count = request_send(client->fd, path) == 0 ? response_receive(client, &response) : 0;
    if (count == 0)
        flaw = "no response";
    else if (response.state != RESPONSE_COMPLETE)
        flaw = "the response is not complete";
    else if (response.status != 200)
        flaw = "the status is not 200";
    else if (response.chunked)
        flaw = "the response has no Content-Length";
    if (flaw != NULL) {
        error_set(error, "GET %s: %s", path, flaw);
        return NULL;
    }
    *bytes = response.body_bytes;
    client->text[count] = '\0';
    return client->text + count - response.body_bytes;
}
