/* loop.c - the event loop: one thread, one epoll, one clock. */
#include "loop.h"

#include "clock.h"
#include "load_connection.h"
#include "load_exchange.h"
#include "tls.h"
#include "xmalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256
#define TICK_NS         (50 * NS_PER_MS) /* between two checks for timeouts */
#define TICK_DOWN_NS    NS_PER_MS        /* the same while connections are down */
#define CONNECT_NS      NS_PER_SECOND    /* longest wait for all connections before the start */

/* 1/8 of the timeout at most, so that short timeouts are kept, too. */
static uint64_t tick_length_ns(const struct loop *loop)
{
    return earlier(loop->timeout_ns / 8 + 1, loop->down ? TICK_DOWN_NS : TICK_NS);
}

static void loop_tick(struct loop *loop)
{
    for (unsigned i = 0; i < loop->setup->connections && !loop->result->gave_up; i++)
        connection_tick(&loop->connections[i]);
    loop->tick_ns = loop->now_ns + tick_length_ns(loop);
}

/* Sends due requests on idle connections. */
static void loop_dispatch(struct loop *loop)
{
    loop->now_ns = clock_ns();
    while (loop->idle_count && !loop->closing && !loop->connecting &&
           schedule_due(&loop->schedule, loop->now_ns) <= loop->now_ns) {
        connection_send_next(loop);
        loop->now_ns = clock_ns();
    }
}

static void loop_progress(struct loop *loop)
{
    struct load_progress *progress = loop->setup->progress;
    if (progress == NULL)
        return;
    atomic_store_explicit(&progress->hits, loop->total.hits, memory_order_relaxed);
    atomic_store_explicit(&progress->misses, loop->total.misses, memory_order_relaxed);
    atomic_store_explicit(&progress->errors, loop->total.errors, memory_order_relaxed);
    atomic_store_explicit(&progress->requests, loop->total.requests, memory_order_relaxed);
}

/* When the loop has work even if no response arrives. */
static uint64_t loop_wake_ns(const struct loop *loop)
{
    uint64_t wake_ns = loop->tick_ns;
    if (loop->closing)
        return wake_ns;
    if (loop->now_ns < loop->deadline_ns)
        wake_ns = earlier(wake_ns, loop->deadline_ns);
    if (!loop->connecting && !loop->measuring)
        wake_ns = earlier(wake_ns, loop->begin_ns);
    if (loop->idle_count)
        wake_ns = earlier(wake_ns, schedule_due(&loop->schedule, loop->tick_ns));
    return wake_ns;
}

/* Kernels before 5.11, and some sandboxes, have no epoll_pwait2. */
static bool call_is_missing(int number)
{
    return number == ENOSYS || number == EPERM;
}

/* Without epoll_pwait2 waits for whole milliseconds, and for less than one not at all, so that no
 * request is sent late. */
static int events_wait(struct loop *loop, struct epoll_event *events, uint64_t wait_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(wait_ns / NS_PER_SECOND),
                               .tv_nsec = (long)(wait_ns % NS_PER_SECOND)};
    if (!loop->waits_in_ms) {
        int count = epoll_pwait2(loop->poll_fd, events, EVENTS_PER_WAIT, &timeout, NULL);
        if (count >= 0 || !call_is_missing(errno))
            return count;
        loop->waits_in_ms = true;
    }
    return epoll_wait(loop->poll_fd, events, EVENTS_PER_WAIT, (int)(wait_ns / NS_PER_MS));
}

/* The number of events; 0 after a signal; -1 and errno. */
static int loop_wait(struct loop *loop, struct epoll_event *events)
{
    uint64_t wake_ns = loop_wake_ns(loop);
    uint64_t wait_ns = wake_ns > loop->now_ns ? wake_ns - loop->now_ns : 0;
    int count = events_wait(loop, events, wait_ns);
    return count < 0 && errno == EINTR ? 0 : count;
}

/* Starts the clock of the run. */
static void loop_start(struct loop *loop)
{
    const struct load_setup *setup = loop->setup;
    loop->connecting = false;
    loop->begin_ns = loop->now_ns + setup->warmup_ns;
    if (setup->duration_ns)
        loop->deadline_ns = loop->begin_ns + setup->duration_ns;
    loop->least_ns = loop->begin_ns + setup->least_ns;
    schedule_begin(&loop->schedule, setup->rate_rps, setup->arrivals, setup->seed + loop->runs - 1,
                   loop->now_ns);
    if (setup->speed > 0)
        schedule_step(loop);
}

/* Reads the clock. The run starts when all connections are open, or one has failed, or after
 * CONNECT_NS. */
static void loop_clock(struct loop *loop)
{
    loop->now_ns = clock_ns();
    if (loop->connecting && (loop->idle_count == loop->setup->connections ||
                             loop->failures_in_row || loop->now_ns > loop->begin_ns + CONNECT_NS))
        loop_start(loop);
    if (loop->connecting)
        return;
    if (loop->now_ns >= loop->begin_ns)
        measuring_begin(loop);
    if (time_is_up(loop))
        loop->closing = true;
}

static bool loop_is_over(struct loop *loop)
{
    const atomic_bool *stop = loop->setup->stop;
    loop->result->stopped = stop && atomic_load_explicit(stop, memory_order_relaxed);
    return loop->result->stopped || loop->result->gave_up ||
           (loop->closing && loop->in_flight == 0);
}

