/* request_fuzz.c - any requests get a reply, and leave no record or fetch behind.
 *
 * A line of the input is a method and a target. An empty line lets time pass, a line "-" makes the
 * latest waiting client go. The first byte selects the policy, and whether fetches take time.
 */
#include "handler.h"

#include "count_of.h"
#include "fuzz_check.h"
#include "policies.h"
#include "xmalloc.h"

#include <ctype.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define COST_NS  NS_PER_MS
#define START_NS NS_PER_SECOND
#define WAITERS  8

static const char *const names[] = {"lru", "ttl", "weak", "null", "s3fifo", "wtinylfu"};

struct fuzz_waiter {
    struct waiter waiter;
    bool used;
    atomic_bool woken;
};

struct fuzz {
    struct handler *handler;
    struct worker *worker;
    struct recent_records *recent;
    uint64_t now_ns;
    struct fuzz_waiter waiters[WAITERS];
    struct fuzz_waiter *latest;
};

static void waiter_wake(struct waiter *waiter)
{
    atomic_store(&((struct fuzz_waiter *)waiter)->woken, true);
}

static struct waiter *waiter_make(void *context)
{
    struct fuzz *fuzz = context;
    for (size_t i = 0; i < WAITERS; i++)
        if (!fuzz->waiters[i].used) {
            fuzz->latest = &fuzz->waiters[i];
            *fuzz->latest = (struct fuzz_waiter){.waiter.wake = waiter_wake, .used = true};
            return &fuzz->latest->waiter;
        }
    return NULL;
}

static void reply_check(const struct reply *reply)
{
    static const unsigned statuses[] = {200, 400, 404, 405, 501, 502, 503};
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        known |= reply->status == statuses[i];
    check(known && reply->reason != NULL && reply->body.count > 0);
    check(strcmp(reply->type, JSON_TYPE) != 0 || reply->body.bytes[0] == '{');
    check((reply->status == 405) == (reply->allow != NULL));
    check((reply->status == 503) == reply->retry_after);
}

/* Letters and digits after /users/: such an id needs no decoding, and the user exists. */
static bool is_plain_user(struct span path)
{
    static const char users[] = "/users/";
    size_t count = sizeof users - 1;
    if (path.count <= count || path.count > count + 128 || memcmp(path.bytes, users, count) != 0)
        return false;
    for (size_t i = count; i < path.count; i++)
        if (!isalnum((unsigned char)path.bytes[i]))
            return false;
    return true;
}

static void request_make(struct fuzz *fuzz, struct span method, struct span path)
{
    struct reply reply;
    struct request request = {.method = method,
                              .path = path,
                              .recent = fuzz->recent,
                              .now_ns = fuzz->now_ns,
                              .wait = waiter_make,
                              .context = fuzz};
    bool get = method.count == 3 && memcmp(method.bytes, "GET", 3) == 0;
    enum request_outcome outcome = worker_request(fuzz->worker, &request, &reply);
    check(outcome != REQUEST_DEFERRED);
    if (outcome == REQUEST_WAITS)
        return;
    reply_check(&reply);
    check(!get || !is_plain_user(path) || reply.status == 200 || reply.status == 503);
    reply_release(fuzz->handler, &reply);
}

static void woken_answer(struct fuzz *fuzz)
{
    struct reply reply;
    for (size_t i = 0; i < WAITERS; i++) {
        struct fuzz_waiter *each = &fuzz->waiters[i];
        while (each->used && each->waiter.is_dump && !atomic_load(&each->woken))
            sched_yield();
        if (each->used && atomic_load(&each->woken)) {
            waiter_resume(&each->waiter, fuzz->recent, &reply);
            reply_check(&reply);
            reply_release(fuzz->handler, &reply);
            each->used = false;
        }
    }
}

static void time_pass(struct fuzz *fuzz, bool all)
{
    fuzz->now_ns += COST_NS;
    worker_fetch(fuzz->worker, fuzz->now_ns, all);
    woken_answer(fuzz);
    handler_tick(fuzz->handler, fuzz->now_ns);
}

static void latest_cancel(struct fuzz *fuzz)
{
    if (fuzz->latest && fuzz->latest->used) {
        bool left = waiter_cancel(fuzz->handler, &fuzz->latest->waiter);
        check(left == !fuzz->latest->waiter.is_dump);
        fuzz->latest->used = !left;
    }
}

static void line_run(struct fuzz *fuzz, struct span line)
{
    const char *space = memchr(line.bytes, ' ', line.count);
    size_t count = space ? (size_t)(space - line.bytes) : line.count;
    if (line.count == 0)
        time_pass(fuzz, false);
    else if (line.count == 1 && line.bytes[0] == '-')
        latest_cancel(fuzz);
    else
        request_make(fuzz, (struct span){line.bytes, count},
                     space ? (struct span){space + 1, line.count - count - 1}
                           : (struct span){line.bytes, 0});
}

static void fuzz_begin(struct fuzz *fuzz, uint8_t choice)
{
    struct error error;
    struct handler_setup setup = {
        .version = "1",
        .cache = {.policy = policy_find(names[choice % COUNT_OF(names)]), .capacity_entries = 3},
        .origin = "faker",
        .origin_cost_ns = choice & 0x80 ? COST_NS : 0,
        .session_records = 2,
        .threads = 1,
        .now_ns = START_NS};
    if (setup.cache.policy->expired != NULL)
        setup.cache.ttl_ns = 3 * COST_NS;
    *fuzz = (struct fuzz){.handler = handler_create(&setup, &error), .now_ns = START_NS};
    check(fuzz->handler != NULL);
    fuzz->worker = handler_worker(fuzz->handler, 0);
    fuzz->recent = worker_connect(fuzz->worker);
}

/* Only the cache may still hold a record. */
static void fuzz_end(struct fuzz *fuzz)
{
    struct figures figures;
    do
        time_pass(fuzz, true);
    while (worker_due(fuzz->worker) > 0);
    worker_disconnect(fuzz->worker, fuzz->recent);
    handler_read(fuzz->handler, fuzz->now_ns, &figures);
    check(figures.records.held_records == 0);
    check(figures.records.live_records == figures.cache.entries);
    handler_destroy(fuzz->handler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;
    if (size == 0)
        return 0;
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    fuzz_begin(&fuzz, data[0]);
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        line_run(&fuzz, (struct span){at, (size_t)(stop - at)});
        at = stop + 1;
    }
    fuzz_end(&fuzz);
    return 0;
}
