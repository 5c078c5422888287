/* replay_test.c - corpora, capacities, replays and sweeps; belady against a slow implementation. */
#include "belady.h"
#include "capacity.h"
#include "count_of.h"
#include "policies.h"
#include "sweep.h"
#include "warmup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void load(struct corpus *corpus, const char *name, double sample)
{
    struct error error = {""};
    struct corpus_setup setup = {.trace = {.seed = 3}, .sample = sample, .with_next = true};
    assert_int_equal(corpus_load(corpus, name, &setup, &error), 0);
    assert_string_equal(error.text, "");
}

static void corpus_has_next_requests(void **state)
{
    struct corpus corpus;
    load(&corpus, "zipf:0.9:500:20000", 1);
    assert_int_equal(corpus.requests, 20000);
    assert_null(corpus.bytes);
    assert_null(corpus.times_ns);
    uint64_t firsts = 0;
    for (uint64_t at = 0; at < corpus.requests; at++) {
        uint64_t next = at + 1, before = at;
        while (next < corpus.requests && corpus.hashes[next] != corpus.hashes[at])
            next++;
        while (before > 0 && corpus.hashes[before - 1] != corpus.hashes[at])
            before--;
        assert_int_equal(corpus.nexts[at], next < corpus.requests ? next : TRACE_NEVER);
        firsts += before == 0;
    }
    assert_int_equal(corpus.distinct, firsts);
    corpus_free(&corpus);
}

static void corpus_load_reports_errors(void **state)
{
    struct corpus corpus;
    struct error error = {""};
    struct corpus_setup setup = {.sample = 1};
    assert_int_equal(corpus_load(&corpus, "no/such/file", &setup, &error), -1);
    assert_non_null(strstr(error.text, "no/such/file"));
    assert_int_equal(corpus_load(&corpus, "zipf:1.0:1000", &setup, &error), -1);
    assert_non_null(strstr(error.text, "never ends"));
}

/* The misses of the optimum, which looks at all entries to find the victim. */
static uint64_t optimum_misses(const struct corpus *corpus, size_t capacity)
{
    uint64_t *kept = calloc(capacity, sizeof *kept), *next = calloc(capacity, sizeof *next);
    size_t count = 0;
    uint64_t misses = 0;
    for (uint64_t at = 0; at < corpus->requests; at++) {
        size_t i = 0;
        while (i < count && kept[i] != corpus->hashes[at])
            i++;
        misses += i == count;
        if (i == count && count < capacity)
            count++;
        else if (i == count)
            for (size_t k = i = 0; k < count; k++)
                i = next[k] > next[i] ? k : i;
        kept[i] = corpus->hashes[at];
        next[i] = corpus->nexts[at];
    }
    free(kept);
    free(next);
    return misses;
}

static void belady_is_the_optimum(void **state)
{
    static const char *const traces[] = {"zipf:0.8:300:8000", "scan:101:3000", "uniform:200:5000"};
    static const size_t capacities[] = {1, 2, 3, 10, 100, 1000};
    for (size_t t = 0; t < 3; t++) {
        struct corpus corpus;
        load(&corpus, traces[t], 1);
        for (size_t c = 0; c < 6; c++) {
            struct replay_result best, lru;
            struct replay_setup setup = {.policy = &belady_policy,
                                         .capacity_entries = capacities[c]};
            replay_run(&corpus, &setup, &best);
            assert_int_equal(best.misses, optimum_misses(&corpus, capacities[c]));
            setup.policy = policy_find("lru");
            replay_run(&corpus, &setup, &lru);
            assert_true(best.misses <= lru.misses);
        }
        corpus_free(&corpus);
    }
}

static void result_is_consistent(void **state)
{
    struct corpus corpus;
    struct replay_result result;
    load(&corpus, "zipf:1.0:5000:50000", 1);
    struct replay_setup setup = {.policy = policy_find("lru"), .capacity_entries = 300};
    replay_run(&corpus, &setup, &result);
    assert_int_equal(result.requests, 50000);
    assert_int_equal(result.hits + result.misses, 50000);
    assert_int_equal(result.entries, 300);
    assert_int_equal(result.evictions, result.misses - 300);
    assert_int_equal(result.end_bytes, result.end_allocated_bytes);
    assert_true(result.peak_bytes >= result.end_bytes);
    assert_int_equal(result.peak_entries, 300);
    corpus_free(&corpus);
}

/* Two ids alternate, then ids do not repeat: only the first windows have hits, at any batch size.
 */
