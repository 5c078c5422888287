/* demos_test.c - each demo that leaks leaks in its way, and its repair does not, behind the
 * handler.
 */
#include "handler.h"
#include "policies.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CAPACITY            100
#define CONNECTION_REQUESTS 100
#define REQUESTS            10000 /* twice: before the first look and between the two */
#define STEP_NS             NS_PER_MS
#define TTL_NS              (CAPACITY * STEP_NS)
#define SESSION_RECORDS     64
#define THREADS             3
#define REQUESTS_A_THREAD   2000

/* What grows, request by request, though nothing should. */
enum growth {
    NOTHING,
    UNREACHABLE, /* records that neither the cache, a session nor a request holds */
    ENTRIES,     /* with them the records that they keep */
    REMEMBERED,  /* what the cache spends beside its entries */
};

static const struct {
    const char *policy;
    enum growth growth;
    double least_bytes; /* a request */
} rows[] = {
    {"unbounded", ENTRIES, 100},  {"lru", NOTHING, 0},           {"cycle", UNREACHABLE, 100},
    {"cycle_fixed", NOTHING, 0},  {"ttl_lazy", ENTRIES, 100},    {"ttl", NOTHING, 0},
    {"pinned", UNREACHABLE, 0.3}, {"pinned_fixed", NOTHING, 0},  {"ghost", REMEMBERED, 8},
    {"twoq", NOTHING, 0},         {"session", UNREACHABLE, 100}, {"weak", NOTHING, 0},
    {"fragmenting", NOTHING, 0},
};

#define ROWS (sizeof rows / sizeof rows[0])

struct demo { /* one thread's part of it */
    const struct policy *policy;
    struct handler *handler;
    struct worker *worker;
    struct recent_records *recent;
    uint64_t now_ns;
};

static struct handler *handler_open(const struct policy *found, unsigned threads)
{
    struct error error;
    struct handler_setup setup = {
        .version = "",
        .cache = {.policy = found,
                  .capacity_entries = found->limits == KEEPS_CAPACITY ? CAPACITY : 0,
                  .ttl_ns = found->limits & KEEPS_AGE ? TTL_NS : 0},
        .origin = "faker",
        .session_records = found->weak ? SESSION_RECORDS : 0,
        .threads = threads,
    };
    return handler_create(&setup, &error);
}

static void demo_open(struct demo *demo, const char *policy)
{
    const struct policy *found = policy_find(policy);
    assert_non_null(found);
    *demo = (struct demo){.policy = found, .now_ns = 1, .handler = handler_open(found, 1)};
    demo->worker = handler_worker(demo->handler, 0);
    demo->recent = worker_connect(demo->worker);
}

static void demo_close(struct demo *demo)
{
    worker_disconnect(demo->worker, demo->recent);
    handler_destroy(demo->handler);
}

static void demo_ask(struct demo *demo)
{
    static const char path[] = "/users/random";
    struct reply reply;
    struct request request = {.method = {"GET", 3},
                              .path = {path, sizeof path - 1},
                              .recent = demo->recent,
                              .now_ns = demo->now_ns};
    assert_true(worker_request(demo->worker, &request, &reply));
    assert_int_equal(reply.status, 200);
    reply_release(demo->handler, &reply);
}

static void demo_run(struct demo *demo, uint64_t requests)
{
    for (uint64_t i = 1; i <= requests; i++, demo->now_ns += STEP_NS) {
        demo_ask(demo);
        handler_tick(demo->handler, demo->now_ns);
        if (i % CONNECTION_REQUESTS == 0) {
            worker_disconnect(demo->worker, demo->recent);
            demo->recent = worker_connect(demo->worker);
        }
    }
}

/* Records that have no owner we know of; a weak cache owns none. */
static double lost_of(const struct demo *demo, const struct figures *figures)
{
    const struct shards_figures *census = &figures->records;
    double owned = demo->policy->weak ? 0 : (double)figures->cache.entries;
    return (double)census->live_records - (double)census->held_records - owned;
}

static double mean_bytes(const struct figures *figures)
{
    return (double)figures->records.live_record_bytes / (double)figures->records.live_records;
}

/* Bytes a request by which each kind grew. */
static void growths_read(struct demo *demo, double growths[REMEMBERED + 1])
{
    struct figures before, after;
    demo_run(demo, REQUESTS);
    handler_read(demo->handler, demo->now_ns, &before);
    demo_run(demo, REQUESTS);
    handler_read(demo->handler, demo->now_ns, &after);
    double lost = lost_of(demo, &after) - lost_of(demo, &before);
    double entries = (double)after.cache.entries - (double)before.cache.entries;
    double spent = (double)(after.cache.bytes - after.records.live_record_bytes) -
                   (double)(before.cache.bytes - before.records.live_record_bytes);
    growths[UNREACHABLE] = lost * mean_bytes(&after) / REQUESTS;
    growths[ENTRIES] = demo->policy->weak ? 0 : entries * mean_bytes(&after) / REQUESTS;
    growths[REMEMBERED] = growths[UNREACHABLE] + growths[ENTRIES] > 0 ? 0 : spent / REQUESTS;
}

static void demos_leak_as_described_and_repairs_do_not(void **state)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct demo demo;
        double growths[REMEMBERED + 1];
        demo_open(&demo, rows[i].policy);
        growths_read(&demo, growths);
        demo_close(&demo);
        for (enum growth growth = UNREACHABLE; growth <= REMEMBERED; growth++) {
            bool grew = growths[growth] > 0.05;
            if (grew != (growth == rows[i].growth) ||
                (grew && growths[growth] < rows[i].least_bytes))
                fail_msg("%s: %.2f bytes/request of kind %d", rows[i].policy, growths[growth],
                         growth);
        }
    }
}

static void *thread_run(void *demo)
{
    demo_run(demo, REQUESTS_A_THREAD);
    return NULL;
}

/* What was leaked is freed at the end, whichever thread it came from: handler_destroy insists. */
static void threads_leak_together(void **state)
{
    for (size_t d = 0; d < demos_count; d++) {
        struct figures figures;
        struct demo each[THREADS];
        pthread_t threads[THREADS];
        struct handler *handler = handler_open(demos[d], THREADS);
        for (unsigned i = 0; i < THREADS; i++) {
            struct worker *worker = handler_worker(handler, i);
            each[i] = (struct demo){demos[d], handler, worker, worker_connect(worker), 1};
            assert_int_equal(pthread_create(&threads[i], NULL, thread_run, &each[i]), 0);
        }
        for (unsigned i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            worker_disconnect(each[i].worker, each[i].recent);
        }
        handler_read(handler, 1, &figures);
        assert_int_equal(figures.requests, THREADS * REQUESTS_A_THREAD);
        assert_int_equal(figures.records.held_records, 0);
        handler_destroy(handler);
    }
}

static void every_demo_is_tested_and_is_no_policy(void **state)
{
    for (size_t d = 0; d < demos_count; d++) {
        bool found = false;
        for (size_t i = 0; i < ROWS; i++)
            found |= strcmp(rows[i].policy, demos[d]->name) == 0;
        if (!found)
            fail_msg("%s is not tested", demos[d]->name);
        for (size_t p = 0; p < policies_count; p++)
            assert_string_not_equal(policies[p]->name, demos[d]->name);
        assert_ptr_equal(policy_find(demos[d]->name), demos[d]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demos_leak_as_described_and_repairs_do_not),
        cmocka_unit_test(threads_leak_together),
        cmocka_unit_test(every_demo_is_tested_and_is_no_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
