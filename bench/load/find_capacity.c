/* find_capacity.c - runs a load at one rate after another until the search is over. */
#include "find_capacity.h"

#include "capacity_search.h"
#include "load_progress.h"
#include "slo.h"
#include "units.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define TITLE_BYTES 64
#define AGAIN_MAX                                                                                  \
    2 /* times that a miss is not counted because the generator was the bottleneck                 \
       */
#define TRIALS_MAX ((AGAIN_MAX + 1) * CAPACITY_TRIALS_MAX)

struct trial {
    double rate_rps;
    bool kept, bottleneck;
    uint64_t requests, errors, unsent;
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
    struct error why; /* "" where it was kept */
};

struct trials {
    const struct capacity_search_asked *asked;
    struct load_setup setup;
    struct slo slo;
    struct capacity_search search;
    struct trial list[TRIALS_MAX];
    unsigned count;
    double doubted_rps; /* the rate that was tried last */
    unsigned again;     /* times that it was tried again without counting */
    bool stopped;
    struct error error;
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
        .p50_ns = histogram_percentile(result->all, 50),
        .p90_ns = histogram_percentile(result->all, 90),
        .p99_ns = histogram_percentile(result->all, 99),
        .p999_ns = histogram_percentile(result->all, 99.9),
        .max_ns = histogram_max(result->all),
    };
    trial->kept = slo_kept(&trials->slo, result, &trial->why);
}

/* Other draws each time, so that no trial finds the cache just as the one before left it. */
static int trial_open_ids(struct trials *trials)
{
    const struct trace_setup stream = {.format = trials->asked->format,
                                       .seed = trials->setup.seed + trials->count};

    if (trials->asked->workload == NULL)
        return 0;
    trials->setup.ids = trace_open(trials->asked->workload, &stream, &trials->error);
    return trials->setup.ids ? 0 : -1;
}

/* NULL: it could not take place, or was stopped. */
static const struct trial *trial_run(struct trials *trials, double rate_rps)
{
    struct trial *trial = &trials->list[trials->count];
    char title[TITLE_BYTES], text[UNITS_TEXT_BYTES];
    struct load_result result;
    int status;

    trials->setup.rate_rps = rate_rps;
    if (trial_open_ids(trials) < 0)
        return NULL;
    snprintf(title, sizeof title, "trial %u, %s/s due: ", trials->count + 1,
             units_format_count(text, (uint64_t)(rate_rps + 0.5)));
    status = load_watched(&trials->setup, title, &result, &trials->error);
    trace_close(trials->setup.ids);
    trials->setup.ids = NULL;
    if (status < 0)
        return NULL;
    if (result.gave_up && result.errors == result.requests)
        error_set(&trials->error,
                  "%.150s: no request was answered well; try it without --find-capacity",
                  trials->asked->url);
    trial_fill(trial, trials, &result);
    trials->stopped = result.stopped;
    trials->count += !result.stopped;
    load_result_free(&result);
    return trials->stopped || trials->error.text[0] != '\0' ? NULL : trial;
}

/* For people. */

static void head_show(const struct trials *trials)
{
    printf("%s, %u connections, %s\n\n", trials->asked->url, trials->setup.connections,
           trials->asked->slo);
    printf("%12s%10s%10s%10s%10s%10s   %s\n", "requests/s", "p50", "p90", "p99", "p99.9", "max",
           "objective");
}

static void trial_show(const struct trial *trial)
{
    const uint64_t figures[] = {trial->p50_ns, trial->p90_ns, trial->p99_ns, trial->p999_ns,
                                trial->max_ns};
    char text[UNITS_TEXT_BYTES];

    printf("%12s", units_format_count(text, (uint64_t)(trial->rate_rps + 0.5)));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        printf("%10s", units_format_duration(text, (double)figures[i]));
    printf("   %s%s%s\n", trial->kept ? "kept" : "missed: ", trial->why.text,
           trial->bottleneck && !trial->kept ? " (the generator was the bottleneck)" : "");
    fflush(stdout);
}

/* The last trial that missed at the end of the bracket. */
static const struct trial *trial_beyond(const struct trials *trials)
{
    for (unsigned i = trials->count; i-- > 0;)
        if (trials->list[i].rate_rps == trials->search.high && !trials->list[i].kept)
            return &trials->list[i];
    return NULL;
}

