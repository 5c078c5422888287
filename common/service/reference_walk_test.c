/* reference_walk_test.c - the census agrees with the figures; holders are found, and what has none.
 */
#include "handler.h"
#include "policies.h"
#include "recent_records.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CAPACITY            100
#define CONNECTION_REQUESTS 100
#define REQUESTS            5000
#define SESSION_RECORDS     64
#define STEPS_MOST          100000

struct fixture {
    const struct policy *policy;
    struct handler *handler;
    struct worker *worker;
    struct recent_records *recent;
    uint64_t now_ns;
};

/* Called as the server calls it: the roots are the one session. */
static enum reference_walk_state roots_look(void *context, struct reference_walk *walk, bool again)
{
    const struct fixture *f = context;
    if (!again)
        return WALK_DONE;
    reference_walk_push(walk, "main.connections", REFERENCE_NO_NUMBER);
    reference_walk_push(walk, "connection", 7);
    visit_refer(reference_walk_visit(walk), &recent_records_kind, f->recent);
    reference_walk_pop(walk);
    reference_walk_pop(walk);
    return WALK_CONTINUES;
}

static void fixture_open(struct fixture *f, const char *policy, unsigned threads)
{
    struct error error;
    const struct policy *found = policy_find(policy);
    assert_non_null(found);
    struct handler_setup setup = {
        .version = "",
        .cache = {.policy = found,
                  .capacity_entries = found->limits == KEEPS_CAPACITY ? CAPACITY : 0},
        .origin = "faker",
        .session_records = found->weak ? SESSION_RECORDS : 0,
        .threads = threads,
    };
    *f = (struct fixture){.policy = found, .now_ns = 1, .handler = handler_create(&setup, &error)};
    assert_non_null(f->handler);
    f->worker = handler_worker(f->handler, 0);
    f->recent = worker_connect(f->worker);
    handler_set_callbacks(f->handler,
                          &(struct handler_callbacks){.roots = roots_look, .context = f});
}

static void fixture_close(struct fixture *f)
{
    worker_disconnect(f->worker, f->recent);
    handler_destroy(f->handler);
}

static struct reply request_make(struct worker *worker, struct recent_records *recent,
                                 const char *path)
{
    struct reply reply;
    struct request request = {
        .method = {"GET", 3}, .path = {path, strlen(path)}, .recent = recent, .now_ns = 1};
    assert_true(worker_request(worker, &request, &reply));
    assert_int_equal(reply.status, 200);
    return reply;
}

static void fixture_run(struct fixture *f, unsigned requests)
{
    for (unsigned i = 1; i <= requests; i++) {
        struct reply reply = request_make(f->worker, f->recent, "/users/random");
        reply_release(f->handler, &reply);
        if (i % CONNECTION_REQUESTS != 0)
            continue;
        worker_disconnect(f->worker, f->recent);
        f->recent = worker_connect(f->worker);
    }
}

static void walk_to_its_end(struct reference_walk *walk)
{
    unsigned steps = 0;
    while (reference_walk_step(walk) != WALK_DONE)
        assert_true(++steps < STEPS_MOST);
    assert_int_equal(reference_walk_step(walk), WALK_DONE);
}

static struct reference_walk *walk_all(struct fixture *f)
{
    struct reference_walk *walk = handler_walk(f->handler, NULL);
    walk_to_its_end(walk);
    return walk;
}

static struct reference_walk *walk_about(struct fixture *f, const char *key)
{
    struct record *record = handler_find(f->handler, (struct span){key, strlen(key)});
    assert_non_null(record);
    struct reference_walk *walk = handler_walk(f->handler, record);
    walk_to_its_end(walk);
    return walk;
}

static void assert_path(const struct reference_path *path, const char *expected)
{
    char text[REFERENCE_PATH_STEPS * (REFERENCE_STEP_BYTES + 4)] = "";
    for (unsigned i = 0; i < path->count; i++)
        sprintf(text + strlen(text), "%s%s", i > 0 ? " -> " : "", path->steps[i]);
    assert_string_equal(text, expected);
}

/* Every policy: what the caches hold, what lives, and that the walk explains all unless the policy
 * leaks. */
static void census_and_figures_agree(const struct policy *policy)
{
    struct fixture f;
    struct figures figures;
    struct census census;
    fixture_open(&f, policy->name, 2);
    fixture_run(&f, REQUESTS);
    handler_census(f.handler, &census, 1);
    handler_read(f.handler, 1, &figures);
    assert_int_equal(census_bytes(&census, "main.cache"), figures.cache.bytes);
    const struct census_row *in = census_find(&census, "main.cache", "record");
    const struct census_row *out = census_find(&census, "outside main.cache", "record");
    assert_int_equal(in->live, figures.cache.entries);
    assert_int_equal(in->live + out->live, figures.records.live_records);
    assert_int_equal(in->live_bytes + out->live_bytes, figures.records.live_record_bytes);
    assert_int_equal(in->total, REQUESTS);
    assert_int_equal(census_find(&census, "main.sessions", "session")->live, 1);
    assert_int_equal(census_find(&census, "main.sessions", "session")->total,
                     1 + REQUESTS / CONNECTION_REQUESTS);
    fixture_close(&f);
}

