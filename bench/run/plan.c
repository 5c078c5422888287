/* plan.c - from options to runs: lists are looked up, times divided, limits fitted to them. */
#include "plan.h"

#include "child.h"

#include "program.h"
#include "random.h"
#include "stats.h"
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
#define REPEATS_PRECISE   100 /* at most, where --precision says when it is enough */
#define RUN_PRECISE_NS    NS_PER_SECOND
#define STREAMS_MAX       1000
#define STREAMS           10                       /* of HTTP/2, if nothing is said */
#define RUN_WORTHWHILE_NS (8 * NS_PER_SECOND / 10) /* below this, rather repeat less often */
#define RUN_LEAST_NS      (NS_PER_SECOND / 2)
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
    .start_within_ns = CHILD_START_NS,
};

#define FIELD(name) offsetof(struct plan_options, name)
static const struct option option_rows[] = {
    {"variants", OPTION_TEXT, FIELD(variants), "LIST",
     "as lru,ttl (all, or none beside a --command)"},
    {"command", OPTION_TEXTS, FIELD(commands), "COMMAND",
     "another program to serve; it has to listen on {port}. Again for a second"},
    {"url", OPTION_TEXTS, FIELD(urls), "URL",
     "what it is asked for, as 'http://127.0.0.1:{port}/users/{id}'; one for all, or one each"},
    {"name", OPTION_TEXTS, FIELD(names), "NAME", "what it is called (as its program)"},
    {"start-within", OPTION_DURATION, FIELD(start_within_ns), "TIME",
     "in which it has to answer (10s)"},
    {"against", OPTION_TEXT, FIELD(against), "DIR",
     "runs the variants in DIR, too, in turn with ours; their results go to OUT/against"},
    {"workloads", OPTION_TEXT, FIELD(workloads), "LIST",
     "of random, zipf, scan, burst, or generators as zipf:1.0:50k (those four)"},
    {"seconds", OPTION_REAL, FIELD(seconds), "S", "of a run (so that all take the budget)"},
    {"repeats", OPTION_COUNT, FIELD(repeats), "N", "of each run (as the budget allows, up to 3)"},
    {"precision", OPTION_SHARE, FIELD(precision), "SHARE",
     "repeats until req/s and CPU time are known so well, as 2%, or the budget is spent"},
    {"calibrate", OPTION_FLAG, FIELD(calibrate), NULL,
     "first runs the first variant against itself, to know the noise (half a minute more)"},
    {"budget", OPTION_DURATION, FIELD(budget_ns), "TIME", "for all runs (200s)"},
    {"quick", OPTION_FLAG, FIELD(quick), NULL,
     "a budget of 20s, no repeats, and only " QUICK_WORKLOADS},
    {"connections", OPTION_COUNT, FIELD(connections), "N", "at a time (100)"},
    {"http2", OPTION_FLAG, FIELD(http2), NULL, "HTTP/2 in clear text instead of HTTP/1.1"},
    {"streams", OPTION_COUNT, FIELD(streams), "N", "of HTTP/2, at a time on a connection (10)"},
    {"rate", OPTION_REAL, FIELD(rate_rps), "N",
     "requests due in a second, at random times, whatever the server does (as it answers)"},
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
    {"seed", OPTION_COUNT, FIELD(seed), "N",
     "of the workloads, and of who comes first in a turn (1)"},
    {"out", OPTION_TEXT, FIELD(out), "DIR", "where NAME.json goes (results)"},
    {"server-dir", OPTION_TEXT, FIELD(server_dir), "DIR",
     "where serve-NAME lies (beside this program)"},
};

const struct option_table plan_option_table = {
    .usage = "tidemark bench [OPTIONS]",
    .summary = "Serves each variant, loads it, samples its memory, judges it and compares all.",
    .details = "examples:\n"
               "  tidemark bench --quick\n"
               "  tidemark bench --variants unbounded,lru --workloads random --seconds 10\n"
               "  tidemark bench --command 'python3 service.py {port}' "
               "--url 'http://127.0.0.1:{port}/users/{id}'\n"
               "  tidemark bench --variants lru --against ../before/build/release/bin "
               "--precision 2%",
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

struct subject subject_of(const struct policy *policy)
{
    struct subject subject = {.policy = policy};
    snprintf(subject.name, sizeof subject.name, "%s", policy->name);
    return subject;
}

static bool is_listed(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->subject_count; i++)
        if (strcmp(plan->subjects[i].name, name) == 0)
            return true;
    return false;
}

