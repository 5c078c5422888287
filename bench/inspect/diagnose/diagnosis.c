/* diagnosis.c - the verdict says whether, the census where, the walk by whom. */
#include "diagnosis.h"

#include "units.h"
#include "verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIN_CACHE "main.cache"
#define MAIN_ORDER "main.cache.order"
#define MAIN_HOOKS "main.hooks"
#define OUTSIDE    "outside main.cache"
#define PROCESS    "process"
#define NOBODY     "(nobody) -> "
#define LOST_SHARE 0.5 /* of the growth: what lost records must explain to be the cause */

static const struct {
    const char *name, *means, *remedy;
} mistakes[MISTAKES] = {
    [MISTAKE_NONE] = {"none", "nothing leaks", "nothing needs to be done"},
    [MISTAKE_NO_LOAD] = {"no load", "hardly a request came while we looked, so nothing can be told",
                         "put it under load, as with tidemark load, and ask again"},
    [MISTAKE_UNTOLD] = {"untold", "it cannot be told yet, and nothing is guessed",
                        "look longer (--seconds), or under more load"},
    [MISTAKE_FILLING] = {"filling", "it has a limit and has not reached it: no leak so far",
                         "look again once it is full"},
    [MISTAKE_UNBOUNDED] = {"unbounded container", "a container takes entries and never lets one go",
                           "give it a limit (--capacity), or another policy; tidemark replay shows "
                           "which"},
    [MISTAKE_REMEMBERED] =
        {"unbounded bookkeeping", "the entries are bounded, but what is kept beside them is not",
         "bound what the policy remembers of entries that left, by the capacity"},
    [MISTAKE_EXPIRED] = {"expired entries stay",
                         "entries past their age leave only when somebody asks for them again",
                         "let entries go when their time is over, as on a timer (compare ttl)"},
    [MISTAKE_CYCLE] = {"reference cycle", "two objects own each other, so neither ever goes",
                       "let one of the two refer to the other without owning it (weak)"},
    [MISTAKE_FORGOTTEN] = {"forgotten reference",
                           "whoever owns it is gone or has forgotten it, perhaps on an error path "
                           "or where its own owner ends",
                           "release it on every way out; one way out for all is best"},
    [MISTAKE_OUTSIDE] = {"unknown memory", "bytes grow that no container and no record explains",
                         "profile the allocator: tidemark jemalloc with two dumps names the sizes"},
    [MISTAKE_FRAGMENTS] = {"fragmentation",
                           "what is allocated does not grow, but the pages under it do",
                           "keep objects of unlike lifetimes apart (zones), and of few sizes"},
    [MISTAKE_KEPT] = {"pages kept", "what was freed has not been given back to the system",
                      "it may be used again; to give it back sooner: --dirty-decay, or "
                      "jemalloc.purge()"},
};

const char *mistake_name(enum mistake mistake)
{
    return mistakes[mistake].name;
}

const char *mistake_means(enum mistake mistake)
{
    return mistakes[mistake].means;
}

const char *mistake_remedy(enum mistake mistake)
{
    return mistakes[mistake].remedy;
}

/* The looks are judged as a run that began with the first of them. */
static struct result_sample *samples_of(const struct look *looks, size_t count)
{
    struct result_sample *samples = calloc(count, sizeof *samples);
    for (size_t i = 0; samples && i < count; i++) {
        samples[i] = looks[i].sample;
        samples[i].time_ns -= looks[0].sample.time_ns;
        samples[i].requests -= looks[0].sample.requests;
    }
    return samples;
}

/* Where the looks are too short to see anything reach its age, what is flat is bounded all the
 * same; but what grows may yet come to rest. */
static void young_judge(struct result_verdict *verdict, const struct result_sample *samples,
                        size_t count, const struct result_limits *limits)
{
    struct result_verdict ageless;
    struct result_limits others = *limits;
    others.ttl_ns = 0;
    verdict_give(&ageless, samples, count, &others);
    if (ageless.class == VERDICT_BOUNDED)
        *verdict = ageless;
}

static void looks_judge(struct result_verdict *verdict, const struct look *looks, size_t count,
                        const struct result_limits *limits)
{
    struct result_sample *samples = samples_of(looks, count);
    if (samples == NULL)
        abort();
    verdict_give(verdict, samples, count, limits);
    if (verdict->judged_samples < VERDICT_SAMPLES_MIN && limits->ttl_ns > 0)
        young_judge(verdict, samples, count, limits);
    free(samples);
}

