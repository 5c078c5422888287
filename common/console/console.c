/* console.c - the socket, the clients, and which client runs next. */
#include "console.h"

#include "clock.h"
#include "console_client.h"
#include "listener.h"
#include "wire.h"
#include "xmalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ACCEPTS_AT_ONCE 16
#define SLOTS           (2 * CONSOLE_CLIENTS) /* also for clients that left, until all is freed */
#define NEVER           UINT64_MAX
#define REST_SLICES     2 /* after a slice, requests are served for so many times its length */
#define RETRY_NS        NS_PER_SECOND /* until the next accept after one failed */

/* The source of an event: the index of a client's slot, or one of these. */
enum { EVENT_LISTENER = SLOTS, EVENT_TIMER, EVENT_COUNT };

struct slot {
    struct console_client *client; /* NULL: free */
    unsigned events;               /* that epoll waits for */
};

struct console {
    struct module_host host;
    char path[PATH_MAX];
    int listener, epoll, timer;
    uint64_t timer_ns;     /* when the timer expires */
    uint64_t listen_ns;    /* when to accept connections again; 0: now */
    uint64_t rest_end_ns;  /* no client runs before: requests are served */
    unsigned next;         /* the slot that runs next */
    uint64_t client_bytes; /* of the Lua states of all clients */
    struct slot slots[SLOTS];
};

static void watch(struct console *console, int operation, int descriptor, unsigned events,
                  uint32_t source)
{
    struct epoll_event event = {.events = events, .data.u32 = source};
    if (epoll_ctl(console->epoll, operation, descriptor, &event) < 0)
        die_of("epoll_ctl failed");
}

/* Clients. */

/* First disconnects the client, then frees the slot when all variables are freed. */
static void client_remove(struct slot *slot)
{
    slot->events = 0;
    if (console_client_connected(slot->client)) {
        console_client_disconnect(slot->client);
        return;
    }
    console_client_destroy(slot->client);
    slot->client = NULL;
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

/* A free slot. NULL: too many clients are connected. */
static struct slot *slot_find(struct console *console)
{
    struct slot *free = NULL;
    unsigned clients = 0;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct slot *slot = &console->slots[i];
        if (slot->client == NULL)
            free = slot;
        else
            clients += console_client_connected(slot->client);
    }
    return clients < CONSOLE_CLIENTS ? free : NULL;
}

static void client_add(struct console *console, int socket)
{
    struct slot *slot = slot_find(console);
    if (!peer_is_trusted(socket)) {
        refuse(socket, "only the user that runs the server may connect");
    } else if (slot == NULL) {
        refuse(socket, "too many clients are connected; try again when one has left");
    } else {
        *slot = (struct slot){console_client_create(socket, &console->host), 0};
        watch(console, EPOLL_CTL_ADD, socket, 0, (uint32_t)(slot - console->slots));
    }
}

/* Without free descriptors the listener would stay readable, and the loop would spin. */
static void listener_pause(struct console *console)
{
    console->listen_ns = clock_ns() + RETRY_NS;
    watch(console, EPOLL_CTL_MOD, console->listener, 0, EVENT_LISTENER);
}

static void listener_resume(struct console *console, uint64_t now_ns)
{
    if (console->listen_ns == 0 || console->listen_ns > now_ns)
        return;
    console->listen_ns = 0;
    watch(console, EPOLL_CTL_MOD, console->listener, EPOLLIN, EVENT_LISTENER);
}

static void listener_readable(struct console *console)
{
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int socket = accept4(console->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0)
            client_add(console, socket);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR && errno != ECONNABORTED) {
            listener_pause(console);
            return;
        }
    }
}

/* Events. */

static void client_ready(struct slot *slot)
{
    if (slot->client && !console_client_exchange(slot->client))
        client_remove(slot);
}

static void timer_expired(struct console *console)
{
    uint64_t expirations;
    (void)!read(console->timer, &expirations, sizeof expirations);
    console->timer_ns = NEVER;
}

static void event_handle(struct console *console, uint32_t source)
{
    if (source == EVENT_LISTENER)
        listener_readable(console);
    else if (source == EVENT_TIMER)
        timer_expired(console);
    else
        client_ready(&console->slots[source]);
}

/* Of all clients together, so that many do not take more than one. */
static void rest(struct console *console, uint64_t began_ns)
{
    uint64_t now_ns = clock_ns();
    console->rest_end_ns = now_ns + REST_SLICES * (now_ns - began_ns);
}

/* Runs one slice of the next client that is due. */
static void slice_run(struct console *console, uint64_t now_ns)
{
    for (unsigned i = 0; now_ns >= console->rest_end_ns && i < SLOTS; i++) {
        struct slot *slot = &console->slots[console->next++ % SLOTS];
        if (slot->client == NULL || console_client_due_ns(slot->client) > now_ns)
            continue;
        if (!console_client_step(slot->client, now_ns))
            client_remove(slot);
        rest(console, now_ns);
        return;
    }
}

static uint64_t console_due_ns(const struct console *console)
{
    uint64_t due_ns = console->listen_ns ? console->listen_ns : NEVER;
    for (unsigned i = 0; i < SLOTS; i++) {
        const struct console_client *client = console->slots[i].client;
        if (client && console_client_due_ns(client) < due_ns)
            due_ns = console_client_due_ns(client);
    }
    return due_ns < console->rest_end_ns ? console->rest_end_ns : due_ns;
}

static void events_update(struct console *console)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        struct slot *slot = &console->slots[i];
        unsigned events = slot->client ? console_client_events(slot->client) : 0;
        if (events == slot->events)
            continue;
        slot->events = events;
        watch(console, EPOLL_CTL_MOD, console_client_socket(slot->client), events, i);
    }
}

/* A time in the past makes the timer readable at once; NEVER disarms it. */
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
    struct epoll_event events[EVENT_COUNT];
    int count = epoll_wait(console->epoll, events, EVENT_COUNT, 0);
    for (int i = 0; i < count; i++)
        event_handle(console, events[i].data.u32);
    uint64_t now_ns = clock_ns();
    listener_resume(console, now_ns);
    slice_run(console, now_ns);
    events_update(console);
    timer_update(console);
}

int console_descriptor(const struct console *console)
{
    return console->epoll;
}

/* Creation and destruction. */

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
    struct console *console = xcalloc(1, sizeof *console);
    console->host = (struct module_host){setup->handler, setup->url, &console->client_bytes};
    console->timer_ns = NEVER;
    error_set(error, "the path of the console's socket is too long");
    if (!path_choose(console, setup->path) || console_listen(console, error) < 0) {
        free(console);
        return NULL;
    }
    console->epoll = epoll_create1(EPOLL_CLOEXEC);
    console->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (console->epoll < 0 || console->timer < 0)
        die_of("the console needs two file descriptors");
    watch(console, EPOLL_CTL_ADD, console->listener, EPOLLIN, EVENT_LISTENER);
    watch(console, EPOLL_CTL_ADD, console->timer, EPOLLIN, EVENT_TIMER);
    return console;
}

void console_destroy(void *context)
{
    struct console *console = context;
    for (unsigned i = 0; i < SLOTS; i++)
        if (console->slots[i].client)
            console_client_destroy(console->slots[i].client);
    close(console->listener);
    unlink(console->path);
    close(console->timer);
    close(console->epoll);
    free(console);
}
