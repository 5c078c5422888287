/* tally.c - sums up a run: counts, latencies, processor time. */
#include "tally.h"

#include "clock.h"
#include "xmalloc.h"

#include <inttypes.h>
#include <stdio.h>

/* How long this thread ran, and how long it waited for a core, in ns; 0 if that cannot be read. */
static void thread_cost(uint64_t *cpu_ns, uint64_t *delay_ns)
{
    FILE *file = fopen("/proc/thread-self/schedstat", "re");
    *cpu_ns = clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
    if (file == NULL || fscanf(file, "%*u %" SCNu64, delay_ns) != 1)
        *delay_ns = 0;
    if (file != NULL)
        fclose(file);
}

void tally_create(struct tally *tally, struct load_result *result, const struct load_setup *setup)
{
    *result = (struct load_result){.all = histogram_create(),
                                   .hit = histogram_create(),
                                   .miss = histogram_create(),
                                   .all_sent = histogram_create()};
    *tally = (struct tally){.result = result,
                            .now_sent = histogram_create(),
                            .now_all = histogram_create(),
                            .hdr = setup->hdr,
                            .open_loop = load_is_open(setup)};
    for (unsigned i = 0; i < RESPONSE_CACHES; i++)
        tally->now[i] = histogram_create();
}

void tally_destroy(struct tally *tally)
{
    for (unsigned i = 0; i < RESPONSE_CACHES; i++)
        histogram_destroy(tally->now[i]);
    histogram_destroy(tally->now_sent);
    histogram_destroy(tally->now_all);
}

void tally_begin(struct tally *tally, uint64_t now_ns)
{
    tally->result->began_ns = tally->interval_ns = now_ns;
    if (tally->hdr)
        hdr_log_begin(tally->hdr, now_ns);
    thread_cost(&tally->begun_cpu_ns, &tally->begun_delay_ns);
}

static void interval_log(struct tally *tally, uint64_t end_ns)
{
    const struct histogram *const latencies[HDR_LOG_TAGS] = {
        [HDR_LOG_ALL] = tally->now_all,
        [HDR_LOG_HIT] = tally->now[RESPONSE_HIT],
        [HDR_LOG_MISS] = tally->now[RESPONSE_MISS],
        [HDR_LOG_SENT] = tally->now_sent,
    };
    if (tally->hdr)
        hdr_log_add(tally->hdr, end_ns, latencies);
}

/* Appends the current interval to the time series; now_all holds its good responses. */
static void interval_append(struct tally *tally, uint64_t end_ns)
{
    const struct load_result *sum = tally->result;
    const struct load_interval *before = &tally->before;
    tally->intervals = growable(tally->intervals, &tally->interval_capacity,
                                tally->interval_count + 1, sizeof *tally->intervals);
    tally->intervals[tally->interval_count++] = (struct load_interval){
        .start_ns = tally->interval_ns - sum->began_ns,
        .span_ns = end_ns - tally->interval_ns,
        .requests = sum->requests - before->requests,
        .hits = sum->hits - before->hits,
        .misses = sum->misses - before->misses,
        .errors = sum->errors - before->errors,
        .p50_ns = histogram_percentile(tally->now_all, 50),
        .p99_ns = histogram_percentile(tally->now_all, 99),
        .max_ns = histogram_max(tally->now_all),
    };
    tally->before = (struct load_interval){
        .requests = sum->requests, .hits = sum->hits, .misses = sum->misses, .errors = sum->errors};
    tally->interval_ns = end_ns;
}

/* Ends the current interval and adds its latencies to those of the run. */
static void interval_end(struct tally *tally, uint64_t end_ns)
{
    struct load_result *result = tally->result;
    for (unsigned i = 0; i < RESPONSE_CACHES; i++)
        histogram_merge(tally->now_all, tally->now[i]);
    interval_append(tally, end_ns);
    interval_log(tally, end_ns);
    histogram_merge(result->all, tally->now_all);
    histogram_merge(result->hit, tally->now[RESPONSE_HIT]);
    histogram_merge(result->miss, tally->now[RESPONSE_MISS]);
    histogram_merge(result->all_sent, tally->open_loop ? tally->now_sent : tally->now_all);
    histogram_clear(tally->now_all);
    histogram_clear(tally->now_sent);
    for (unsigned i = 0; i < RESPONSE_CACHES; i++)
        histogram_clear(tally->now[i]);
}

/* Ends all intervals that are over: usually none or one, several after a pause. */
static void intervals_pass(struct tally *tally, uint64_t now_ns)
{
    while (tally->interval_ns + LOAD_INTERVAL_NS <= now_ns)
        interval_end(tally, tally->interval_ns + LOAD_INTERVAL_NS);
}

static void bottleneck_find(struct load_result *result)
{
    double late_share = result->requests ? (double)result->late / (double)result->requests : 0;
    if (result->busy > LOAD_BUSY_LIMIT)
        error_set(&result->bottleneck_reason, "it was busy for %.1f %% of the time",
                  100 * result->busy);
    else if (late_share > LOAD_LATE_SHARE)
        error_set(
            &result->bottleneck_reason,
            "it sent %.1f %% of the requests more than %g ms late although connections were free",
            100 * late_share, (double)LOAD_LATE_NS / (double)NS_PER_MS);
    result->bottleneck = result->bottleneck_reason.text[0] != '\0';
}

void tally_end(struct tally *tally, uint64_t now_ns)
{
    struct load_result *result = tally->result;
    uint64_t delay_ns;
    intervals_pass(tally, now_ns);
    interval_end(tally, now_ns);
    if (tally->hdr)
        hdr_log_end(tally->hdr, now_ns);
    result->intervals = tally->intervals;
    result->interval_count = tally->interval_count;
    thread_cost(&result->cpu_ns, &delay_ns);
    result->cpu_ns -= tally->begun_cpu_ns;
    delay_ns = delay_ns > tally->begun_delay_ns ? delay_ns - tally->begun_delay_ns : 0;
    result->wall_ns = now_ns - result->began_ns;
    if (result->wall_ns)
        result->busy = (double)(result->cpu_ns + delay_ns) / (double)result->wall_ns;
    bottleneck_find(result);
}

static void tally_good(struct tally *tally, const struct outcome *outcome, uint64_t latency_ns)
{
    struct load_result *result = tally->result;
    uint64_t *const counts[] = {[RESPONSE_PLAIN] = &result->plain,
                                [RESPONSE_HIT] = &result->hits,
                                [RESPONSE_MISS] = &result->misses};
    ++*counts[outcome->cache];
    histogram_record(tally->now[outcome->cache], latency_ns);
    result->body_bytes += outcome->body_bytes;
}

void tally_add(struct tally *tally, const struct exchange *exchange, const struct outcome *outcome,
               uint64_t now_ns)
{
    struct load_result *result = tally->result;
    intervals_pass(tally, now_ns);
    result->requests++;
    if (outcome->complete)
        result->statuses[outcome->status]++;
    if (!outcome->good) {
        result->errors++;
        result->failures[outcome->failure]++;
        return;
    }
    tally_good(tally, outcome, now_ns - exchange->due_ns);
    if (tally->open_loop)
        histogram_record(tally->now_sent, now_ns - exchange->sent_ns);
}
