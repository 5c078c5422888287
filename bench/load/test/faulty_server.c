/* faulty_server.c - one thread, one poll loop, and a fault in every response. */
#include "faulty_server.h"

#include "clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define REQUEST_BYTES   2048
#define RESPONSE_BYTES  (128 * 1024)

struct client {
    int fd;
    bool finished; /* the server sends nothing more */
    struct http2_client *http2;
    size_t bytes;
    char request[REQUEST_BYTES];
};

struct faulty_server {
    const struct faulty_behaviour *behaviour;
    int listener, wake[2];
    pthread_t thread;
    unsigned responses;
    unsigned clients_count;
    struct client clients[CONNECTIONS_MAX];
    char url[128];
};

static void client_close(struct faulty_server *server, struct client *client, bool reset)
{
    const struct linger abort = {.l_onoff = 1};
    if (reset)
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    http2_client_close(client->http2);
    close(client->fd);
    *client = server->clients[--server->clients_count];
}

/* The response with the requested id in place of {id}, 16 bytes at least. */
static size_t response_render(char text[RESPONSE_BYTES], const char *response, const char *request)
{
    const char *mark = strstr(response, "{id}");
    const char *path = strchr(request, ' ');
    size_t path_bytes = path ? strcspn(path + 1, " ") : 0;
    char id[REQUEST_BYTES] = "";
    if (mark == NULL)
        return (size_t)snprintf(text, RESPONSE_BYTES, "%s", response);
    if (path) {
        memcpy(id, path + 1, path_bytes);
        id[path_bytes] = '\0';
    }
    return (size_t)snprintf(text, RESPONSE_BYTES, "%.*s%-16s%s", (int)(mark - response), response,
                            strrchr(id, '/') ? strrchr(id, '/') + 1 : id, mark + 4);
}

static void response_send(const struct client *client, const char *text, size_t bytes, bool drip)
{
    size_t step = drip ? 1 : bytes;
    for (size_t at = 0; at < bytes; at += step)
        if (send(client->fd, text + at, step, MSG_NOSIGNAL) < 0)
            return;
}

static void client_end(struct faulty_server *server, struct client *client)
{
    switch (server->behaviour->end) {
    case END_HALF:
        shutdown(client->fd, SHUT_WR);
        client->finished = true;
        break;
    case END_CLOSE:
    case END_RESET:
    case END_AT_START:
        client_close(server, client, server->behaviour->end == END_RESET);
        break;
    case END_KEEP:
        break;
    }
}

static void client_response(struct faulty_server *server, struct client *client)
{
    const struct faulty_behaviour *behaviour = server->behaviour;
    bool good = behaviour->good_of && ++server->responses % behaviour->good_of == 0;
    char text[RESPONSE_BYTES];
    size_t bytes;
    bytes = response_render(text, good ? FAULTY_SERVER_GOOD : behaviour->response, client->request);
    response_send(client, text, bytes, behaviour->drip && !good);
    client->bytes = 0;
    if (behaviour->stop)
        atomic_store(behaviour->stop, true);
    if (!good)
        client_end(server, client);
}

static void client_read(struct faulty_server *server, struct client *client)
{
    ssize_t count = recv(client->fd, client->request + client->bytes,
                         REQUEST_BYTES - 1 - client->bytes, MSG_DONTWAIT);
    if (count <= 0 || client->finished) {
        client_close(server, client, false);
        return;
    }
    if (client->http2) {
        if (!http2_client_receive(client->http2, client->request, (size_t)count))
            client_close(server, client, false);
        return;
    }
    client->bytes += (size_t)count;
    client->request[client->bytes] = '\0';
    if (strstr(client->request, "\r\n\r\n"))
        client_response(server, client);
}

static void client_accept(struct faulty_server *server)
{
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    const int yes = 1;
    struct client *client;
    if (fd < 0)
        return;
    if (server->behaviour->end == END_AT_START || server->clients_count == CONNECTIONS_MAX) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    client = &server->clients[server->clients_count++];
    *client = (struct client){.fd = fd};
    if (server->behaviour->http2 != HTTP2_NONE)
        client->http2 = http2_client_open(fd, server->behaviour->http2);
    if (server->behaviour->banner)
        response_send(client, server->behaviour->response, strlen(server->behaviour->response),
                      false);
}

/* Sleeps during the first stall_ms of each second. */
static void stall(const struct faulty_server *server)
{
    uint64_t stall_ns = server->behaviour->stall_ms * NS_PER_MS;
    uint64_t passed_ns = clock_ns() % NS_PER_SECOND;
    if (passed_ns < stall_ns)
        nanosleep(&(struct timespec){.tv_nsec = (long)(stall_ns - passed_ns)}, NULL);
}

static void *server_run(void *opaque)
{
    struct faulty_server *server = opaque;
    struct pollfd polled[CONNECTIONS_MAX + 2];
    for (;;) {
        unsigned count = server->clients_count;
        polled[0] = (struct pollfd){.fd = server->wake[0], .events = POLLIN};
        polled[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
        for (unsigned i = 0; i < count; i++)
            polled[i + 2] = (struct pollfd){.fd = server->clients[i].fd, .events = POLLIN};
        int idle_ms = server->behaviour->idle_ms > 0 ? (int)server->behaviour->idle_ms : -1;
        if (poll(polled, count + 2, idle_ms) == 0)
            while (server->clients_count > 0)
                client_close(server, server->clients, false);
        if (polled[0].revents)
            return NULL;
        stall(server);
        for (unsigned i = server->clients_count < count ? server->clients_count : count; i-- > 0;)
            if (polled[i + 2].revents)
                client_read(server, &server->clients[i]);
        if (polled[1].revents)
            client_accept(server);
    }
}

static int listen_tcp(struct faulty_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&address, bytes) < 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &bytes) < 0)
        return -1;
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    return 0;
}

static int listen_unix(struct faulty_server *server, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    snprintf(server->url, sizeof server->url, "http://unix:%s:", path);
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(server->listener, (struct sockaddr *)&address, sizeof address);
}

struct faulty_server *faulty_server_open(const struct faulty_behaviour *behaviour, const char *path)
{
    struct faulty_server *server = calloc(1, sizeof *server);
    server->behaviour = behaviour;
    server->listener = -1;
    if ((path ? listen_unix(server, path) : listen_tcp(server)) < 0 ||
        listen(server->listener, CONNECTIONS_MAX) < 0 || pipe(server->wake) < 0 ||
        pthread_create(&server->thread, NULL, server_run, server) != 0) {
        close(server->listener);
        free(server);
        return NULL;
    }
    return server;
}

const char *faulty_server_url(const struct faulty_server *server)
{
    return server->url;
}

void faulty_server_close(struct faulty_server *server)
{
    if (write(server->wake[1], "", 1) == 1)
        pthread_join(server->thread, NULL);
    while (server->clients_count)
        client_close(server, server->clients, false);
    close(server->listener);
    close(server->wake[0]);
    close(server->wake[1]);
    free(server);
}