static void windows_count_hits(void **state)
{
    enum { REQUESTS = 1237, HOT = REQUESTS / 2 };
    struct corpus corpus = {.requests = REQUESTS, .read = REQUESTS};
    struct replay_result result;
    corpus.hashes = calloc(REQUESTS, sizeof *corpus.hashes);
    for (uint64_t i = 0; i < REQUESTS; i++)
        corpus.hashes[i] = cache_hash_id(i < HOT ? i % 2 : i);
    struct replay_setup setup = {.policy = policy_find("lru"), .capacity_entries = 10};
    replay_run(&corpus, &setup, &result);
    for (size_t window = 0; window < REPLAY_WINDOWS; window++) {
        uint64_t first = replay_window(REQUESTS, window), end = replay_window(REQUESTS, window + 1);
        uint64_t hits = end <= HOT ? end - first : first < HOT ? HOT - first : 0;
        assert_int_equal(result.window_hits[window], hits - (window == 0 ? 2 : 0));
    }
    assert_int_equal(replay_window(REQUESTS, REPLAY_WINDOWS), REQUESTS);
    corpus_free(&corpus);
}

/* With lru, the steady hits are those of the whole trace minus those of a replay of the warm-up
 * alone, wherever it ends. */
static void steady_hits_begin_after_the_warmup(void **state)
{
    static const uint64_t warmups[] = {0, 1, 63, 64, 511, 512, 513, 10001, 25000, 49999, 50000};
    struct corpus corpus;
    load(&corpus, "zipf:1.0:5000:50000", 1);
    for (size_t i = 0; i < COUNT_OF(warmups); i++) {
        struct replay_result all, cold = {0};
        struct replay_setup setup = {.policy = policy_find("lru"),
                                     .capacity_entries = 300,
                                     .warmup_requests = warmups[i],
                                     .fetch_requests = 40};
        replay_run(&corpus, &setup, &all);
        struct corpus part = corpus;
        part.requests = part.read = warmups[i];
        if (warmups[i] > 0)
            replay_run(&part, &setup, &cold);
        struct replay_result steady = replay_steady(&all);
        assert_int_equal(steady.requests, 50000 - warmups[i]);
        assert_int_equal(steady.hits, all.hits - cold.hits);
        assert_int_equal(steady.misses, all.misses - cold.misses);
        assert_int_equal(steady.bytes_hit, all.bytes_hit - cold.bytes_hit);
        assert_int_equal(steady.compulsory, all.compulsory - cold.compulsory);
        assert_int_equal(all.compulsory, corpus.distinct);
        assert_int_equal(steady.joined, all.joined - cold.joined);
        assert_true(all.joined > 0);
    }
    corpus_free(&corpus);
}

/* Each first request is found, in any part and with its size. */
static void first_requests_are_compulsory_misses(void **state)
{
    struct corpus corpus;
    load(&corpus, "zipf:0.9:500:3000", 1);
    corpus.bytes = calloc(corpus.requests, sizeof *corpus.bytes);
    for (uint64_t at = 0; at < corpus.requests; at++)
        corpus.bytes[at] = 1 + (uint32_t)(corpus.hashes[at] % 1000);
    for (uint64_t from = 0; from <= corpus.requests; from += 37) {
        uint64_t end = from + 200 < corpus.requests ? from + 200 : corpus.requests;
        struct corpus_firsts expected = {0}, found = corpus_firsts(&corpus, from, end);
        for (uint64_t at = from; at < end; at++) {
            uint64_t before = 0;
            while (corpus.hashes[before] != corpus.hashes[at])
                before++;
            expected.requests += before == at;
            expected.bytes += before == at ? corpus.bytes[at] : 0;
        }
        assert_int_equal(found.requests, expected.requests);
        assert_int_equal(found.bytes, expected.bytes);
    }
    corpus_free(&corpus);
}

static void warmups_are_parsed(void **state)
{
    static const char *const wrong[] = {"", "100%", "-1%", "101%", "0.5", "1x", "%", "-5"};
    struct corpus corpus = {.requests = 1000, .read = 10000};
    struct warmup warmup;
    struct error error;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(warmup_parse(wrong[i], &warmup, &error), -1);
    assert_int_equal(warmup_parse("25%", &warmup, &error), 0);
    assert_int_equal(warmup_of(&warmup, &corpus), 250);
    assert_int_equal(warmup_parse("2k", &warmup, &error), 0);
    assert_int_equal(warmup_of(&warmup, &corpus), 200); /* of a sample of 10 % */
    assert_int_equal(warmup_parse("20k", &warmup, &error), 0);
    assert_int_equal(warmup_of(&warmup, &corpus), 1000);
    assert_int_equal(warmup_parse("0", &warmup, &error), 0);
    assert_int_equal(warmup_of(&warmup, &corpus), 0);
}

