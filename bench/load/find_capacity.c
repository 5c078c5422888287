/* find_capacity.c - runs a load at one rate after another until the search is over. */
#include "find_capacity.h"

#include "capacity_search.h"
#include "command.h"
#include "load_progress.h"
#include "printable.h"
#include "slo.h"
#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <string.h>

#define TITLE_BYTES 64
#define REPEATS_MAX 2 /* of a trial that missed while the generator was the bottleneck */
#define TRIALS_MAX  ((REPEATS_MAX + 1) * CAPACITY_TRIALS_MAX)

struct trial {
    double rate_rps;
    bool met, bottleneck;
    uint64_t requests, errors, unsent;
    uint64_t latency_ns[PERCENTILES];
    struct error why; /* it missed; "" if it met the objective */
};

struct trials {
    const struct find_capacity_options *options;
    bool quiet; /* prints JSON only */
    struct load_setup setup;
    struct slo slo;
    struct capacity_search search;
    struct trial list[TRIALS_MAX];
    unsigned count;
    double repeated_rps; /* the last rate, */
    unsigned repeats;    /* and how often its trial was repeated without counting */
};

/* One trial. */

static void trial_fill(struct trial *trial, const struct trials *trials,
                       const struct load_result *result)
{
    *trial = (struct trial){
        .rate_rps = trials->setup.rate_rps,
        .bottleneck = result->bottleneck,
        .requests = result->requests,
        .errors = result->errors,
        .unsent = result->unsent,
    };
    for (size_t i = 0; i < PERCENTILES; i++)
        trial->latency_ns[i] = histogram_percentile(result->all, percentiles[i].value);
    trial->met = slo_is_met(&trials->slo, result, &trial->why);
}

/* With another seed for each trial, so that none finds its ids in the cache already. */
static int trial_open_ids(struct trials *trials, struct error *error)
{
    struct trace_setup stream = trials->options->reading;
    stream.seed += trials->count;
    if (trials->options->workload == NULL)
        return 0;
    trials->setup.ids = trace_open(trials->options->workload, &stream, error);
    return trials->setup.ids ? 0 : -1;
}

static int trial_load(struct trials *trials, struct load_result *result, struct error *error)
{
    char title[TITLE_BYTES], text[UNITS_TEXT_BYTES];
    int status;
    snprintf(title, sizeof title, "trial %u, %s requests/s: ", trials->count + 1,
             units_format_count(text, (uint64_t)(trials->setup.rate_rps + 0.5)));
    status = load_run_with_progress(&trials->setup, title, result, error);
    trace_close(trials->setup.ids);
    trials->setup.ids = NULL;
    return status;
}

/* Adds one trial to the list. STATUS_OK, or the exit status after a complaint. */
static int trial_run(struct trials *trials, double rate_rps)
{
    struct load_result result;
    struct error error;
    bool hopeless, stopped;
    trials->setup.rate_rps = rate_rps;
    if (trial_open_ids(trials, &error) < 0)
        return complain("load", STATUS_USAGE, "%s", error.text);
    if (trial_load(trials, &result, &error) < 0)
        return complain("load", STATUS_UNDECIDED, "%s", error.text);
    stopped = result.stopped;
    hopeless = result.gave_up && result.errors == result.requests;
    trial_fill(&trials->list[trials->count], trials, &result);
    load_result_free(&result);
    if (stopped)
        return complain("load", STATUS_INTERRUPTED, "interrupted before the capacity was found");
    if (hopeless)
        return complain("load", STATUS_BAD,
                        "%s: all requests failed; run it without --find-capacity to see why",
                        trials->options->url);
    trials->count++;
    return STATUS_OK;
}

/* The table. */

static void head_print(const struct trials *trials)
{
    printable_print(stdout, "%s, %u connections, %s\n\n", trials->options->url,
                    trials->setup.connections, trials->options->slo);
    printf("%12s", "requests/s");
    for (size_t i = 0; i < PERCENTILES; i++)
        printf("%10s", percentiles[i].name);
    puts("   objective");
}

static void trial_print(const struct trial *trial)
{
    char text[UNITS_TEXT_BYTES];
    printf("%12s", units_format_count(text, (uint64_t)(trial->rate_rps + 0.5)));
    for (size_t i = 0; i < PERCENTILES; i++)
        printf("%10s", units_format_duration(text, (double)trial->latency_ns[i]));
    printable_print(stdout, "   %s%s%s\n", trial->met ? "met" : "missed: ", trial->why.text,
                    trial->bottleneck && !trial->met ? " (the generator was the bottleneck)" : "");
    fflush(stdout);
}

