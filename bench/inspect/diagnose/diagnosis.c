/* diagnosis.c - the verdict decides whether it leaks, the census where, the references why. */
#include "diagnosis.h"

#include "units.h"
#include "verdict.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIN_CACHE "main.cache"
#define MAIN_ORDER "main.cache.order"
#define MAIN_HOOKS "main.hooks"
#define OUTSIDE    "outside main.cache"
#define PROCESS    "process"
#define UNOWNED    "(unreachable) -> "
/* Unreachable objects are the cause if they explain this share of the growth. */
#define UNREACHABLE_SHARE 0.5

const struct mistake_text mistake_texts[MISTAKES] = {
    [MISTAKE_NONE] = {"none", "nothing leaks", "nothing needs to be done"},
    [MISTAKE_NO_LOAD] = {"no load", "there were too few requests to judge",
                         "put the server under load, as with tidemark load, and try again"},
    [MISTAKE_UNDECIDED] = {"undecided", "the snapshots do not allow a verdict",
                           "take snapshots for longer (--seconds), or under more load"},
    [MISTAKE_WARMING] = {"warming", "the cache has a limit and has not reached it: no leak so far",
                         "try again when it is full"},
    [MISTAKE_UNBOUNDED] = {"unbounded container", "entries are added and never removed",
                           "set a limit (--capacity) or use another policy; tidemark replay "
                           "compares policies"},
    [MISTAKE_BOOKKEEPING] = {"unbounded bookkeeping",
                             "the entries are bounded, but the data beside them is not",
                             "bound what the policy keeps about removed entries by the capacity"},
    [MISTAKE_EXPIRED] = {"expired entries stay",
                         "expired entries are removed only when they are requested again",
                         "remove entries when they expire, as with a timer (compare ttl)"},
    [MISTAKE_CYCLE] = {"reference cycle", "two objects own each other, so neither is ever freed",
                       "make one of the two references weak"},
    [MISTAKE_FORGOTTEN] = {"forgotten reference",
                           "the owner of a reference is gone, or did not release it, as on an "
                           "error path",
                           "release the reference on every path; a single exit is best"},
    [MISTAKE_UNKNOWN] = {"unknown memory",
                         "memory grows that no container and no record accounts for",
                         "profile the allocator: tidemark jemalloc with two dumps names the sizes"},
    [MISTAKE_FRAGMENTATION] = {"fragmentation",
                               "allocations do not grow, but the pages that contain them do",
                               "keep objects of different lifetimes apart (zones), and use few "
                               "sizes"},
    [MISTAKE_NOT_RETURNED] = {"pages not returned", "freed memory was not returned to the system",
                              "it can be reused; to return it sooner use --dirty-decay or "
                              "jemalloc.purge()"},
};

/* Times and requests count from the first snapshot. */
static struct result_sample *samples_make(const struct snapshot *snapshots, size_t count)
{
    struct result_sample *samples = xcalloc(count, sizeof *samples);
    for (size_t i = 0; i < count; i++) {
        samples[i] = snapshots[i].sample;
        samples[i].time_ns -= snapshots[0].sample.time_ns;
        samples[i].requests -= snapshots[0].sample.requests;
    }
    return samples;
}

/* For snapshots over less time than the time to live: if memory is flat, it is bounded all the
 * same; if it grows, it may still level off. */
static void short_judge(struct result_verdict *verdict, const struct result_sample *samples,
                        size_t count, const struct result_limits *limits)
{
    struct result_verdict without_ttl;
    struct result_limits others = *limits;
    others.ttl_ns = 0;
    verdict_give(&without_ttl, samples, count, &others);
    if (without_ttl.class == VERDICT_BOUNDED)
        *verdict = without_ttl;
}

static void snapshots_judge(struct result_verdict *verdict, const struct snapshot *snapshots,
                            size_t count, const struct result_limits *limits)
{
    struct result_sample *samples = samples_make(snapshots, count);
    verdict_give(verdict, samples, count, limits);
    if (verdict->judged_samples < VERDICT_SAMPLES_MIN && limits->ttl_ns > 0)
        short_judge(verdict, samples, count, limits);
    free(samples);
}

static double growth_within(const struct diagnosis *diagnosis, const char *container)
{
    return (double)census_bytes(&diagnosis->last->census, container) -
           (double)census_bytes(&diagnosis->first->census, container);
}

static double unreachable_bytes(const struct unreachable *unreachable)
{
    double bytes = (double)(unreachable->record_bytes * unreachable->share);
    for (size_t i = 0; i < unreachable->type_count; i++)
        bytes += (double)unreachable->types[i].bytes;
    return bytes;
}

