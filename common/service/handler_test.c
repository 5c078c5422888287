/* handler_test.c - requests and replies, without sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handler.h"
#include "policies.h"

#include <jansson.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#define COST_NS  (2 * NS_PER_MS)
#define WAITERS  8
#define RACES    20000
#define START_NS NS_PER_SECOND

struct test_waiter {
    struct waiter waiter;
    unsigned woken;
};

/* A handler with two threads, one connection on each, and a clock. */
struct test {
    struct handler *handler;
    struct worker *workers[2];
    struct recent_records *sessions[2];
    uint64_t now_ns;
    struct test_waiter waiters[WAITERS];
    size_t waiting;
};

static struct handler_setup setup_of(const char *policy)
{
    return (struct handler_setup){.version = "1.2.3",
                                  .cache = {.policy = policy_find(policy)},
                                  .origin = "faker",
                                  .threads = 2,
                                  .now_ns = START_NS};
}

static void test_begin(struct test *test, const struct handler_setup *setup)
{
    struct error error = {""};
    *test = (struct test){.now_ns = START_NS, .handler = handler_create(setup, &error)};
    if (test->handler == NULL)
        fail_msg("%s", error.text);
    for (unsigned i = 0; i < 2; i++) {
        test->workers[i] = handler_worker(test->handler, i);
        test->sessions[i] = worker_connect(test->workers[i]);
    }
}

/* Nobody may be left to hold a record but the cache. */
static void test_end(struct test *test)
{
    struct figures figures;
    for (unsigned i = 0; i < 2; i++)
        worker_disconnect(test->workers[i], test->sessions[i]);
    handler_read(test->handler, test->now_ns, &figures);
    assert_int_equal(figures.records.held_records, 0);
    assert_int_equal(figures.records.live_records, figures.cache.entries);
    handler_destroy(test->handler);
}

static void waiter_wake(struct waiter *waiter)
{
    ((struct test_waiter *)waiter)->woken++;
}

static struct waiter *waiter_make(void *context)
{
    struct test *test = context;
    struct test_waiter *made = &test->waiters[test->waiting++];
    *made = (struct test_waiter){.waiter.wake = waiter_wake};
    return &made->waiter;
}

static bool request_on(struct test *test, unsigned thread, const char *method, const char *path,
                       struct reply *reply)
{
    struct request request = {.method = {method, strlen(method)},
                              .path = {path, strlen(path)},
                              .recent = test->sessions[thread],
                              .now_ns = test->now_ns,
                              .wait = waiter_make,
                              .context = test};
    return worker_request(test->workers[thread], &request, reply);
}

/* The reply's status; its X-Cache goes to `cache`, if that is wanted. */
static unsigned request(struct test *test, const char *method, const char *path, const char **cache)
{
    struct reply reply;
    assert_true(request_on(test, 0, method, path, &reply));
    if (cache)
        *cache = reply.cache;
    reply_release(test->handler, &reply);
    return reply.status;
}

static struct cache_stats stats_of(struct test *test)
{
    struct figures figures;
    handler_read(test->handler, test->now_ns, &figures);
    return figures.cache;
}

static void statuses_follow_http(void **state)
{
    static const struct {
        const char *method, *path;
        unsigned status;
    } rows[] = {
        {"GET", "/users/alice", 200},    {"HEAD", "/users/alice", 200},
        {"GET", "/users/random", 200},   {"GET", "/stats", 200},
        {"HEAD", "/metrics", 200},       {"GET", "/users/", 400},
        {"GET", "/users/%zz", 400},      {"GET", "/users", 404},
        {"GET", "/users/a/b", 404},      {"GET", "/", 404},
        {"POST", "/nothing", 404},       {"POST", "/users/alice", 405},
        {"DELETE", "/users/alice", 405}, {"OPTIONS", "/stats", 405},
        {"get", "/stats", 405},          {"", "/users/random", 405},
        {"POST", "/users/%zz", 405},
    };
    struct test test;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned status = request(&test, rows[i].method, rows[i].path, NULL);
        if (status != rows[i].status)
            fail_msg("%s %s: %u, not %u", rows[i].method, rows[i].path, status, rows[i].status);
    }
    test_end(&test);
}