static void the_census_agrees_with_the_figures(void **state)
{
    for (size_t i = 0; i < policies_count; i++)
        census_and_figures_agree(policies[i]);
    for (size_t i = 0; i < demos_count; i++)
        census_and_figures_agree(demos[i]);
}

static void correct_policies_have_no_unreachable_records(void **state)
{
    static const char *const leaking = " cycle pinned session ";
    for (size_t i = 0; i < policies_count + demos_count; i++) {
        struct fixture f;
        char name[32];
        const struct policy *policy = i < policies_count ? policies[i] : demos[i - policies_count];
        snprintf(name, sizeof name, " %s ", policy->name);
        if (strstr(leaking, name))
            continue;
        fixture_open(&f, policy->name, 1);
        fixture_run(&f, REQUESTS);
        struct reference_walk *walk = walk_all(&f);
        const struct unreachable *unreachable = reference_walk_unreachable(walk);
        if (unreachable->records > 0 || unreachable->example_count > 0 ||
            unreachable->kinds[0].count > 0)
            fail_msg("%s: %lu records are unreachable", policy->name,
                     (unsigned long)unreachable->records);
        assert_true(unreachable->held.count >= 3 || unreachable->sampled == 0);
        handler_walk_end(f.handler);
        fixture_close(&f);
    }
}

static void a_record_is_found_in_cache_session_and_nowhere(void **state)
{
    struct fixture f;
    fixture_open(&f, "weak", 1);
    struct reply reply = request_make(f.worker, f.recent, "/users/alice");
    struct reference_walk *walk = walk_about(&f, "alice");
    const struct record_holders *holders = reference_walk_holders(walk);
    assert_string_equal(holders->label, "\"alice\"");
    assert_int_equal(holders->references, 2); /* the session's and the reply's, which is ours */
    assert_int_equal(holders->count, 2);
    assert_path(&holders->paths[0], "main.cache.index -> node 0 -> record \"alice\"");
    assert_false(holders->paths[0].owns);
    assert_path(&holders->paths[1],
                "main.connections -> connection 7 -> session -> record \"alice\"");
    assert_true(holders->paths[1].owns && !holders->paths[1].unreachable);
    handler_walk_end(f.handler);
    reply_release(f.handler, &reply);
    assert_null(handler_find(f.handler, (struct span){"bob", 3}));
    fixture_close(&f);
}

static void an_unexplained_reference_is_reported(void **state)
{
    struct fixture f;
    fixture_open(&f, "null", 1);
    struct reply reply = request_make(f.worker, f.recent, "/users/alice");
    struct reference_walk *walk = walk_all(&f);
    const struct unreachable *unreachable = reference_walk_unreachable(walk);
    assert_int_equal(unreachable->records, 1);
    assert_int_equal(unreachable->interval, 1);
    assert_int_equal(unreachable->example_count, 1);
    assert_string_equal(unreachable->examples[0].label, "\"alice\"");
    assert_int_equal(unreachable->examples[0].references, 1);
    assert_int_equal(unreachable->examples[0].holder.count, 0);
    assert_int_equal(unreachable->examples[0].cycle.count, 0);
    handler_walk_end(f.handler);
    reply_release(f.handler, &reply);
    fixture_close(&f);
}

static void a_cycle_is_reported(void **state)
{
    struct fixture f;
    char expected[256];
    fixture_open(&f, "cycle", 1);
    fixture_run(&f, REQUESTS);
    struct reference_walk *walk = walk_all(&f);
    const struct unreachable *unreachable = reference_walk_unreachable(walk);
    assert_string_equal(unreachable->kinds[0].name, "login");
    assert_int_equal(unreachable->kinds[0].live, REQUESTS);
    assert_int_equal(unreachable->kinds[0].count, REQUESTS - CAPACITY);
    uint64_t about = unreachable->records * unreachable->interval;
    assert_in_range(about, (REQUESTS - CAPACITY) * 8 / 10, REQUESTS * 12 / 10);
    const struct unreachable_record *example = &unreachable->examples[0];
    assert_int_equal(example->references, 1);
    snprintf(expected, sizeof expected, "login -> record %s", example->label);
    assert_path(&example->holder, expected);
    snprintf(expected, sizeof expected, "record %s -> login -> record %s", example->label,
             example->label);
    assert_path(&example->cycle, expected);
    handler_walk_end(f.handler);
    fixture_close(&f);
}

