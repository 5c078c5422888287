/* tally.c - sums up a run: counts, latencies, processor time. */
#include "tally.h"

#include "units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What this thread has used of its core, and how long it waited for it, in ns. */
static void thread_cost(uint64_t *cpu_ns, uint64_t *delay_ns)
{
    struct timespec used;
    FILE *file = fopen("/proc/thread-self/schedstat", "re");

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    *cpu_ns = (uint64_t)used.tv_sec * NS_PER_SECOND + (uint64_t)used.tv_nsec;
    if (file == NULL || fscanf(file, "%*u %" SCNu64, delay_ns) != 1)
        *delay_ns = 0;
    if (file != NULL)
        fclose(file);
}

int tally_create(struct tally *tally, struct load_result *result, bool open_loop)
{
    memset(result, 0, sizeof *result);
    *tally = (struct tally){.result = result, .open_loop = open_loop};
    result->all = histogram_create();
    result->hit = histogram_create();
    result->miss = histogram_create();
    result->all_sent = histogram_create();
    tally->plain = histogram_create();
    return result->all && result->hit && result->miss && result->all_sent && tally->plain ? 0 : -1;
}

void tally_destroy(struct tally *tally)
{
    histogram_destroy(tally->plain);
}

void tally_begin(struct tally *tally, uint64_t now_ns)
{
    tally->begun_ns = now_ns;
    thread_cost(&tally->begun_cpu_ns, &tally->begun_delay_ns);
}

static void result_latencies(struct load_result *result, const struct histogram *plain,
                             bool open_loop)
{
    histogram_merge(result->all, plain);
    histogram_merge(result->all, result->hit);
    histogram_merge(result->all, result->miss);
    if (!open_loop)
        histogram_merge(result->all_sent, result->all);
}

void tally_end(struct tally *tally, uint64_t now_ns)
{
    struct load_result *result = tally->result;
    uint64_t cpu_ns, delay_ns;

    thread_cost(&cpu_ns, &delay_ns);
    cpu_ns -= tally->begun_cpu_ns;
    delay_ns -= tally->begun_delay_ns;
    result->wall_ns = now_ns - tally->begun_ns;
    result->cpu_ns = cpu_ns;
    if (result->wall_ns)
        result->busy = (double)(cpu_ns + delay_ns) / (double)result->wall_ns;
    result->bottleneck = result->busy > LOAD_BUSY_LIMIT;
    result_latencies(result, tally->plain, tally->open_loop);
}

static void tally_good(struct tally *tally, const struct ending *ending, uint64_t latency_ns)
{
    struct load_result *result = tally->result;
    struct histogram *const latencies[] = {tally->plain, result->hit, result->miss};
    uint64_t *const counts[] = {&result->plain, &result->hits, &result->misses};

    ++*counts[ending->cache];
    histogram_record(latencies[ending->cache], latency_ns);
    result->body_bytes += ending->body_bytes;
}

void tally_add(struct tally *tally, const struct exchange *exchange, const struct ending *ending,
               uint64_t now_ns)
{
    struct load_result *result = tally->result;

    result->requests++;
    if (!ending->good) {
        result->errors++;
        result->failures[ending->failure]++;
        return;
    }
    tally_good(tally, ending, now_ns - exchange->due_ns);
    if (tally->open_loop)
        histogram_record(result->all_sent, now_ns - exchange->sent_ns);
}