static void a_wrong_method_lists_the_allowed_ones(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    assert_true(request_on(&test, 0, "PUT", "/users/alice", &reply));
    assert_string_equal(reply.allow, "GET, HEAD");
    assert_null(reply.cache);
    test_end(&test);
}

static void second_request_hits(void **state)
{
    const char *cache;
    struct test test;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    assert_int_equal(request(&test, "GET", "/users/a%2Fb", &cache), 200);
    assert_string_equal(cache, "miss");
    assert_int_equal(request(&test, "HEAD", "/users/%61%2fb", &cache), 200);
    assert_string_equal(cache, "hit");
    assert_int_equal(request(&test, "GET", "/stats", &cache), 200);
    assert_null(cache);
    test_end(&test);
}

static void null_cache_never_hits(void **state)
{
    const char *cache;
    struct test test;
    struct handler_setup setup = setup_of("null");
    test_begin(&test, &setup);
    for (unsigned i = 0; i < 3; i++) {
        request(&test, "GET", "/users/alice", &cache);
        assert_string_equal(cache, "miss");
    }
    assert_int_equal(stats_of(&test).entries, 0);
    test_end(&test);
}

static void head_has_the_length_only(void **state)
{
    struct test test;
    struct reply get, head;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    assert_true(request_on(&test, 0, "GET", "/users/alice", &get));
    assert_true(request_on(&test, 1, "HEAD", "/users/alice", &head));
    assert_false(get.head);
    assert_true(head.head);
    assert_int_equal(head.body.count, get.body.count);
    assert_ptr_equal(head.body.bytes, get.body.bytes); /* a record is not copied */
    reply_release(test.handler, &get);
    reply_release(test.handler, &head);
    test_end(&test);
}

static void random_user_ask(struct test *test, unsigned thread, char id[64 + 1])
{
    struct reply reply;
    assert_true(request_on(test, thread, "GET", "/users/random", &reply));
    assert_string_equal(reply.cache, "miss");
    memcpy(id, record_key(reply.record).bytes, 64);
    id[64] = '\0';
    assert_int_equal(record_key(reply.record).count, 64);
    assert_int_equal(strspn(id, "0123456789abcdef"), 64);
    reply_release(test->handler, &reply);
}

static void random_users_are_new_and_cached(void **state)
{
    char id[65], again[65], path[80];
    const char *cache;
    struct test test;
    struct handler_setup setup = setup_of("unbounded");
    test_begin(&test, &setup);
    random_user_ask(&test, 0, id);
    snprintf(path, sizeof path, "/users/%s", id);
    request(&test, "GET", path, &cache);
    assert_string_equal(cache, "hit");
    for (unsigned i = 0; i < 1000; i++) {
        random_user_ask(&test, i % 2, again);
        assert_string_not_equal(again, id);
    }
    assert_int_equal(stats_of(&test).entries, 1001);
    test_end(&test);
}

static void seed_decides_random_users(void **state)
{
    char ids[3][65];
    for (unsigned i = 0; i < 3; i++) {
        struct test test;
        struct handler_setup setup = setup_of("lru");
        setup.cache.seed = i / 2;
        test_begin(&test, &setup);
        random_user_ask(&test, 0, ids[i]);
        test_end(&test);
    }
    assert_string_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[0], ids[2]);
}