static int subject_add(struct plan *plan, const struct subject *subject, struct error *error)
{
    error_set(error, "there is room for %d variants and programs", PLAN_SUBJECTS_MAX);
    if (plan->subject_count == PLAN_SUBJECTS_MAX)
        return -1;
    error_set(error, "'%s' is named twice; see --name", subject->name);
    if (!subject->other && is_listed(plan, subject->name))
        return -1;
    plan->subjects[plan->subject_count++] = *subject;
    return 0;
}

/* And its like from the other build, if there is one. */
static int variant_add(struct plan *plan, const struct policy *policy, struct error *error)
{
    struct subject subject = subject_of(policy);
    if (subject_add(plan, &subject, error) != 0)
        return -1;
    subject.other = true;
    return plan->other_dir[0] != '\0' ? subject_add(plan, &subject, error) : 0;
}

static int variant_unknown(const char *name, struct error *error)
{
    error_set(error, "there is no variant '%s'; there are", name);
    for (size_t i = 0; i < policies_count; i++)
        error_add(error, " %s", policies[i]->name);
    return -1;
}

static int all_variants_add(struct plan *plan, struct error *error)
{
    for (size_t i = 0; i < policies_count; i++)
        if (variant_add(plan, policies[i], error) != 0)
            return -1;
    return 0;
}

static int variants_fill(struct plan *plan, const struct plan_options *options, struct error *error)
{
    char name[RESULT_NAME_BYTES];
    const char *list = options->variants;
    if (list == NULL && options->commands.count > 0)
        return 0;
    if (list == NULL || strcmp(list, "all") == 0)
        return all_variants_add(plan, error);
    while (list_next(&list, name, sizeof name)) {
        const struct policy *policy = policy_find(name);
        if (policy == NULL)
            return variant_unknown(name, error);
        if (variant_add(plan, policy, error) != 0)
            return -1;
    }
    error_set(error, "--variants names none");
    return plan->subject_count > 0 ? 0 : -1;
}

/* Of a path, without the folders; of a command, its first word. */
static void base_name(const char *command, char name[RESULT_NAME_BYTES])
{
    size_t length = strcspn(command, " ");
    const char *from = command;
    for (size_t i = 0; i < length; i++)
        if (command[i] == '/')
            from = command + i + 1;
    snprintf(name, RESULT_NAME_BYTES, "%.*s", (int)(command + length - from), from);
}

/* It becomes a file's name. */
static int name_check(const char *name, struct error *error)
{
    error_set(error,
              "'%.80s' cannot be a program's name; use --name with letters, digits, '-', '_', '.'",
              name);
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-_.");
    return good > 0 && name[good] == '\0' && name[0] != '.' && good < RESULT_NAME_BYTES ? 0 : -1;
}

static int program_add(struct plan *plan, const struct plan_options *options, size_t i,
                       struct error *error)
{
    struct subject subject = {
        .command = options->commands.texts[i],
        .url = options->urls.texts[options->urls.count == 1 ? 0 : i],
    };
    char name[RESULT_NAME_BYTES];
    base_name(subject.command, name);
    const char *called = i < options->names.count ? options->names.texts[i] : name;
    if (name_check(called, error) != 0 || program_check(subject.command, subject.url, error) != 0)
        return -1;
    snprintf(subject.name, sizeof subject.name, "%s", called);
    return subject_add(plan, &subject, error);
}

static int programs_fill(struct plan *plan, const struct plan_options *options, struct error *error)
{
    size_t commands = options->commands.count, urls = options->urls.count;
    error_set(error, commands == 0 ? "--url and --name belong to a --command"
                                   : "--command needs one --url for all, or one for each");
    if (commands == 0 ? urls > 0 || options->names.count > 0 : urls != 1 && urls != commands)
        return -1;
    error_set(error, "there are more names than commands");
    if (options->names.count > commands)
        return -1;
    for (size_t i = 0; i < commands; i++)
        if (program_add(plan, options, i, error) != 0)
            return -1;
    return 0;
}