/* Most of what is lost is not in the sample: it is found in the hands of what holds it. */
static void a_leaked_check_is_reported(void **state)
{
    struct fixture f;
    char expected[128];
    fixture_open(&f, "pinned", 1);
    fixture_run(&f, 3 * REQUESTS);
    struct reference_walk *walk = walk_all(&f);
    const struct unreachable *unreachable = reference_walk_unreachable(walk);
    assert_string_equal(unreachable->kinds[0].name, "check");
    assert_int_equal(unreachable->kinds[0].count, 3 * REQUESTS / 1000);
    assert_true(unreachable->example_count > 0);
    for (size_t i = 0; i < unreachable->example_count; i++) {
        const struct unreachable_record *example = &unreachable->examples[i];
        snprintf(expected, sizeof expected, "check -> record %s", example->label);
        assert_path(&example->holder, expected);
        assert_true(example->holder.unreachable);
        assert_int_equal(example->references, 1);
        assert_int_equal(example->cycle.count, 0);
    }
    handler_walk_end(f.handler);
    fixture_close(&f);
}

/* Those of connections that are gone are; the one of the connection that is there is not. */
static void lists_of_closed_connections_are_unreachable(void **state)
{
    struct fixture f;
    fixture_open(&f, "session", 1);
    fixture_run(&f, REQUESTS);
    struct reference_walk *walk = walk_all(&f);
    const struct unreachable *unreachable = reference_walk_unreachable(walk);
    assert_string_equal(unreachable->kinds[0].name, "list");
    assert_int_equal(unreachable->kinds[0].count, REQUESTS / CONNECTION_REQUESTS);
    assert_int_equal(unreachable->kinds[0].live, REQUESTS / CONNECTION_REQUESTS + 1);
    assert_true(unreachable->records > 0);
    handler_walk_end(f.handler);
    fixture_close(&f);
}

static void a_walk_may_be_ended_early(void **state)
{
    struct fixture f;
    fixture_open(&f, "cycle", 1);
    fixture_run(&f, REQUESTS);
    for (unsigned most = 0; most < 12; most++) {
        struct reference_walk *walk = handler_walk(f.handler, NULL);
        assert_non_null(walk);
        assert_null(handler_walk(f.handler, NULL)); /* one at a time */
        for (unsigned i = 0; i < most; i++)
            reference_walk_step(walk);
        handler_walk_end(f.handler);
    }
    fixture_close(&f);
}

struct caller {
    struct fixture *f;
    struct worker *worker;
    atomic_bool *over;
};

static void *caller_run(void *context)
{
    struct caller *caller = context;
    while (!atomic_load(caller->over)) {
        struct recent_records *recent = worker_connect(caller->worker);
        for (int i = 0; i < CONNECTION_REQUESTS; i++) {
            struct reply reply = request_make(caller->worker, recent, "/users/random");
            reply_release(caller->f->handler, &reply);
        }
        worker_disconnect(caller->worker, recent);
    }
    return NULL;
}

/* What is being made, moved and freed while the walk looks crashes nothing, and in a correct
 * variant nothing is taken for lost, but for what the other thread's session holds. */
static void requests_are_served_during_a_walk(void **state)
{
    for (size_t i = 0; i < demos_count; i++) {
        struct fixture f;
        pthread_t thread;
        atomic_bool over = false;
        fixture_open(&f, demos[i]->name, 2);
        struct caller caller = {&f, handler_worker(f.handler, 1), &over};
        assert_int_equal(pthread_create(&thread, NULL, caller_run, &caller), 0);
        for (int round = 0; round < 5; round++) {
            struct census census;
            struct reference_walk *walk = walk_all(&f);
            const struct unreachable *unreachable = reference_walk_unreachable(walk);
            if (strstr(demos[i]->name, "_fixed"))
                assert_true(unreachable->records <= 2 && unreachable->kinds[0].count <= 2);
            handler_walk_end(f.handler);
            handler_census(f.handler, &census, 1);
        }
        atomic_store(&over, true);
        pthread_join(thread, NULL);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_census_agrees_with_the_figures),
        cmocka_unit_test(correct_policies_have_no_unreachable_records),
        cmocka_unit_test(a_record_is_found_in_cache_session_and_nowhere),
        cmocka_unit_test(an_unexplained_reference_is_reported),
        cmocka_unit_test(a_cycle_is_reported),
        cmocka_unit_test(a_leaked_check_is_reported),
        cmocka_unit_test(lists_of_closed_connections_are_unreachable),
        cmocka_unit_test(a_walk_may_be_ended_early),
        cmocka_unit_test(requests_are_served_during_a_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