/* The second and third of five requests for an id come during its fetch. */
static void requests_join_a_fetch(void **state)
{
    static const uint64_t ids[] = {7, 1, 7, 7, 2, 7, 3, 7};
    enum { REQUESTS = sizeof ids / sizeof ids[0] };
    struct corpus corpus;
    struct replay_result result;
    load(&corpus, "uniform:9:8", 1);
    for (uint64_t at = 0; at < REQUESTS; at++) {
        corpus.hashes[at] = cache_hash_id(ids[at]);
        corpus.nexts[at] = TRACE_NEVER;
        for (uint64_t next = REQUESTS; next-- > at + 1;)
            corpus.nexts[at] = ids[next] == ids[at] ? next : corpus.nexts[at];
    }
    struct replay_setup setup = {
        .policy = policy_find("lru"), .capacity_entries = 10, .fetch_requests = 4};
    replay_run(&corpus, &setup, &result);
    assert_int_equal(result.hits, 4);
    assert_int_equal(result.joined, 2);
    assert_int_equal(result.joined_after[4], 1); /* two of four requests, */
    assert_int_equal(result.joined_after[6], 1); /* and three */
    corpus_free(&corpus);
}

/* With a rate, entries age by the rate, not by the trace's times. */
static void a_rate_replaces_the_times(void **state)
{
    struct corpus corpus;
    struct replay_result slow, fast;
    load(&corpus, "scan:100:1000", 1);
    struct replay_setup setup = {
        .policy = policy_find("ttl"), .ttl_ns = UINT64_C(1000000000), .rate_rps = 50};
    replay_run(&corpus, &setup, &slow);
    setup.rate_rps = 200;
    replay_run(&corpus, &setup, &fast);
    assert_int_equal(slow.hits, 0);
    assert_int_equal(fast.hits, 500);
    corpus_free(&corpus);
}

/* With bodies a replay takes more memory, but has the same hits. */
static void payload_changes_memory_but_not_hits(void **state)
{
    struct corpus corpus;
    struct replay_result keys, records;
    load(&corpus, "zipf:1.0:5000:50000", 1);
    struct replay_setup setup = {.policy = policy_find("lru"), .capacity_entries = 300};
    replay_run(&corpus, &setup, &keys);
    setup.payload = true;
    replay_run(&corpus, &setup, &records);
    assert_int_equal(keys.hits, records.hits);
    assert_true(records.peak_bytes > keys.peak_bytes + 300 * 16);
    assert_int_equal(records.end_bytes, records.end_allocated_bytes);
    setup = (struct replay_setup){.policy = setup.policy, .capacity_bytes = 40000, .payload = true};
    replay_run(&corpus, &setup, &records);
    assert_true(records.peak_bytes <= 40000 && records.entries > 300);
    corpus_free(&corpus);
}

/* Belady knows the next requests, and entries expire, with and without bodies. */
static void payload_keeps_next_and_ttl(void **state)
{
    struct corpus corpus;
    struct replay_result keys, records;
    load(&corpus, "zipf:0.9:3000:30000", 1);
    struct replay_setup setup = {.policy = &belady_policy, .capacity_entries = 200};
    replay_run(&corpus, &setup, &keys);
    setup.payload = true;
    replay_run(&corpus, &setup, &records);
    assert_int_equal(keys.hits, records.hits);
    corpus.ttls_s = calloc(corpus.requests, sizeof *corpus.ttls_s);
    for (uint64_t at = 0; at < corpus.requests; at++)
        corpus.ttls_s[at] = 1 + at % 3;
    setup = (struct replay_setup){.policy = policy_find("ttl")};
    replay_run(&corpus, &setup, &keys);
    setup.payload = true;
    replay_run(&corpus, &setup, &records);
    assert_true(keys.expirations > 0);
    assert_int_equal(keys.expirations, records.expirations);
    corpus_free(&corpus);
}

/* Without times, each request of the trace takes a millisecond, sampled or not. */
static void a_sample_ages_as_fast_as_the_whole(void **state)
{
    struct corpus whole, sample;
    struct replay_result all, part;
    struct replay_setup setup = {.policy = policy_find("ttl"), .ttl_ns = UINT64_C(5000000000)};
    load(&whole, "uniform:2000:200000", 1);
    load(&sample, "uniform:2000:200000", 0.1);
    replay_run(&whole, &setup, &all);
    replay_run(&sample, &setup, &part);
    double exact = (double)all.hits / (double)all.requests;
    double sampled = (double)part.hits / (double)part.requests;
    assert_true(exact > 0.5 && exact < 0.9);
    assert_true(sampled > exact - 0.05 && sampled < exact + 0.05);
    corpus_free(&whole);
    corpus_free(&sample);
}