/* The last trial that missed at the lowest rate that misses. NULL if there is none. */
static const struct trial *trial_beyond(const struct trials *trials)
{
    for (unsigned i = trials->count; i-- > 0;)
        if (trials->list[i].rate_rps == trials->search.high && !trials->list[i].met)
            return &trials->list[i];
    return NULL;
}

static void capacity_print(const struct trials *trials)
{
    const struct trial *beyond = trial_beyond(trials);
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    putchar('\n');
    if (trials->search.low == 0) {
        printable_print(stdout, "No rate meets %s.\n", trials->options->slo);
        return;
    }
    printf("capacity %s requests/s with %s", units_format_count(low, (uint64_t)trials->search.low),
           trials->options->slo);
    if (beyond)
        printf("; at %s/s %s", units_format_count(high, (uint64_t)beyond->rate_rps),
               beyond->why.text);
    puts(".");
    if (beyond == NULL || beyond->bottleneck)
        puts("The generator was the bottleneck there: the server may be able to do more.");
}

/* The JSON object. */

static json_t *trial_json(const struct trial *trial)
{
    json_t *object = xchecked(
        json_pack("{sf sb ss? sb sI sI sI}", "rate_rps", trial->rate_rps, "met", trial->met, "why",
                  trial->met ? NULL : trial->why.text, "bottleneck", trial->bottleneck, "requests",
                  trial->requests, "errors", trial->errors, "unsent", trial->unsent));
    for (size_t i = 0; i < PERCENTILES; i++)
        json_object_set_new(object, percentiles[i].key,
                            json_integer((json_int_t)trial->latency_ns[i]));
    return object;
}

static json_t *rate_json(double rate_rps)
{
    return rate_rps > 0 ? json_real(rate_rps) : json_null();
}

static json_t *capacity_json(const struct trials *trials)
{
    const struct trial *beyond = trial_beyond(trials);
    const struct load_setup *setup = &trials->setup;
    json_t *list = json_array();
    for (unsigned i = 0; i < trials->count; i++)
        json_array_append_new(list, trial_json(&trials->list[i]));
    return xchecked(json_pack(
        "{ss ss? si sb si ss so so sb so}", "url", trials->options->url, "workload",
        trials->options->workload, "connections", setup->connections, "http2", setup->http2,
        "streams", setup->streams ? setup->streams : 1, "slo", trials->options->slo, "capacity_rps",
        rate_json(trials->search.low), "beyond_rps", rate_json(trials->search.high), "bottleneck",
        beyond ? beyond->bottleneck : trials->search.low > 0, "trials", list));
}

/* Whether a trial does not count: it missed, perhaps by the generator's fault, and may be
 * repeated. */
static bool trial_is_void(struct trials *trials, const struct trial *trial)
{
    bool doubtful = !trial->met && trial->bottleneck;
    if (trials->repeated_rps != trial->rate_rps)
        trials->repeats = 0;
    trials->repeated_rps = trial->rate_rps;
    return doubtful && trials->repeats++ < REPEATS_MAX;
}

static int trials_run(struct trials *trials)
{
    double rate_rps = capacity_search_begin(
        &trials->search, trials->setup.rate_rps > 0 ? trials->setup.rate_rps : CAPACITY_RATE_FIRST);
    while (rate_rps > 0) {
        int status = trial_run(trials, rate_rps);
        if (status != STATUS_OK)
            return status;
        const struct trial *trial = &trials->list[trials->count - 1];
        if (!trials->quiet)
            trial_print(trial);
        if (!trial_is_void(trials, trial))
            rate_rps = capacity_search_next(&trials->search, trial->met);
    }
    return STATUS_OK;
}

int find_capacity_command(const struct load_setup *setup,
                          const struct find_capacity_options *options)
{
    struct trials trials = {.options = options, .setup = *setup};
    struct error error;
    int status;
    trials.quiet = options->json && strcmp(options->json, "-") == 0;
    if (slo_parse(&trials.slo, options->slo, &error) < 0)
        return complain("load", STATUS_USAGE, "%s", error.text);
    if (!trials.quiet)
        head_print(&trials);
    status = trials_run(&trials);
    if (status != STATUS_OK)
        return status;
    if (!trials.quiet)
        capacity_print(&trials);
    if (options->json && json_write(capacity_json(&trials), options->json, &error) < 0)
        return complain("load", STATUS_UNDECIDED, "%s", error.text);
    return trials.search.low > 0 ? STATUS_OK : STATUS_BAD;
}