/* True: unreachable objects explain the growth, apart from `known` bytes of it. */
static bool unreachable_explains(const struct diagnosis *diagnosis,
                                 const struct unreachable *unreachable, double known)
{
    double grown = growth_within(diagnosis, "") - known;
    return unreachable_bytes(unreachable) > 0 &&
           unreachable_bytes(unreachable) >= UNREACHABLE_SHARE * grown;
}

static void container_set(struct diagnosis *diagnosis, const char *container)
{
    snprintf(diagnosis->container, sizeof diagnosis->container, "%s", container);
}

/* "main.cache.order.history" becomes "main.cache -> order -> history". */
static void container_path(const char *container, char path[DIAGNOSIS_TEXT_BYTES])
{
    size_t root = strcspn(container, ".");
    root += container[root] == '.' ? 1 + strcspn(container + root + 1, ".") : 0;
    int count = snprintf(path, DIAGNOSIS_TEXT_BYTES, "%.*s", (int)root, container);
    for (const char *at = container + root; *at == '.';) {
        size_t step = strcspn(at + 1, ".");
        count += snprintf(path + count, DIAGNOSIS_TEXT_BYTES - (size_t)count, " -> %.*s", (int)step,
                          at + 1);
        at += 1 + step;
    }
}

static void path_set(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    bool entries = strcmp(diagnosis->container, MAIN_CACHE) == 0;
    if (entries && *unreachable->held)
        snprintf(diagnosis->path, sizeof diagnosis->path, "%s", unreachable->held);
    else
        container_path(diagnosis->container, diagnosis->path);
}

/* Takes type and path from an example, preferably one in a cycle. */
static void unreachable_describe(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    const struct unreachable_example *example = NULL;
    for (size_t i = 0; i < unreachable->example_count; i++)
        if (*unreachable->examples[i].cycle && (example == NULL || !*example->cycle))
            example = &unreachable->examples[i];
        else if (*unreachable->examples[i].holder && example == NULL)
            example = &unreachable->examples[i];
    bool known = unreachable->type_count > 0 && unreachable->types[0].count > 0;
    diagnosis->mistake = example && *example->cycle ? MISTAKE_CYCLE
                         : example || known         ? MISTAKE_FORGOTTEN
                                                    : MISTAKE_UNKNOWN;
    container_set(diagnosis, known ? MAIN_HOOKS : OUTSIDE);
    if (known)
        snprintf(diagnosis->type, sizeof diagnosis->type, "%s", unreachable->types[0].type);
    if (example && *example->cycle)
        snprintf(diagnosis->path, sizeof diagnosis->path, "%s", example->cycle);
    else if (example)
        snprintf(diagnosis->path, sizeof diagnosis->path, UNOWNED "%s", example->holder);
    else
        snprintf(diagnosis->path, sizeof diagnosis->path, UNOWNED "%s",
                 known ? unreachable->types[0].type : "?");
}

static void container_diagnose(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    census_culprit(&diagnosis->first->census, &diagnosis->last->census, MAIN_CACHE,
                   diagnosis->container);
    if (unreachable->type_count > 0 && unreachable->types[0].count > 0 &&
        unreachable_explains(diagnosis, unreachable, 0)) {
        unreachable_describe(diagnosis, unreachable);
        return;
    }
    bool entries = strcmp(diagnosis->container, MAIN_CACHE) == 0;
    if (!entries)
        diagnosis->mistake = MISTAKE_BOOKKEEPING;
    path_set(diagnosis, unreachable);
}

static void unreachable_diagnose(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    if (unreachable_explains(diagnosis, unreachable, growth_within(diagnosis, MAIN_CACHE))) {
        unreachable_describe(diagnosis, unreachable);
        return;
    }
    census_culprit(&diagnosis->first->census, &diagnosis->last->census, "", diagnosis->container);
    container_path(diagnosis->container, diagnosis->path);
}

static void expired_diagnose(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    container_set(diagnosis, MAIN_CACHE);
    path_set(diagnosis, unreachable);
}

/* Blames the zone of the cache or the rest of the process, whichever grew more. */
static void fragmentation_diagnose(struct diagnosis *diagnosis,
                                   const struct unreachable *unreachable)
{
    const struct result_sample *from = &diagnosis->first->sample, *to = &diagnosis->last->sample;
    double zone = (double)(int64_t)(to->zone_active_bytes - to->zone_allocated_bytes -
                                    from->zone_active_bytes + from->zone_allocated_bytes);
    double all = (double)(int64_t)(to->active_bytes - to->allocated_bytes - from->active_bytes +
                                   from->allocated_bytes);
    snprintf(diagnosis->type, sizeof diagnosis->type, "pages");
    container_set(diagnosis, zone >= all / 2 ? MAIN_CACHE : PROCESS);
    snprintf(diagnosis->path, sizeof diagnosis->path, "%s -> its pages", diagnosis->container);
}

