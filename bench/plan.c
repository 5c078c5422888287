/* plan.c - from options to runs: lists are looked up, times divided, limits fitted to them. */
#include "plan.h"

#include "units.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define BUDGET_NS         (200 * NS_PER_SECOND) /* for all runs, unless --seconds is given */
#define QUICK_BUDGET_NS   (20 * NS_PER_SECOND)
#define QUICK_REPEATS     1
#define QUICK_WORKLOADS   "random,zipf"
#define ALL_WORKLOADS     "random,zipf,scan,burst"
#define BURST             "burst:"
#define REPEATS_MAX       3
#define RUN_WORTHWHILE_NS (9 * NS_PER_SECOND / 10) /* below this, rather repeat less often */
#define RUN_LEAST_NS      (NS_PER_SECOND / 2)
#define RUN_AROUND_NS     (NS_PER_SECOND / 10) /* starting, measuring the cost, stopping */
#define INTERVAL_NS       (NS_PER_SECOND / 10)
#define SAMPLES_LEAST     30 /* shorter runs are sampled more often */
#define TTL_SHARE         6  /* of a run, so that its plateau is judged */
#define CAPACITY_ENTRIES  10000
#define QUICK_ENTRIES     2000 /* fills and turns over within a short run */
#define INTERVAL_LEAST_NS NS_PER_MS
#define WATCH_MOST_NS     (3600 * NS_PER_SECOND)
#define SET_FACTOR        2   /* scan and burst ask for so many times what fits */
#define BODY_BYTES        500 /* what an entry takes, where capacity is in bytes */
#define MEMORY_CAP_BYTES  (UINT64_C(2) << 30)

const struct plan_options plan_options_default = {
    .out = "results",
    .connections = 100,
    .memory_cap_bytes = MEMORY_CAP_BYTES,
    .seed = 1,
};

#define FIELD(name) offsetof(struct plan_options, name)
static const struct option option_rows[] = {
    {"variants", OPTION_TEXT, FIELD(variants), "LIST", "as lru,ttl (all)"},
    {"workloads", OPTION_TEXT, FIELD(workloads), "LIST",
     "of random, zipf, scan, burst, or generators as zipf:1.0:50k (those four)"},
    {"seconds", OPTION_REAL, FIELD(seconds), "S", "of a run (so that all take the budget)"},
    {"repeats", OPTION_COUNT, FIELD(repeats), "N", "of each run (as the budget allows, up to 3)"},
    {"budget", OPTION_DURATION, FIELD(budget_ns), "TIME", "for all runs (200s)"},
    {"quick", OPTION_FLAG, FIELD(quick), NULL,
     "a budget of 20s, no repeats, and only " QUICK_WORKLOADS},
    {"connections", OPTION_COUNT, FIELD(connections), "N", "at a time (100)"},
    {"capacity", OPTION_CAPACITY, FIELD(capacity), "N|SIZE",
     "entries or bytes, for variants that keep such a limit (10000, quick 2000; none for those "
     "with "
     "an age)"},
    {"ttl", OPTION_DURATION, FIELD(ttl_ns), "TIME",
     "age, for variants that keep such a limit (a sixth of a run)"},
    {"dirty-decay", OPTION_TEXT, FIELD(dirty_decay), "LIST",
     "runs burst once for each, as 10s,1s,0: how long the allocator keeps unused pages"},
    {"burst-watch", OPTION_DURATION, FIELD(burst_watch_ns), "TIME",
     "watches for so long after a burst, without load if need be (while the load lasts)"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME",
     "between two samples (100ms, less in short runs)"},
    {"memory-cap", OPTION_SIZE, FIELD(memory_cap_bytes), "SIZE",
     "a server whose RSS passes it is stopped (2GiB; 0B for none)"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "of the workloads (1)"},
    {"out", OPTION_TEXT, FIELD(out), "DIR", "where NAME.json goes (results)"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "where serve-NAME lies (beside this program)"},
};

const struct option_table plan_option_table = {
    .usage = "tidemark bench [OPTIONS]",
    .summary = "Serves each variant, loads it, samples its memory, judges it and compares all.",
    .details = "examples:\n"
               "  tidemark bench --quick\n"
               "  tidemark bench --variants unbounded,lru --workloads random --seconds 10",
    .options = option_rows,
    .count = COUNT_OF(option_rows),
};

static const struct {
    const char *name, *ids, *path;
} workloads[] = {
    {"random", "", "/users/random"},
    {"zipf", "zipf:0.99:1000000", "/users/{id}"},
    {"scan", "scan:%llu", "/users/{id}"},
    {"burst", "burst:%llu", "/users/{id}"},
};