static void results_do_not_depend_on_threads(void **state)
{
    enum { JOBS = 24 };
    struct corpus corpus;
    static struct sweep_job one[JOBS], many[JOBS];
    load(&corpus, "zipf:0.9:3000:30000", 1);
    for (size_t i = 0; i < JOBS; i++) {
        one[i].setup.policy = policies[i % policies_count];
        one[i].setup.capacity_entries = one[i].setup.policy->limits & KEEPS_CAPACITY ? 10 + i : 0;
        many[i].setup = one[i].setup;
    }
    sweep_run(&corpus, one, JOBS, 1, NULL, NULL);
    sweep_run(&corpus, many, JOBS, 5, NULL, NULL);
    for (size_t i = 0; i < JOBS; i++) {
        one[i].result.seconds = many[i].result.seconds = 0;
        assert_memory_equal(&one[i].result, &many[i].result, sizeof one[i].result);
    }
    corpus_free(&corpus);
}

/* A tenth of the keys at a tenth of the capacity: the hit ratio is within twice the printed error.
 */
static void sample_is_within_its_error(void **state)
{
    struct corpus whole, sample;
    struct replay_result all, part;
    load(&whole, "zipf:0.7:50000:300000", 1);
    load(&sample, "zipf:0.7:50000:300000", 0.1);
    assert_true(sample.requests < 40000 && sample.requests > 20000 && sample.read == 300000);
    for (uint64_t capacity = 1000; capacity <= 20000; capacity += 1000) {
        struct replay_setup setup = {.policy = policy_find("lru"), .capacity_entries = capacity};
        replay_run(&whole, &setup, &all);
        setup.capacity_entries = capacity / 10;
        replay_run(&sample, &setup, &part);
        double expected = 300000 * 0.1;
        double ratio = ((double)part.hits + expected - (double)part.requests) / expected;
        double exact = (double)all.hits / 300000;
        assert_true(replay_error(&part, expected) > 0 && replay_error(&part, expected) < 0.1);
        double off = ratio > exact ? ratio - exact : exact - ratio;
        assert_true(off < 0.04 && off < 2 * replay_error(&part, expected));
    }
    corpus_free(&whole);
    corpus_free(&sample);
}

/* The id 0 is in as many samples as any other: not in all. */
static void the_id_0_is_sampled_as_others_are(void **state)
{
    struct corpus corpus;
    load(&corpus, "scan:1:100", 0.01);
    assert_int_equal(corpus.requests, 0);
    assert_int_equal(corpus.read, 100);
    corpus_free(&corpus);
}

static void capacities_are_parsed(void **state)
{
    struct capacity capacities[CAPACITIES_MAX];
    struct error error;
    assert_int_equal(capacity_parse("100,10k,64MiB,2.5%", capacities, &error), 4);
    assert_int_equal(capacities[0].entries, 100);
    assert_int_equal(capacities[1].entries, 10000);
    assert_int_equal(capacities[2].bytes, 64 << 20);
    capacity_resolve(&capacities[3], 1000);
    assert_int_equal(capacities[3].entries, 25);
    static const char *const wrong[] = {"", "0", "1,", ",1", "1x", "0%", "101%", "-1", "1%%"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(capacity_parse(wrong[i], capacities, &error), -1);
    assert_int_equal(capacity_curve(100000, 20, capacities), 20);
    assert_int_equal(capacities[0].entries, 100);
    assert_int_equal(capacities[19].entries, 100000);
    assert_true(capacity_curve(5, 20, capacities) == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_has_next_requests),
        cmocka_unit_test(corpus_load_reports_errors),
        cmocka_unit_test(belady_is_the_optimum),
        cmocka_unit_test(result_is_consistent),
        cmocka_unit_test(windows_count_hits),
        cmocka_unit_test(steady_hits_begin_after_the_warmup),
        cmocka_unit_test(first_requests_are_compulsory_misses),
        cmocka_unit_test(warmups_are_parsed),
        cmocka_unit_test(a_rate_replaces_the_times),
        cmocka_unit_test(requests_join_a_fetch),
        cmocka_unit_test(payload_changes_memory_but_not_hits),
        cmocka_unit_test(payload_keeps_next_and_ttl),
        cmocka_unit_test(a_sample_ages_as_fast_as_the_whole),
        cmocka_unit_test(results_do_not_depend_on_threads),
        cmocka_unit_test(sample_is_within_its_error),
        cmocka_unit_test(the_id_0_is_sampled_as_others_are),
        cmocka_unit_test(capacities_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