/* Whether the second of the pair comes first: drawn, since tests by ranks take it that either order
 * was as likely; but once in each two repetitions, so that what the order does cancels out. */
static bool pair_is_turned(const struct plan *plan, uint64_t repetition, size_t pair)
{
    struct random random;
    uint64_t block = (repetition - 1) / 2;
    random_seed(&random, plan->seed + random_mix(block * PLAN_SUBJECTS_MAX + pair + 1));
    return random_below(&random, 2) == repetition % 2;
}

size_t plan_turn(const struct plan *plan, uint64_t repetition, size_t n)
{
    return n < plan->paired_count && pair_is_turned(plan, repetition, n / 2) ? n ^ 1 : n;
}

/* More ids than fit. */
static unsigned long long set_size(const struct plan *plan)
{
    uint64_t fit = plan->capacity.entries;
    if (fit == 0)
        fit = plan->capacity.bytes / BODY_BYTES + 1;
    return (unsigned long long)fit * SET_FACTOR;
}

static int workload_fill(struct plan *plan, const char *name, struct error *error)
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
    return error_set(
        error,
        "there is no workload '%s'; there are random, zipf, scan, burst, and generators as "
        "zipf:1.0:50k",
        name);
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
static int decays_fill(struct plan *plan, const char *list, struct error *error)
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
        error_set(error, "--dirty-decay: '%s' is no time; times are 10s, 1s, 500ms, 0", decay);
        if (units_parse_duration(decay, &decay_ns) != 0 || decay_ns > INT64_MAX)
            return -1;
        *workload = first;
        workload->dirty_decay_ns = (int64_t)decay_ns;
        snprintf(workload->name, sizeof workload->name, "%.30s@%s", first.name, decay);
    }
    return 0;
}

static int workloads_fill(struct plan *plan, const struct plan_options *options,
                          struct error *error)
{
    char name[RESULT_NAME_BYTES];
    const char *list = options->workloads;
    if (list == NULL || strcmp(list, "all") == 0)
        list = options->quick && list == NULL ? QUICK_WORKLOADS : ALL_WORKLOADS;
    while (plan->workload_count < PLAN_WORKLOADS_MAX && list_next(&list, name, sizeof name))
        if (workload_fill(plan, name, error) != 0 ||
            decays_fill(plan, options->dirty_decay, error) != 0)
            return -1;
    error_set(error, "--workloads names none, or more than %d", PLAN_WORKLOADS_MAX);
    return plan->workload_count > 0 && *list == '\0' ? 0 : -1;
}

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* So that there are repeats enough to tell how precise they are. */
static void times_refine(struct plan *plan, const struct plan_options *options)
{
    uint64_t each_ns = plan->budget_ns / (plan->subject_count * plan->workload_count);
    plan->duration_ns = clamp(each_ns / STATS_BOOTSTRAP_MIN, RUN_LEAST_NS, RUN_PRECISE_NS);
    plan->repeats = options->repeats > 0 ? options->repeats : REPEATS_PRECISE;
}