/* What grows. */

static double growth_within(const struct diagnosis *diagnosis, const char *container)
{
    return (double)census_bytes(&diagnosis->last->census, container) -
           (double)census_bytes(&diagnosis->first->census, container);
}

static double lost_bytes(const struct lost *lost)
{
    double bytes = (double)(lost->record_bytes * lost->share);
    for (size_t i = 0; i < lost->kind_count; i++)
        bytes += (double)lost->kinds[i].bytes;
    return bytes;
}

/* Whether as much is lost as has grown, or nearly so, beyond `known`. */
static bool lost_explains(const struct diagnosis *diagnosis, const struct lost *lost, double known)
{
    double grown = growth_within(diagnosis, "") - known;
    return lost_bytes(lost) > 0 && lost_bytes(lost) >= LOST_SHARE * grown;
}

static void container_set(struct diagnosis *diagnosis, const char *container)
{
    snprintf(diagnosis->container, sizeof diagnosis->container, "%s", container);
}

/* "main.cache.order.history" as "main.cache -> order -> history". */
static void path_of_container(const char *container, char path[DIAGNOSIS_TEXT_BYTES])
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

static void path_say(struct diagnosis *diagnosis, const struct lost *lost)
{
    bool entries = strcmp(diagnosis->container, MAIN_CACHE) == 0;
    if (entries && *lost->held)
        snprintf(diagnosis->path, sizeof diagnosis->path, "%s", lost->held);
    else
        path_of_container(diagnosis->container, diagnosis->path);
}

/* An example of what is lost, a cycle if there is one. */
static void lost_say(struct diagnosis *diagnosis, const struct lost *lost)
{
    const struct lost_example *example = NULL;
    for (size_t i = 0; i < lost->example_count; i++)
        if (*lost->examples[i].cycle && (example == NULL || !*example->cycle))
            example = &lost->examples[i];
        else if (*lost->examples[i].holder && example == NULL)
            example = &lost->examples[i];
    bool known = lost->kind_count > 0 && lost->kinds[0].count > 0;
    diagnosis->mistake = example && *example->cycle ? MISTAKE_CYCLE
                         : example || known         ? MISTAKE_FORGOTTEN
                                                    : MISTAKE_OUTSIDE;
    container_set(diagnosis, known ? MAIN_HOOKS : OUTSIDE);
    if (known)
        snprintf(diagnosis->type, sizeof diagnosis->type, "%s", lost->kinds[0].type);
    if (example && *example->cycle)
        snprintf(diagnosis->path, sizeof diagnosis->path, "%s", example->cycle);
    else if (example)
        snprintf(diagnosis->path, sizeof diagnosis->path, NOBODY "%s", example->holder);
    else
        snprintf(diagnosis->path, sizeof diagnosis->path, NOBODY "%s",
                 known ? lost->kinds[0].type : "?");
}

/* A class each. */

static void container_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    census_culprit(&diagnosis->first->census, &diagnosis->last->census, MAIN_CACHE,
                   diagnosis->container);
    if (lost->kind_count > 0 && lost->kinds[0].count > 0 && lost_explains(diagnosis, lost, 0)) {
        lost_say(diagnosis, lost);
        return;
    }
    bool entries = strcmp(diagnosis->container, MAIN_CACHE) == 0;
    diagnosis->mistake = entries ? MISTAKE_UNBOUNDED : MISTAKE_REMEMBERED;
    path_say(diagnosis, lost);
}

static void unreachable_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    if (lost_explains(diagnosis, lost, growth_within(diagnosis, MAIN_CACHE))) {
        lost_say(diagnosis, lost);
        return;
    }
    diagnosis->mistake = MISTAKE_OUTSIDE;
    census_culprit(&diagnosis->first->census, &diagnosis->last->census, "", diagnosis->container);
    path_of_container(diagnosis->container, diagnosis->path);
}

static void expired_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    diagnosis->mistake = MISTAKE_EXPIRED;
    container_set(diagnosis, MAIN_CACHE);
    path_say(diagnosis, lost);
}