static void answer_show(const struct trials *trials)
{
    const struct trial *beyond = trial_beyond(trials);
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];

    putchar('\n');
    if (trials->search.low == 0) {
        printf("No rate keeps %s.\n", trials->asked->slo);
        return;
    }
    printf("capacity %s requests/s with %s", units_format_count(low, (uint64_t)trials->search.low),
           trials->asked->slo);
    if (beyond)
        printf("; at %s/s %s", units_format_count(high, (uint64_t)beyond->rate_rps),
               beyond->why.text);
    puts(".");
    if (beyond == NULL || beyond->bottleneck)
        puts("The generator was the bottleneck there: the server may do more.");
}

/* For programs. */

static json_t *count_json(uint64_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *trial_json(const struct trial *trial)
{
    json_t *object = json_object();

    json_object_set_new(object, "rate_rps", json_real(trial->rate_rps));
    json_object_set_new(object, "kept", json_boolean(trial->kept));
    json_object_set_new(object, "why", trial->kept ? json_null() : json_string(trial->why.text));
    json_object_set_new(object, "bottleneck", json_boolean(trial->bottleneck));
    json_object_set_new(object, "requests", count_json(trial->requests));
    json_object_set_new(object, "errors", count_json(trial->errors));
    json_object_set_new(object, "unsent", count_json(trial->unsent));
    json_object_set_new(object, "p50_ns", count_json(trial->p50_ns));
    json_object_set_new(object, "p90_ns", count_json(trial->p90_ns));
    json_object_set_new(object, "p99_ns", count_json(trial->p99_ns));
    json_object_set_new(object, "p999_ns", count_json(trial->p999_ns));
    json_object_set_new(object, "max_ns", count_json(trial->max_ns));
    return object;
}

static json_t *rate_json(double rate_rps)
{
    return rate_rps > 0 ? json_real(rate_rps) : json_null();
}

static void answer_json(const struct trials *trials)
{
    const struct trial *beyond = trial_beyond(trials);
    json_t *object = json_object(), *list = json_array();

    for (unsigned i = 0; i < trials->count; i++)
        json_array_append_new(list, trial_json(&trials->list[i]));
    json_object_set_new(object, "url", json_string(trials->asked->url));
    json_object_set_new(object, "workload",
                        trials->asked->workload ? json_string(trials->asked->workload)
                                                : json_null());
    json_object_set_new(object, "connections", count_json(trials->setup.connections));
    json_object_set_new(object, "http2", json_boolean(trials->setup.http2));
    json_object_set_new(object, "streams",
                        count_json(trials->setup.streams ? trials->setup.streams : 1));
    json_object_set_new(object, "slo", json_string(trials->asked->slo));
    json_object_set_new(object, "capacity_rps", rate_json(trials->search.low));
    json_object_set_new(object, "beyond_rps", rate_json(trials->search.high));
    json_object_set_new(object, "bottleneck",
                        json_boolean(beyond ? beyond->bottleneck : trials->search.low > 0));
    json_object_set_new(object, "trials", list);
    json_dumpf(object, stdout, JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(object);
}

static int trials_end(const struct trials *trials)
{
    if (trials->error.text[0] != '\0') {
        fprintf(stderr, "tidemark load: %s\n", trials->error.text);
        return 2;
    }
    if (trials->stopped) {
        fputs("tidemark load: stopped before the capacity was found\n", stderr);
        return 1;
    }
    (trials->asked->json ? answer_json : answer_show)(trials);
    return trials->search.low > 0 ? 0 : 1;
}

/* A miss that may be the generator's own fault is tried again, but not for ever. */
static bool trial_is_void(struct trials *trials, const struct trial *trial)
{
    bool doubtful = !trial->kept && trial->bottleneck;

    if (!trials->asked->json)
        trial_show(trial);
    if (trials->doubted_rps != trial->rate_rps)
        trials->again = 0;
    trials->doubted_rps = trial->rate_rps;
    return doubtful && trials->again++ < AGAIN_MAX;
}

int capacity_search_command(const struct load_setup *setup,
                            const struct capacity_search_asked *asked)
{
    struct trials trials = {.asked = asked, .setup = *setup};
    double rate_rps = setup->rate_rps > 0 ? setup->rate_rps : CAPACITY_RATE_FIRST;
    const struct trial *trial;

    if (slo_parse(&trials.slo, asked->slo, &trials.error) < 0)
        return trials_end(&trials);
    if (!asked->json)
        head_show(&trials);
    rate_rps = capacity_search_begin(&trials.search, rate_rps);
    while (rate_rps > 0 && (trial = trial_run(&trials, rate_rps)) != NULL)
        if (!trial_is_void(&trials, trial))
            rate_rps = capacity_search_next(&trials.search, trial->kept);
    return trials_end(&trials);
}