/* Counts requests that were due before the end, but were not sent as no connection was free. */
static void loop_count_unsent(struct loop *loop)
{
    uint64_t end_ns = earlier(loop->deadline_ns, loop->now_ns);
    uint64_t id;
    if (!load_is_open(loop->setup))
        return;
    while (schedule_due(&loop->schedule, end_ns) < end_ns && !limit_is_reached(loop) &&
           request_source_next(&loop->source, &id)) {
        schedule_step(loop);
        loop->started++;
        loop->result->unsent++;
    }
}

/* 0, or -1 and one line in error. */
static int loop_turns(struct loop *loop, struct error *error)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    int status = 0;
    do {
        int count = loop_wait(loop, events);
        if (count < 0) {
            status = error_set(error, "epoll: %s", strerror(errno));
            break;
        }
        loop_clock(loop);
        loop->events_ns = loop->now_ns;
        for (int i = 0; i < count; i++)
            connection_event(events[i].data.ptr, events[i].events);
        loop_dispatch(loop);
        if (loop->now_ns >= loop->tick_ns)
            loop_tick(loop);
        loop_progress(loop);
    } while (!loop_is_over(loop));
    if (!loop->measuring)
        tally_begin(loop->tally, loop->now_ns);
    loop_count_unsent(loop);
    loop->result->streams = loop->context.allowed;
    tally_end(loop->tally, loop->now_ns);
    return status;
}

/* What stays the same in all runs. */
static void loop_prepare(struct loop *loop, struct tls_client *tls)
{
    const struct load_setup *setup = loop->setup;
    unsigned streams = setup->http2 && setup->streams ? setup->streams : 1;
    struct error ignored;
    loop->context = (struct protocol_context){
        .expect = setup->expect,
        .expected = setup->expected,
        .check_id = setup->check_id,
        .streams = streams,
        .allowed = streams,
        .ended = exchange_ended,
        .load = loop,
        .inner = setup->http2 ? &protocol_http2 : &protocol_http1,
        .tls = tls,
    };
    request_head_render(&loop->context.head, &setup->target);
    for (size_t i = 0; i < setup->headers.count; i++) /* whoever made the setup has tried them */
        request_head_add(&loop->context.head, setup->headers.lines[i], &ignored);
    loop->in_flight_max = setup->connections * streams;
    loop->timeout_ns = setup->timeout_ns ? setup->timeout_ns : LOAD_TIMEOUT_NS;
    loop->buffer = xmalloc(READ_BYTES);
    request_source_open(&loop->source, setup->ids);
    connections_create(loop);
}

void loop_close(struct loop *loop)
{
    connections_destroy(loop);
    request_source_close(&loop->source);
    free(loop->buffer);
    tls_client_close(loop->context.tls);
    close(loop->poll_fd);
    free(loop);
}

/* Whether the run needs times that the trace does not have. */
static bool loop_lacks_times(const struct loop *loop)
{
    return loop->setup->speed > 0 && loop->source.count && !trace_is_timed(loop->setup->ids);
}

/* Why the trace cannot be used. 0, or -1 and one line in error. */
static int loop_check_ids(const struct loop *loop, struct error *error)
{
    char words[TRACE_ACCOUNT_BYTES];
    const struct trace *ids = loop->setup->ids;
    if (ids != NULL && trace_error(ids) != NULL)
        return error_set(error, "%s", trace_error(ids));
    if (loop_lacks_times(loop))
        return error_set(error, "the trace has no times: use --rate instead of --speed");
    if (ids == NULL || loop->source.count > 0)
        return 0;
    trace_account_words(trace_account(ids), words);
    return error_set(error, "there are no requests in the workload%s%s",
                     words[0] != '\0' ? ": " : "", words);
}

struct loop *loop_open(const struct load_setup *setup, const struct address *address,
                       struct error *error)
{
    const struct protocol *protocol = setup->http2 ? &protocol_http2 : &protocol_http1;
    struct loop *loop = xcalloc(1, sizeof *loop);
    struct tls_client *tls = NULL;
    *loop = (struct loop){.setup = setup,
                          .protocol = setup->target.tls ? &protocol_tls : protocol,
                          .address = address,
                          .poll_fd = epoll_create1(EPOLL_CLOEXEC)};
    if (loop->poll_fd < 0) {
        error_set(error, "epoll: %s", strerror(errno));
        goto fail;
    }
    if (setup->target.tls) {
        tls = tls_client_open(&setup->target, setup->http2, error);
        if (tls == NULL)
            goto fail;
    }
    loop_prepare(loop, tls);
    if (loop_check_ids(loop, error) == 0)
        return loop;
    loop_close(loop);
    return NULL;

fail:
    if (loop->poll_fd >= 0)
        close(loop->poll_fd);
    free(loop);
    return NULL;
}

/* The connections of earlier runs stay open and idle. */
static void loop_begin(struct loop *loop, struct tally *tally)
{
    loop->tally = tally;
    loop->result = tally->result;
    loop->now_ns = loop->begin_ns = loop->tick_ns = loop->events_ns = clock_ns();
    loop->deadline_ns = UINT64_MAX;
    loop->idle_since_ns = loop->idle_count ? loop->now_ns : UINT64_MAX;
    loop->started = loop->failures_in_row = 0;
    loop->connecting = true;
    loop->measuring = loop->closing = false;
}

int loop_run(struct loop *loop, struct tally *tally, struct error *error)
{
    if (loop->in_flight > 0)
        return error_set(error, "requests of an earlier slice are still in flight");
    loop_begin(loop, tally);
    loop->runs++;
    return loop_turns(loop, error);
}