/* Divides the budget: first over variants and workloads, then over repeats worth their time. */
static void times_fill(struct plan *plan, const struct plan_options *options)
{
    plan->budget_ns = options->budget_ns ? options->budget_ns
                      : options->quick   ? QUICK_BUDGET_NS
                                         : BUDGET_NS;
    uint64_t each_ns = plan->budget_ns / (plan->subject_count * plan->workload_count);
    uint64_t most = options->quick ? QUICK_REPEATS : REPEATS_MAX;
    plan->repeats = options->repeats;
    if (plan->repeats == 0)
        plan->repeats = options->seconds > 0 ? most : clamp(each_ns / RUN_WORTHWHILE_NS, 1, most);
    uint64_t run_ns = each_ns / plan->repeats;
    plan->duration_ns =
        run_ns > RUN_LEAST_NS + PLAN_AROUND_NS ? run_ns - PLAN_AROUND_NS : RUN_LEAST_NS;
    if (plan->precision > 0)
        times_refine(plan, options);
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
void plan_server_folder(char folder[RESULT_LINE_BYTES])
{
    char path[RESULT_LINE_BYTES];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    snprintf(folder, RESULT_LINE_BYTES, "%s", dirname(path));
}

/* A URL without ids is asked for as it is, again and again. */
static int urls_check(const struct plan *plan, struct error *error)
{
    for (size_t i = 0; i < plan->subject_count; i++) {
        const char *url = plan->subjects[i].url;
        if (url == NULL || strstr(url, "{id}") != NULL)
            continue;
        error_set(error,
                  "--url '%.80s' has no {id}, so there is one workload only: --workloads random",
                  url);
        if (plan->workload_count != 1 || plan->workloads[0].ids[0] != '\0')
            return -1;
    }
    return 0;
}

static int options_check(const struct plan_options *options, struct error *error)
{
    error_set(error, "--connections must be from 1 to 10000");
    if (options->connections < 1 || options->connections > 10000)
        return -1;
    error_set(error, "--seconds must be at most 86400, or left out");
    if (options->seconds > 86400)
        return -1;
    error_set(error, "--interval must be 1ms or more");
    if (options->interval_ns > 0 && options->interval_ns < INTERVAL_LEAST_NS)
        return -1;
    error_set(error, "--burst-watch must be at most 1h");
    if (options->burst_watch_ns > WATCH_MOST_NS)
        return -1;
    error_set(error, "--streams must be from 1 to 1000, and needs --http2");
    if (options->streams > STREAMS_MAX || (options->streams > 0 && !options->http2))
        return -1;
    error_set(error, "--start-within must be at most 1h");
    if (options->start_within_ns > WATCH_MOST_NS)
        return -1;
    error_set(error, "--repeats must be at most 100");
    return options->repeats > 100 ? -1 : 0;
}

int plan_make(struct plan *plan, const struct plan_options *options, struct error *error)
{
    *plan =
        (struct plan){.capacity = options->capacity,
                      .connections = (unsigned)options->connections,
                      .memory_cap_bytes = options->memory_cap_bytes,
                      .burst_watch_ns = options->burst_watch_ns,
                      .start_within_ns = options->start_within_ns,
                      .precision = options->precision,
                      .calibrate = options->calibrate,
                      .watches_bursts = options->dirty_decay != NULL || options->burst_watch_ns > 0,
                      .http2 = options->http2,
                      .streams = 1,
                      .rate_rps = options->rate_rps,
                      .seed = options->seed};
    if (options_check(options, error) != 0)
        return -1;
    if (options->http2)
        plan->streams = options->streams > 0 ? (unsigned)options->streams : STREAMS;
    if (options->against != NULL)
        snprintf(plan->other_dir, sizeof plan->other_dir, "%s", options->against);
    plan->capacity_for_all = options->capacity.entries > 0 || options->capacity.bytes > 0;
    if (!plan->capacity_for_all)
        plan->capacity.entries = options->quick ? QUICK_ENTRIES : CAPACITY_ENTRIES;
    if (variants_fill(plan, options, error) != 0)
        return -1;
    plan->paired_count = options->against != NULL ? plan->subject_count : 0;
    if (programs_fill(plan, options, error) != 0 || workloads_fill(plan, options, error) != 0 ||
        urls_check(plan, error) != 0)
        return -1;
    times_fill(plan, options);
    snprintf(plan->out, sizeof plan->out, "%s", options->out);
    if (options->server_dir != NULL)
        snprintf(plan->server_dir, sizeof plan->server_dir, "%s", options->server_dir);
    else
        plan_server_folder(plan->server_dir);
    return 0;
}

struct result_limits plan_limits(const struct plan *plan, const struct policy *policy)
{
    struct result_limits limits = {0};
    bool aged = policy != NULL && policy->limits & KEEPS_AGE;
    if (policy == NULL)
        return limits;
    if (aged)
        limits.ttl_ns = plan->ttl_ns;
    if ((policy->limits & KEEPS_CAPACITY) && (plan->capacity_for_all || !aged)) {
        limits.capacity_entries = plan->capacity.entries;
        limits.capacity_bytes = plan->capacity.bytes;
    }
    return limits;
}