/* Requests in two threads, three for alice and one for bob: two fetches, four replies. */
static void one_fetch_serves_all(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("lru");
    setup.origin_cost_ns = COST_NS;
    test_begin(&test, &setup);
    assert_int_equal(worker_due(test.workers[0]), 0);
    assert_false(request_on(&test, 0, "GET", "/users/alice", &reply));
    assert_false(request_on(&test, 0, "HEAD", "/users/alice", &reply));
    assert_false(request_on(&test, 1, "GET", "/users/alice", &reply));
    assert_int_equal(worker_due(test.workers[1]), 0);
    assert_int_equal(worker_due(test.workers[0]), START_NS + COST_NS);
    test.now_ns += 1;
    assert_false(request_on(&test, 1, "GET", "/users/bob", &reply));

    worker_fetch(test.workers[0], START_NS + COST_NS - 1, false);
    assert_int_equal(test.waiters[0].woken, 0);
    worker_fetch(test.workers[0], START_NS + COST_NS, false);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(test.waiters[i].woken, 1);
    assert_int_equal(test.waiters[3].woken, 0);
    assert_int_equal(stats_of(&test).insertions, 1);
    assert_int_equal(stats_of(&test).misses, 4);
    assert_int_equal(request(&test, "GET", "/users/alice", NULL), 200); /* at once */

    for (unsigned i = 0; i < 2; i++) {
        waiter_resume(&test.waiters[i].waiter, test.sessions[0], &reply);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.cache, "miss");
        assert_int_equal(reply.head, i == 1);
        reply_release(test.handler, &reply);
    }
    waiter_release(test.handler, &test.waiters[2].waiter); /* its client went away */
    worker_fetch(test.workers[1], 0, true);
    assert_int_equal(test.waiters[3].woken, 1);
    assert_int_equal(worker_due(test.workers[1]), 0);
    waiter_release(test.handler, &test.waiters[3].waiter);
    test_end(&test);
}

/* Two requests wait for alice's fetch, of the other thread too, and one for bob's. */
static void a_fetch_ends_when_nobody_waits(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("lru");
    setup.origin_cost_ns = COST_NS;
    test_begin(&test, &setup);
    request_on(&test, 0, "GET", "/users/alice", &reply);
    request_on(&test, 0, "GET", "/users/bob", &reply);
    request_on(&test, 1, "GET", "/users/alice", &reply);
    assert_true(waiter_cancel(test.handler, &test.waiters[0].waiter));
    assert_true(waiter_cancel(test.handler, &test.waiters[1].waiter));
    assert_int_equal(worker_due(test.workers[0]), START_NS + COST_NS);
    assert_true(waiter_cancel(test.handler, &test.waiters[2].waiter));
    assert_int_equal(worker_due(test.workers[0]), 0);
    request_on(&test, 0, "GET", "/users/alice", &reply);
    worker_fetch(test.workers[0], 0, true);
    assert_int_equal(test.waiters[3].woken, 1);
    assert_int_equal(test.waiters[0].woken + test.waiters[1].woken + test.waiters[2].woken, 0);
    assert_false(waiter_cancel(test.handler, &test.waiters[3].waiter));
    waiter_release(test.handler, &test.waiters[3].waiter);
    assert_int_equal(stats_of(&test).insertions, 1);
    test_end(&test);
}

/* A thread with its worker: it requests the same few users as the other one, and cancels most of
 * the requests a little later. */
struct racer {
    struct test *test;
    unsigned thread;
    pthread_t running;
    pthread_barrier_t *start;
    struct racing_waiter {
        struct waiter waiter;
        atomic_bool woken;
    } waiters[RACES];
    size_t made;
};

static void racing_wake(struct waiter *waiter)
{
    atomic_store(&((struct racing_waiter *)waiter)->woken, true);
}

static struct waiter *racing_make(void *context)
{
    struct racer *racer = context;
    struct racing_waiter *made = &racer->waiters[racer->made++];
    made->waiter.wake = racing_wake;
    return &made->waiter;
}

static void racer_request(struct racer *racer, char digit)
{
    struct test *test = racer->test;
    struct reply reply;
    char path[] = {'/', 'u', 's', 'e', 'r', 's', '/', digit};
    struct request request = {.method = {"GET", 3},
                              .path = {path, sizeof path},
                              .recent = test->sessions[racer->thread],
                              .now_ns = START_NS,
                              .wait = racing_make,
                              .context = racer};
    if (worker_request(test->workers[racer->thread], &request, &reply) == REQUEST_ANSWERED)
        reply_release(test->handler, &reply);
}

