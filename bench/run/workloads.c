/* workloads.c - from a list of names to streams of ids. */
#include "workloads.h"

#include "command.h"
#include "count_of.h"
#include "server_under_test.h"
#include "trace.h"
#include "units.h"

#include <stdio.h>
#include <string.h>

#define ALL_WORKLOADS     "random,zipf,scan,burst"
#define DEFAULT_WORKLOADS "random,zipf,burst"
#define QUICK_WORKLOADS   "random,zipf"
#define SPEED_WORKLOAD    "zipf" /* if none is given */
#define USER_PATH         "/users/{id}"
#define BURST             "burst:"
#define SET_FACTOR        2 /* scan and burst request twice as many ids as fit */

static const struct {
    const char *name, *ids, *path;
} named[] = {
    {"random", "", "/users/random"},
    {"zipf", "zipf:0.99:1000000", USER_PATH},
    {"scan", "scan:%llu", USER_PATH},
    {"burst", "burst:%llu", USER_PATH},
};

/* The ids of "burst:IDS:REQUESTS"; 0 for another generator. */
static uint64_t burst_ids(const char *ids)
{
    char count[RESULT_NAME_BYTES];
    uint64_t number = 0;
    if (strncmp(ids, BURST, strlen(BURST)) != 0)
        return 0;
    const char *from = ids + strlen(BURST);
    snprintf(count, sizeof count, "%.*s", (int)strcspn(from, ":"), from);
    units_parse_count(count, &number);
    return number;
}

/* Whether the ids can be generated or read. 0, or -1 and one line in error. */
static int ids_check(const char *ids, struct error *error)
{
    struct trace *trace = trace_open(ids, &(struct trace_setup){.seed = 1}, error);
    if (trace == NULL)
        return error_set(error, "--workloads: %s", error->text);
    trace_close(trace);
    return 0;
}

static int workload_parse(struct workload *workload, const char *name, uint64_t fit,
                          struct error *error)
{
    *workload = (struct workload){.dirty_decay_ns = SERVER_DECAY_DEFAULT};
    snprintf(workload->name, sizeof workload->name, "%s", name);
    if (strchr(name, ':') != NULL) {
        snprintf(workload->ids, sizeof workload->ids, "%s", name);
        workload->path = USER_PATH;
        if (ids_check(name, error) != 0)
            return -1;
    }
    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (strcmp(named[i].name, name) == 0) {
            snprintf(workload->ids, sizeof workload->ids, named[i].ids,
                     (unsigned long long)fit * SET_FACTOR);
            workload->path = named[i].path;
        }
    if (workload->path == NULL)
        return error_set(error,
                         "--workloads: there is no workload '%s'; there are random, zipf, scan, "
                         "burst, and generators such as zipf:1.0:50k",
                         name);
    workload->burst_ids = burst_ids(workload->ids);
    workload->speed = workload->burst_ids == 0;
    return 0;
}

/* Adds a burst once for each time in the list. */
static int bursts_add(struct workloads *workloads, const struct workload *burst, const char *list,
                      struct error *error)
{
    char decay[RESULT_NAME_BYTES / 2];
    while (workloads->count < WORKLOADS_MAX && list_next(&list, decay, sizeof decay)) {
        struct workload *workload = &workloads->list[workloads->count++];
        uint64_t decay_ns;
        if (units_parse_duration(decay, &decay_ns) != 0 || decay_ns > INT64_MAX)
            return error_set(error, "--dirty-decay: '%s' is not a time such as 10s, 500ms or 0",
                             decay);
        *workload = *burst;
        workload->dirty_decay_ns = (int64_t)decay_ns;
        snprintf(workload->name, sizeof workload->name, "%.30s@%s", burst->name, decay);
    }
    return 0;
}

static int workload_add(struct workloads *workloads, const char *name, uint64_t fit,
                        const char *decays, struct error *error)
{
    struct workload workload;
    if (workload_parse(&workload, name, fit, error) != 0)
        return -1;
    if (workload.burst_ids > 0 && decays != NULL)
        return bursts_add(workloads, &workload, decays, error);
    workloads->list[workloads->count++] = workload;
    return 0;
}

int workloads_fill(struct workloads *workloads, const struct bench_options *options, uint64_t fit,
                   struct error *error)
{
    char name[RESULT_NAME_BYTES];
    const char *list = options->workloads;
    if (list == NULL)
        list = options->quick ? QUICK_WORKLOADS : DEFAULT_WORKLOADS;
    else if (strcmp(list, "all") == 0)
        list = ALL_WORKLOADS;
    while (workloads->count < WORKLOADS_MAX && list_next(&list, name, sizeof name))
        if (workload_add(workloads, name, fit, options->dirty_decay, error) != 0)
            return -1;
    if (workloads->count == 0 || *list != '\0')
        return error_set(error, "--workloads must name from 1 to %d workloads", WORKLOADS_MAX);
    for (size_t i = 0; i < workloads->count && options->workloads == NULL; i++)
        workloads->list[i].speed = strcmp(workloads->list[i].name, SPEED_WORKLOAD) == 0;
    return 0;
}