/* The next name of a list; *list moves behind it. False: there is none. */
static bool list_next(const char **list, char *name, size_t bytes)
{
    if (**list == '\0')
        return false;
    size_t length = strcspn(*list, ",");
    snprintf(name, bytes, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] == ',');
    return true;
}

static int variants_fill(struct plan *plan, const char *list, char error[OPTIONS_ERROR_BYTES])
{
    char name[RESULT_NAME_BYTES];
    if (list == NULL || strcmp(list, "all") == 0) {
        plan->variant_count =
            policies_count < PLAN_VARIANTS_MAX ? policies_count : PLAN_VARIANTS_MAX;
        memcpy(plan->variants, policies, plan->variant_count * sizeof policies[0]);
        return 0;
    }
    while (list_next(&list, name, sizeof name)) {
        const struct policy *policy = policy_find(name);
        if (policy == NULL || plan->variant_count == PLAN_VARIANTS_MAX) {
            int length =
                snprintf(error, OPTIONS_ERROR_BYTES, "there is no variant '%s'; there are", name);
            for (size_t i = 0; i < policies_count && length < OPTIONS_ERROR_BYTES; i++)
                length += snprintf(error + length, OPTIONS_ERROR_BYTES - (size_t)length, " %s",
                                   policies[i]->name);
            return -1;
        }
        plan->variants[plan->variant_count++] = policy;
    }
    snprintf(error, OPTIONS_ERROR_BYTES, "--variants names none");
    return plan->variant_count > 0 ? 0 : -1;
}

/* More ids than fit. */
static unsigned long long set_size(const struct plan *plan)
{
    uint64_t fit = plan->capacity.entries;
    if (fit == 0)
        fit = plan->capacity.bytes / BODY_BYTES + 1;
    return (unsigned long long)fit * SET_FACTOR;
}

static int workload_fill(struct plan *plan, const char *name, char error[OPTIONS_ERROR_BYTES])
{
    struct workload *workload = &plan->workloads[plan->workload_count];
    snprintf(workload->name, sizeof workload->name, "%s", name);
    if (strchr(name, ':') != NULL) {
        snprintf(workload->ids, sizeof workload->ids, "%s", name);
        workload->path = "/users/{id}";
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(workloads); i++)
        if (strcmp(workloads[i].name, name) == 0) {
            snprintf(workload->ids, sizeof workload->ids, workloads[i].ids, set_size(plan));
            workload->path = workloads[i].path;
            return 0;
        }
    snprintf(error, OPTIONS_ERROR_BYTES,
             "there is no workload '%s'; there are random, zipf, scan, burst, and generators as "
             "zipf:1.0:50k",
             name);
    return -1;
}

/* So many ids as a stream asks for once each before it asks for few of them; 0: it does not. */
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

/* Counts the workload that has just been filled, a burst once for each time that unused pages are
 * to stay. */
static int decays_fill(struct plan *plan, const char *list, char error[OPTIONS_ERROR_BYTES])
{
    struct workload first = plan->workloads[plan->workload_count];
    char decay[RESULT_NAME_BYTES / 2];
    first.burst_ids = burst_ids(first.ids);
    first.dirty_decay_ns = PLAN_DECAY_DEFAULT;
    plan->workloads[plan->workload_count] = first;
    if (first.burst_ids == 0 || list == NULL) {
        plan->workload_count++;
        return 0;
    }
    while (plan->workload_count < PLAN_WORKLOADS_MAX && list_next(&list, decay, sizeof decay)) {
        struct workload *workload = &plan->workloads[plan->workload_count++];
        uint64_t decay_ns;
        snprintf(error, OPTIONS_ERROR_BYTES,
                 "--dirty-decay: '%s' is no time; times are 10s, 1s, 500ms, 0", decay);
        if (units_parse_duration(decay, &decay_ns) != 0 || decay_ns > INT64_MAX)
            return -1;
        *workload = first;
        workload->dirty_decay_ns = (int64_t)decay_ns;
        snprintf(workload->name, sizeof workload->name, "%.30s@%s", first.name, decay);
    }
    return 0;
}