static void *racer_run(void *context)
{
    struct racer *racer = context;
    struct test *test = racer->test;
    pthread_barrier_wait(racer->start);
    for (unsigned i = 0; i < RACES; i++) {
        racer_request(racer, (char)('0' + i % 4));
        struct racing_waiter *earlier = i >= 3 ? &racer->waiters[i - 3] : NULL;
        if (earlier && i % 8 && waiter_cancel(test->handler, &earlier->waiter))
            atomic_store(&earlier->woken, true);
        if (i % 8 == 0)
            worker_fetch(test->workers[racer->thread], 0, true);
    }
    while (worker_due(test->workers[racer->thread]) > 0)
        worker_fetch(test->workers[racer->thread], 0, true);
    return NULL;
}

static void threads_cancel_each_others_fetches(void **state)
{
    static struct racer racers[2];
    pthread_barrier_t start;
    struct test test;
    struct handler_setup setup = setup_of("null");
    setup.origin_cost_ns = COST_NS;
    test_begin(&test, &setup);
    pthread_barrier_init(&start, NULL, 2);
    for (unsigned i = 0; i < 2; i++) {
        racers[i] = (struct racer){.test = &test, .thread = i, .start = &start};
        assert_int_equal(pthread_create(&racers[i].running, NULL, racer_run, &racers[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(racers[i].running, NULL);
    pthread_barrier_destroy(&start);
    for (unsigned i = 0; i < 2; i++)
        for (size_t j = 0; j < racers[i].made; j++) {
            assert_true(atomic_load(&racers[i].waiters[j].woken));
            waiter_release(test.handler, &racers[i].waiters[j].waiter);
        }
    test_end(&test);
}

static struct waiter *waiter_refuse(void *context)
{
    return NULL;
}

static void too_many_waiting_requests_are_refused(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("lru");
    setup.origin_cost_ns = COST_NS;
    test_begin(&test, &setup);
    struct request request = {.method = {"GET", 3},
                              .path = {"/users/alice", 12},
                              .recent = test.sessions[0],
                              .now_ns = START_NS,
                              .wait = waiter_refuse};
    assert_int_equal(worker_request(test.workers[0], &request, &reply), REQUEST_ANSWERED);
    assert_int_equal(reply.status, 503);
    assert_true(reply.retry_after);
    assert_int_equal(worker_due(test.workers[0]), 0);
    test_end(&test);
}

static void costly_endpoints_can_be_deferred(void **state)
{
    static const char *const paths[] = {"/stats", "/metrics", "/jemalloc"};
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct request request = {.method = {"GET", 3},
                                  .path = {paths[i], strlen(paths[i])},
                                  .recent = test.sessions[0],
                                  .defer = true};
        assert_int_equal(worker_request(test.workers[0], &request, &reply), REQUEST_DEFERRED);
    }
    test_end(&test);
}

static void fetches_finish_in_order(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("null");
    setup.origin_cost_ns = COST_NS;
    test_begin(&test, &setup);
    for (unsigned i = 0; i < 3; i++, test.now_ns += 10)
        request_on(&test, 0, "GET", i == 0 ? "/users/a" : i == 1 ? "/users/b" : "/users/c", &reply);
    worker_fetch(test.workers[0], START_NS + COST_NS + 10, false);
    assert_int_equal(test.waiters[1].woken, 1);
    assert_int_equal(test.waiters[2].woken, 0);
    assert_int_equal(worker_due(test.workers[0]), START_NS + COST_NS + 20);
    /* a null cache keeps nothing: the next request fetches again */
    assert_false(request_on(&test, 0, "GET", "/users/a", &reply));
    worker_fetch(test.workers[0], 0, true);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(test.waiters[i].woken, 1);
        waiter_release(test.handler, &test.waiters[i].waiter);
    }
    test_end(&test);
}

static void age_counts_from_the_fetch(void **state)
{
    const char *cache;
    struct test test;
    struct handler_setup setup = setup_of("ttl");
    setup.cache.ttl_ns = 10 * NS_PER_SECOND;
    test_begin(&test, &setup);
    request(&test, "GET", "/users/alice", &cache);
    test.now_ns += 10 * NS_PER_SECOND - 1;
    request(&test, "GET", "/users/alice", &cache);
    assert_string_equal(cache, "hit");
    test.now_ns += 2;
    request(&test, "GET", "/users/alice", &cache);
    assert_string_equal(cache, "miss");
    test.now_ns += 20 * NS_PER_SECOND;
    handler_tick(test.handler, test.now_ns);
    assert_int_equal(stats_of(&test).entries, 0);
    assert_int_equal(stats_of(&test).expirations, 2);
    test_end(&test);
}

static void weak_records_live_as_long_as_their_owners(void **state)
{
    struct test test;
    struct reply reply;
    struct handler_setup setup = setup_of("weak");
    setup.session_records = 2;
    test_begin(&test, &setup);
    assert_true(request_on(&test, 0, "GET", "/users/a", &reply));
    request(&test, "GET", "/users/b", NULL);
    request(&test, "GET", "/users/c", NULL);
    assert_int_equal(stats_of(&test).entries, 3); /* the request still owns a */
    reply_release(test.handler, &reply);
    assert_int_equal(stats_of(&test).entries, 2);
    assert_true(request_on(&test, 1, "GET", "/users/b", &reply));
    assert_string_equal(reply.cache, "hit");
    reply_release(test.handler, &reply);
    worker_disconnect(test.workers[0], test.sessions[0]);
    assert_int_equal(stats_of(&test).entries, 1); /* the other connection's b */
    test.sessions[0] = worker_connect(test.workers[0]);
    test_end(&test);
}

static json_t *stats_load(struct test *test)
{
    struct reply reply;
    assert_true(request_on(test, 0, "GET", "/stats", &reply));
    assert_string_equal(reply.type, "application/json");
    json_t *stats = json_loadb(reply.body.bytes, reply.body.count, 0, NULL);
    assert_non_null(stats);
    reply_release(test->handler, &reply);
    return stats;
}

static void keys_are(const json_t *object, const char *const *keys)
{
    size_t count = 0;
    for (; keys[count]; count++)
        if (json_object_get(object, keys[count]) == NULL)
            fail_msg("there is no %s", keys[count]);
    assert_int_equal(json_object_size(object), count);
}

static json_int_t number_of(const json_t *object, const char *group, const char *key)
{
    const json_t *member = json_object_get(*group ? json_object_get(object, group) : object, key);
    assert_true(json_is_integer(member));
    return json_integer_value(member);
}

static void stats_have_the_documented_shape(void **state)
{
    static const char *const top[] = {"policy",   "summary",  "version",     "pid",
                                      "uptime_s", "requests", "connections", "threads",
                                      "limits",   "cache",    "memory",      NULL};
    static const char *const limits[] = {"capacity_entries", "capacity_bytes", "ttl_ns",
                                         "session_records", NULL};
    static const char *const cache[] = {"entries",     "hits",         "misses",
                                        "insertions",  "replacements", "evictions",
                                        "expirations", "removals",     NULL};
    static const char *const memory[] = {"payload_bytes",
                                         "cache_bytes",
                                         "live_records",
                                         "live_record_bytes",
                                         "held_records",
                                         "zone_allocated_bytes",
                                         "zone_active_bytes",
                                         "zone_resident_bytes",
                                         "zone_metadata_bytes",
                                         "zone_retained_bytes",
                                         "allocated_bytes",
                                         "active_bytes",
                                         "metadata_bytes",
                                         "resident_bytes",
                                         "mapped_bytes",
                                         "retained_bytes",
                                         "rss_bytes",
                                         "vsz_bytes",
                                         NULL};
    struct test test;
    struct handler_setup setup = setup_of("lru");
    setup.cache.capacity_entries = 5;
    test_begin(&test, &setup);
    json_t *stats = stats_load(&test);
    keys_are(stats, top);
    keys_are(json_object_get(stats, "limits"), limits);
    keys_are(json_object_get(stats, "cache"), cache);
    keys_are(json_object_get(stats, "memory"), memory);
    assert_int_equal(number_of(stats, "limits", "capacity_entries"), 5);
    assert_true(json_is_null(json_object_get(json_object_get(stats, "limits"), "ttl_ns")));
    assert_string_equal(json_string_value(json_object_get(stats, "policy")), "lru");
    assert_string_equal(json_string_value(json_object_get(stats, "version")), "1.2.3");
    json_decref(stats);
    test_end(&test);
}

static void stats_count_users_only(void **state)
{
    struct test test;
    struct handler_setup setup = setup_of("lru");
    setup.cache.capacity_entries = 2;
    test_begin(&test, &setup);
    json_decref(stats_load(&test));
    request(&test, "GET", "/users/c", NULL);
    request(&test, "GET", "/users/a", NULL);
    request(&test, "GET", "/users/b", NULL);
    request(&test, "GET", "/users/b", NULL);
    request(&test, "GET", "/metrics", NULL);
    test.now_ns += 3 * NS_PER_SECOND / 2;
    json_t *stats = stats_load(&test);
    assert_int_equal(number_of(stats, "", "requests"), 4);
    assert_int_equal(number_of(stats, "", "connections"), 2);
    assert_int_equal(number_of(stats, "", "threads"), 2);
    assert_int_equal(number_of(stats, "cache", "hits"), 1);
    assert_int_equal(number_of(stats, "cache", "misses"), 3);
    assert_int_equal(number_of(stats, "cache", "evictions"), 1);
    assert_int_equal(number_of(stats, "cache", "entries"), 2);
    assert_true(number_of(stats, "memory", "cache_bytes") >=
                number_of(stats, "memory", "payload_bytes"));
    assert_int_equal(number_of(stats, "memory", "cache_bytes"),
                     number_of(stats, "memory", "zone_allocated_bytes"));
    assert_true(json_real_value(json_object_get(stats, "uptime_s")) == 1.5);
    json_decref(stats);
    test_end(&test);
}

/* Every line is a comment that announces, or a metric that was announced. */
static void metrics_are_prometheus(void **state)
{
    struct test test;
    struct reply reply;
    char announced[128] = "", name[128], kind[16];
    double value;
    unsigned metrics = 0;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    request(&test, "GET", "/users/a", NULL);
    assert_true(request_on(&test, 0, "GET", "/metrics", &reply));
    assert_string_equal(reply.type, "text/plain; version=0.0.4");
    assert_non_null(strstr(reply.text, "\ntidemark_cache_misses_total 1\n"));
    assert_non_null(strstr(reply.text, "\ntidemark_info{policy=\"lru\",version=\"1.2.3\"} 1\n"));
    assert_null(strstr(reply.text, "limits")); /* none is set */
    for (char *line = strtok(reply.text, "\n"); line; line = strtok(NULL, "\n")) {
        if (sscanf(line, "# TYPE %127s %15s", announced, kind) == 2)
            assert_int_equal(strcmp(kind, "counter") == 0, strstr(announced, "_total") != NULL);
        else if (strncmp(line, "# HELP ", 7) != 0) {
            assert_true(sscanf(line, "%127[a-z_]%*[^ ] %lf", name, &value) == 2 ||
                        sscanf(line, "%127[a-z_] %lf", name, &value) == 2);
            assert_string_equal(name, announced);
            metrics++;
        }
    }
    assert_true(metrics > 25);
    reply_release(test.handler, &reply);
    test_end(&test);
}

struct dump_waiter {
    struct waiter waiter;
    sem_t *woken, *go_on; /* go_on: the thread that made the dump waits for it */
};

static void dump_wake(struct waiter *waiter)
{
    struct dump_waiter *dump = (struct dump_waiter *)waiter;
    sem_t *go_on = dump->go_on;
    sem_post(dump->woken);
    sem_wait(go_on);
}

static struct waiter *dump_wait(void *context)
{
    struct dump_waiter *dump = context;
    dump->waiter.wake = dump_wake;
    return &dump->waiter;
}

static enum request_outcome dump_request(struct test *test, struct dump_waiter *dump,
                                         struct reply *reply)
{
    struct request request = {.method = {"GET", 3},
                              .path = {"/jemalloc", 9},
                              .recent = test->sessions[0],
                              .now_ns = START_NS,
                              .wait = dump_wait,
                              .context = dump};
    return worker_request(test->workers[0], &request, reply);
}

/* The thread that makes a dump is still in the first one's wake: the second one has to wait. */
static void one_dump_is_made_at_a_time(void **state)
{
    struct test test;
    struct reply reply;
    sem_t woken, go_on;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    sem_init(&woken, 0, 0);
    sem_init(&go_on, 0, 0);
    struct dump_waiter dumps[3] = {{.woken = &woken, .go_on = &go_on},
                                   {.woken = &woken, .go_on = &go_on}};
    assert_int_equal(dump_request(&test, &dumps[0], &reply), REQUEST_WAITS);
    sem_wait(&woken);
    assert_int_equal(dump_request(&test, &dumps[1], &reply), REQUEST_WAITS);
    assert_int_equal(dump_request(&test, &dumps[2], &reply), REQUEST_ANSWERED);
    assert_int_equal(reply.status, 503);
    assert_true(reply.retry_after);
    assert_false(waiter_cancel(test.handler, &dumps[1].waiter));
    sem_post(&go_on);
    sem_wait(&woken);
    sem_post(&go_on);
    for (size_t i = 0; i < 2; i++)
        waiter_release(test.handler, &dumps[i].waiter);
    test_end(&test);
    sem_destroy(&woken);
    sem_destroy(&go_on);
}

static void statistics_are_json_or_none(void **state)
{
    struct test test;
    struct reply reply;
    sem_t woken, go_on;
    struct handler_setup setup = setup_of("lru");
    test_begin(&test, &setup);
    sem_init(&woken, 0, 0);
    sem_init(&go_on, 0, 1);
    struct dump_waiter waiter = {.woken = &woken, .go_on = &go_on};
    assert_int_equal(dump_request(&test, &waiter, &reply), REQUEST_WAITS);
    sem_wait(&woken);
    waiter_resume(&waiter.waiter, test.sessions[0], &reply);
    assert_true(reply.status == 200 || reply.status == 501);
    json_t *dump = json_loadb(reply.body.bytes, reply.body.count, 0, NULL);
    assert_non_null(json_object_get(dump, reply.status == 200 ? "jemalloc" : "error"));
    json_decref(dump);
    reply_release(test.handler, &reply);
    test_end(&test);
    sem_destroy(&woken);
    sem_destroy(&go_on);
}

static void wrong_origin_is_refused(void **state)
{
    struct error error = {""};
    struct handler_setup setup = setup_of("lru");
    setup.origin = "sqlite:/nowhere/at/all";
    assert_null(handler_create(&setup, &error));
    assert_non_null(strstr(error.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_follow_http),
        cmocka_unit_test(a_wrong_method_lists_the_allowed_ones),
        cmocka_unit_test(second_request_hits),
        cmocka_unit_test(null_cache_never_hits),
        cmocka_unit_test(head_has_the_length_only),
        cmocka_unit_test(random_users_are_new_and_cached),
        cmocka_unit_test(seed_decides_random_users),
        cmocka_unit_test(one_fetch_serves_all),
        cmocka_unit_test(a_fetch_ends_when_nobody_waits),
        cmocka_unit_test(threads_cancel_each_others_fetches),
        cmocka_unit_test(too_many_waiting_requests_are_refused),
        cmocka_unit_test(costly_endpoints_can_be_deferred),
        cmocka_unit_test(fetches_finish_in_order),
        cmocka_unit_test(age_counts_from_the_fetch),
        cmocka_unit_test(weak_records_live_as_long_as_their_owners),
        cmocka_unit_test(stats_have_the_documented_shape),
        cmocka_unit_test(stats_count_users_only),
        cmocka_unit_test(metrics_are_prometheus),
        cmocka_unit_test(one_dump_is_made_at_a_time),
        cmocka_unit_test(statistics_are_json_or_none),
        cmocka_unit_test(wrong_origin_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
