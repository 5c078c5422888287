/* console.c - the socket, the clients, and which of them has the next slice. */
#include "console.h"

#include "console_client.h"
#include "listener.h"
#include "units.h"
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define ACCEPTS_AT_ONCE 16
#define PLACES          (2 * CONSOLE_CLIENTS) /* some that have left may still let go what they had */
#define NEVER           UINT64_MAX
#define RETRY_NS        NS_PER_SECOND /* after a connection could not be accepted */

/* What an event is about: a client's place, or one of these. */
enum { AT_LISTENER = PLACES, AT_TIMER, AT_COUNT };

struct place {
    struct client *client; /* NULL: free */
    unsigned events;
};

struct console {
    struct module_host host;
    char path[PATH_MAX];
    int listener, epoll, timer;
    uint64_t timer_ns;  /* for when it is set */
    uint64_t listen_ns; /* when the listener is looked at again; 0: it is */
    unsigned next;      /* whose turn it is */
    struct place places[PLACES];
};

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void watch(struct console *console, int operation, int descriptor, unsigned events,
                  uint32_t what)
{
    struct epoll_event event = {.events = events, .data.u32 = what};
    if (epoll_ctl(console->epoll, operation, descriptor, &event) < 0)
        abort(); /* no memory for it */
}

/* Clients come and go. */

static void client_leave(struct place *place)
{
    place->events = 0;
    if (!client_parted(place->client)) {
        client_part(place->client);
        return;
    }
    client_destroy(place->client);
    place->client = NULL;
}

static void refuse(int socket, const char *reason)
{
    unsigned char header[WIRE_HEADER_BYTES];
    wire_put(header, WIRE_FAILED, (uint32_t)strlen(reason));
    if (send(socket, header, sizeof header, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof header)
        (void)!send(socket, reason, strlen(reason), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(socket);
}

static bool peer_is_trusted(int socket)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

/* NULL: too many are here. */
static struct place *place_free(struct console *console)
{
    struct place *free = NULL;
    unsigned clients = 0;
    for (unsigned i = 0; i < PLACES; i++) {
        struct place *place = &console->places[i];
        if (place->client == NULL)
            free = place;
        else
            clients += !client_parted(place->client);
    }
    return clients < CONSOLE_CLIENTS ? free : NULL;
}

static void client_arrives(struct console *console, int socket)
{
    struct place *place = place_free(console);
    if (!peer_is_trusted(socket)) {
        refuse(socket, "this console is for the server's own user only");
    } else if (place == NULL) {
        refuse(socket, "too many clients are here already; try again when one has left");
    } else {
        *place = (struct place){client_create(socket, &console->host), 0};
        watch(console, EPOLL_CTL_ADD, socket, 0, (uint32_t)(place - console->places));
    }
}

/* Out of descriptors, the listener would be readable for ever. */
static void listener_pause(struct console *console)
{
    console->listen_ns = clock_ns() + RETRY_NS;
    watch(console, EPOLL_CTL_MOD, console->listener, 0, AT_LISTENER);
}

static void listener_resume(struct console *console, uint64_t now_ns)
{
    if (console->listen_ns == 0 || console->listen_ns > now_ns)
        return;
    console->listen_ns = 0;
    watch(console, EPOLL_CTL_MOD, console->listener, EPOLLIN, AT_LISTENER);
}

static void listener_readable(struct console *console)
{
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int socket = accept4(console->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0)
            client_arrives(console, socket);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR && errno != ECONNABORTED) {
            listener_pause(console);
            return;
        }
    }
}

/* Turns. */

static void client_ready(struct place *place)
{
    if (place->client && !client_exchange(place->client))
        client_leave(place);
}

static void timer_rings(struct console *console)
{
    uint64_t expirations;
    (void)!read(console->timer, &expirations, sizeof expirations);
    console->timer_ns = NEVER;
}

static void event_handle(struct console *console, uint32_t what)
{
    if (what == AT_LISTENER)
        listener_readable(console);
    else if (what == AT_TIMER)
        timer_rings(console);
    else
        client_ready(&console->places[what]);
}