/* A class of verdict has a function of its own, or always the same mistake. */
static const struct {
    void (*diagnose)(struct diagnosis *, const struct unreachable *);
    enum mistake mistake;
} classes[VERDICT_CLASSES] = {
    [VERDICT_BOUNDED] = {NULL, MISTAKE_NONE},
    [VERDICT_WARMING] = {NULL, MISTAKE_WARMING},
    [VERDICT_LEAK_CONTAINER] = {container_diagnose, MISTAKE_UNBOUNDED},
    [VERDICT_LEAK_UNREACHABLE] = {unreachable_diagnose, MISTAKE_UNKNOWN},
    [VERDICT_LEAK_EXPIRED] = {expired_diagnose, MISTAKE_EXPIRED},
    [VERDICT_LEAK_GROWS] = {unreachable_diagnose, MISTAKE_UNKNOWN},
    [VERDICT_FRAGMENTATION] = {fragmentation_diagnose, MISTAKE_FRAGMENTATION},
    [VERDICT_NOT_RETURNED] = {NULL, MISTAKE_NOT_RETURNED},
    [VERDICT_UNDECIDED] = {NULL, MISTAKE_UNDECIDED},
    [VERDICT_NO_ACTIVITY] = {NULL, MISTAKE_NO_LOAD},
};

static void class_diagnose(struct diagnosis *diagnosis, const struct unreachable *unreachable)
{
    enum verdict_class class = diagnosis->verdict.class;
    diagnosis->mistake = classes[class].mistake;
    if (classes[class].diagnose)
        classes[class].diagnose(diagnosis, unreachable);
}

/* The type that grew most in the container, unless an unreachable object gave it. */
static void type_set(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->change_count && !*diagnosis->type; i++)
        if (*diagnosis->container && diagnosis->changes[i].live_bytes > 0 &&
            census_within(diagnosis->changes[i].row->container, diagnosis->container))
            snprintf(diagnosis->type, sizeof diagnosis->type, "%s",
                     diagnosis->changes[i].row->type);
}

static void time_to_limit_set(struct diagnosis *diagnosis)
{
    const struct result_verdict *verdict = &diagnosis->verdict;
    if (!verdict_is_leak(verdict->class) && verdict->class != VERDICT_FRAGMENTATION)
        return;
    diagnosis->bytes_per_second =
        fmax(0, verdict->bytes_per_request * diagnosis->requests_per_second);
    if (*diagnosis->headroom.limit && diagnosis->bytes_per_second > 0)
        diagnosis->time_to_limit_ns =
            (uint64_t)fmin((double)diagnosis->headroom.left_bytes / diagnosis->bytes_per_second *
                               (double)NS_PER_SECOND,
                           0x1p62);
}

static void no_load_set(struct diagnosis *diagnosis)
{
    diagnosis->verdict = (struct result_verdict){.class = VERDICT_NO_ACTIVITY};
    diagnosis->mistake = MISTAKE_NO_LOAD;
    snprintf(diagnosis->verdict.words, sizeof diagnosis->verdict.words,
             "cannot tell: only %.0f requests in %.1f s", diagnosis->requests, diagnosis->seconds);
}

void diagnosis_make(struct diagnosis *diagnosis, const struct snapshot *snapshots, size_t count,
                    const struct result_limits *limits, const struct unreachable *unreachable,
                    const struct headroom *headroom)
{
    const struct snapshot *last = &snapshots[count - 1];
    *diagnosis =
        (struct diagnosis){.headroom = *headroom, .first = &snapshots[count / 2], .last = last};
    diagnosis->requests = (double)(last->sample.requests - snapshots[0].sample.requests);
    diagnosis->seconds =
        (double)(last->sample.time_ns - snapshots[0].sample.time_ns) / (double)NS_PER_SECOND;
    diagnosis->requests_per_second = diagnosis->requests / fmax(diagnosis->seconds, 1e-9);
    diagnosis->change_count =
        census_compare(&diagnosis->first->census, &last->census, diagnosis->changes);
    if (diagnosis->requests < DIAGNOSIS_REQUESTS_MIN) {
        no_load_set(diagnosis);
        return;
    }
    snapshots_judge(&diagnosis->verdict, snapshots, count, limits);
    class_diagnose(diagnosis, unreachable);
    type_set(diagnosis);
    time_to_limit_set(diagnosis);
}