static int workloads_fill(struct plan *plan, const struct plan_options *options,
                          char error[OPTIONS_ERROR_BYTES])
{
    char name[RESULT_NAME_BYTES];
    const char *list = options->workloads;
    if (list == NULL || strcmp(list, "all") == 0)
        list = options->quick && list == NULL ? QUICK_WORKLOADS : ALL_WORKLOADS;
    while (plan->workload_count < PLAN_WORKLOADS_MAX && list_next(&list, name, sizeof name))
        if (workload_fill(plan, name, error) != 0 ||
            decays_fill(plan, options->dirty_decay, error) != 0)
            return -1;
    snprintf(error, OPTIONS_ERROR_BYTES, "--workloads names none, or more than %d",
             PLAN_WORKLOADS_MAX);
    return plan->workload_count > 0 && *list == '\0' ? 0 : -1;
}

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* Divides the budget: first over variants and workloads, then over repeats worth their time. */
static void times_fill(struct plan *plan, const struct plan_options *options)
{
    uint64_t budget_ns = options->budget_ns ? options->budget_ns
                         : options->quick   ? QUICK_BUDGET_NS
                                            : BUDGET_NS;
    uint64_t each_ns = budget_ns / (plan->variant_count * plan->workload_count);
    uint64_t most = options->quick ? QUICK_REPEATS : REPEATS_MAX;
    plan->repeats = options->repeats;
    if (plan->repeats == 0)
        plan->repeats = options->seconds > 0 ? most : clamp(each_ns / RUN_WORTHWHILE_NS, 1, most);
    uint64_t run_ns = each_ns / plan->repeats;
    plan->duration_ns =
        run_ns > RUN_LEAST_NS + RUN_AROUND_NS ? run_ns - RUN_AROUND_NS : RUN_LEAST_NS;
    if (options->seconds > 0)
        plan->duration_ns = (uint64_t)(options->seconds * (double)NS_PER_SECOND);
    plan->interval_ns = plan->duration_ns / SAMPLES_LEAST;
    if (plan->interval_ns > INTERVAL_NS)
        plan->interval_ns = INTERVAL_NS;
    if (options->interval_ns > 0)
        plan->interval_ns = options->interval_ns;
    plan->ttl_ns = options->ttl_ns ? options->ttl_ns : plan->duration_ns / TTL_SHARE;
}

/* The folder that this program lies in. */
static void own_folder(char folder[RESULT_LINE_BYTES])
{
    char path[RESULT_LINE_BYTES];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    snprintf(folder, RESULT_LINE_BYTES, "%s", dirname(path));
}

static int options_check(const struct plan_options *options, char error[OPTIONS_ERROR_BYTES])
{
    snprintf(error, OPTIONS_ERROR_BYTES, "--connections must be from 1 to 10000");
    if (options->connections < 1 || options->connections > 10000)
        return -1;
    snprintf(error, OPTIONS_ERROR_BYTES, "--seconds must be at most 86400, or left out");
    if (options->seconds > 86400)
        return -1;
    snprintf(error, OPTIONS_ERROR_BYTES, "--interval must be 1ms or more");
    if (options->interval_ns > 0 && options->interval_ns < INTERVAL_LEAST_NS)
        return -1;
    snprintf(error, OPTIONS_ERROR_BYTES, "--burst-watch must be at most 1h");
    if (options->burst_watch_ns > WATCH_MOST_NS)
        return -1;
    snprintf(error, OPTIONS_ERROR_BYTES, "--repeats must be at most 100");
    return options->repeats > 100 ? -1 : 0;
}

int plan_make(struct plan *plan, const struct plan_options *options,
              char error[OPTIONS_ERROR_BYTES])
{
    *plan = (struct plan){.capacity = options->capacity,
                          .connections = (unsigned)options->connections,
                          .memory_cap_bytes = options->memory_cap_bytes,
                          .burst_watch_ns = options->burst_watch_ns,
                          .seed = options->seed};
    if (options_check(options, error) != 0)
        return -1;
    plan->capacity_for_all = options->capacity.entries > 0 || options->capacity.bytes > 0;
    if (!plan->capacity_for_all)
        plan->capacity.entries = options->quick ? QUICK_ENTRIES : CAPACITY_ENTRIES;
    if (variants_fill(plan, options->variants, error) != 0 ||
        workloads_fill(plan, options, error) != 0)
        return -1;
    times_fill(plan, options);
    snprintf(plan->out, sizeof plan->out, "%s", options->out);
    if (options->server_dir != NULL)
        snprintf(plan->server_dir, sizeof plan->server_dir, "%s", options->server_dir);
    else
        own_folder(plan->server_dir);
    return 0;
}

struct result_limits plan_limits(const struct plan *plan, const struct policy *policy)
{
    struct result_limits limits = {0};
    bool aged = policy->limits & KEEPS_AGE;
    if (aged)
        limits.ttl_ns = plan->ttl_ns;
    if ((policy->limits & KEEPS_CAPACITY) && (plan->capacity_for_all || !aged)) {
        limits.capacity_entries = plan->capacity.entries;
        limits.capacity_bytes = plan->capacity.bytes;
    }
    return limits;
}