/* The zone of the cache, or all others. */
static void fragments_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    const struct result_sample *from = &diagnosis->first->sample, *to = &diagnosis->last->sample;
    double zone = (double)(int64_t)(to->zone_active_bytes - to->zone_allocated_bytes -
                                    from->zone_active_bytes + from->zone_allocated_bytes);
    double all = (double)(int64_t)(to->active_bytes - to->allocated_bytes - from->active_bytes +
                                   from->allocated_bytes);
    (void)lost;
    diagnosis->mistake = MISTAKE_FRAGMENTS;
    snprintf(diagnosis->type, sizeof diagnosis->type, "pages");
    container_set(diagnosis, zone >= all / 2 ? MAIN_CACHE : PROCESS);
    snprintf(diagnosis->path, sizeof diagnosis->path, "%s -> its pages", diagnosis->container);
}

static void bounded_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    (void)lost;
    diagnosis->mistake = MISTAKE_NONE;
}

static void warming_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    (void)lost;
    diagnosis->mistake = MISTAKE_FILLING;
}

static void kept_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    (void)lost;
    diagnosis->mistake = MISTAKE_KEPT;
}

static void untold_find(struct diagnosis *diagnosis, const struct lost *lost)
{
    (void)lost;
    diagnosis->mistake = MISTAKE_UNTOLD;
}

static void (*const find[VERDICT_CLASSES])(struct diagnosis *, const struct lost *) = {
    [VERDICT_BOUNDED] = bounded_find,          [VERDICT_WARMING] = warming_find,
    [VERDICT_LEAK_CONTAINER] = container_find, [VERDICT_LEAK_UNREACHABLE] = unreachable_find,
    [VERDICT_LEAK_EXPIRED] = expired_find,     [VERDICT_FRAGMENTATION] = fragments_find,
    [VERDICT_NOT_RETURNED] = kept_find,        [VERDICT_UNDECIDED] = untold_find,
};

/* The type that grew most in the container, unless the walk has said which. */
static void type_say(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->change_count && !*diagnosis->type; i++)
        if (*diagnosis->container && diagnosis->changes[i].live_bytes > 0 &&
            census_within(diagnosis->changes[i].row->container, diagnosis->container))
            snprintf(diagnosis->type, sizeof diagnosis->type, "%s",
                     diagnosis->changes[i].row->type);
}

static void limit_say(struct diagnosis *diagnosis)
{
    const struct result_verdict *verdict = &diagnosis->verdict;
    if (!verdict_is_leak(verdict->class) && verdict->class != VERDICT_FRAGMENTATION)
        return;
    double rate = verdict->class == VERDICT_FRAGMENTATION
                      ? verdict->gaps[GAP_FRAGMENTATION].per_request
                      : verdict->bytes_per_request;
    diagnosis->bytes_per_second = fmax(0, rate * diagnosis->requests_per_second);
    if (*diagnosis->room.limit && diagnosis->bytes_per_second > 0)
        diagnosis->time_to_limit_ns =
            (uint64_t)fmin((double)diagnosis->room.left_bytes / diagnosis->bytes_per_second *
                               (double)NS_PER_SECOND,
                           0x1p62);
}

static void no_load_say(struct diagnosis *diagnosis)
{
    diagnosis->verdict = (struct result_verdict){.class = VERDICT_UNDECIDED};
    diagnosis->mistake = MISTAKE_NO_LOAD;
    snprintf(diagnosis->verdict.words, sizeof diagnosis->verdict.words,
             "cannot tell: %.0f requests in %.1f s are no load", diagnosis->requests,
             diagnosis->seconds);
}

void diagnosis_make(struct diagnosis *diagnosis, const struct look *looks, size_t count,
                    const struct result_limits *limits, const struct lost *lost,
                    const struct headroom *room)
{
    const struct look *last = &looks[count - 1];
    *diagnosis = (struct diagnosis){.room = *room, .first = &looks[count / 2], .last = last};
    diagnosis->requests = (double)(last->sample.requests - looks[0].sample.requests);
    diagnosis->seconds =
        (double)(last->sample.time_ns - looks[0].sample.time_ns) / (double)NS_PER_SECOND;
    diagnosis->requests_per_second = diagnosis->requests / fmax(diagnosis->seconds, 1e-9);
    diagnosis->change_count =
        census_compare(&diagnosis->first->census, &last->census, diagnosis->changes);
    if (diagnosis->requests < DIAGNOSIS_REQUESTS_MIN) {
        no_load_say(diagnosis);
        return;
    }
    looks_judge(&diagnosis->verdict, looks, count, limits);
    find[diagnosis->verdict.class](diagnosis, lost);
    type_say(diagnosis);
    limit_say(diagnosis);
}