/* One slice in a turn, whoever has it. */
static void slice_give(struct console *console, uint64_t now_ns)
{
    for (unsigned i = 0; i < PLACES; i++) {
        struct place *place = &console->places[console->next++ % PLACES];
        if (place->client == NULL || client_due_ns(place->client) > now_ns)
            continue;
        if (!client_step(place->client, now_ns))
            client_leave(place);
        return;
    }
}

static uint64_t console_due_ns(const struct console *console)
{
    uint64_t due_ns = console->listen_ns ? console->listen_ns : NEVER;
    for (unsigned i = 0; i < PLACES; i++) {
        const struct client *client = console->places[i].client;
        if (client && client_due_ns(client) < due_ns)
            due_ns = client_due_ns(client);
    }
    return due_ns;
}

static void events_update(struct console *console)
{
    for (unsigned i = 0; i < PLACES; i++) {
        struct place *place = &console->places[i];
        unsigned events = place->client ? client_events(place->client) : 0;
        if (events == place->events)
            continue;
        place->events = events;
        watch(console, EPOLL_CTL_MOD, client_socket(place->client), events, i);
    }
}

/* A time that is over makes the timer readable at once. NEVER makes it silent. */
static void timer_update(struct console *console)
{
    uint64_t due_ns = console_due_ns(console);
    if (due_ns == console->timer_ns)
        return;
    console->timer_ns = due_ns;
    struct itimerspec at = {{0}, {0}};
    if (due_ns != NEVER)
        at.it_value = (struct timespec){(time_t)(due_ns / NS_PER_SECOND),
                                        (long)(due_ns % NS_PER_SECOND) + (due_ns == 0)};
    timerfd_settime(console->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

void console_turn(void *context)
{
    struct console *console = context;
    struct epoll_event events[AT_COUNT];
    int count = epoll_wait(console->epoll, events, AT_COUNT, 0);
    for (int i = 0; i < count; i++)
        event_handle(console, events[i].data.u32);
    uint64_t now_ns = clock_ns();
    listener_resume(console, now_ns);
    slice_give(console, now_ns);
    events_update(console);
    timer_update(console);
}

int console_descriptor(const struct console *console)
{
    return console->epoll;
}

/* Making and unmaking. */

static bool path_choose(struct console *console, const char *path)
{
    size_t count = path ? (size_t)snprintf(console->path, sizeof console->path, "%s", path)
                        : (size_t)snprintf(console->path, sizeof console->path, "%s/" WIRE_NAME,
                                           wire_folder(), (long)getpid());
    return count < sizeof console->path;
}

static int console_listen(struct console *console, struct error *error)
{
    mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    console->listener = listener_open_unix(console->path, error);
    umask(before);
    return console->listener < 0 ? -1 : 0;
}

struct console *console_create(const struct console_setup *setup, struct error *error)
{
    struct console *console = calloc(1, sizeof *console);
    if (console == NULL)
        abort();
    console->host = (struct module_host){setup->handler, setup->url};
    console->timer_ns = NEVER;
    error_set(error, "the socket's path is too long");
    if (!path_choose(console, setup->path) || console_listen(console, error) < 0) {
        free(console);
        return NULL;
    }
    console->epoll = epoll_create1(EPOLL_CLOEXEC);
    console->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (console->epoll < 0 || console->timer < 0)
        abort(); /* the server has descriptors to spare when it begins */
    watch(console, EPOLL_CTL_ADD, console->listener, EPOLLIN, AT_LISTENER);
    watch(console, EPOLL_CTL_ADD, console->timer, EPOLLIN, AT_TIMER);
    return console;
}

void console_destroy(void *context)
{
    struct console *console = context;
    for (unsigned i = 0; i < PLACES; i++)
        if (console->places[i].client)
            client_destroy(console->places[i].client);
    close(console->listener);
    unlink(console->path);
    close(console->timer);
    close(console->epoll);
    free(console);
}
