/* generator.c - the only table of generators. To add one: write its next function, add a row. */
#include "generator.h"

#include "options_help.h"
#include "random.h"
#include "units.h"
#include "xmalloc.h"
#include "zipf.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES     256
#define FIELDS_MAX     4
#define SUMMARY_COLUMN 39
#define IDS_MAX        (UINT64_C(1) << 62)
#define ALPHA_MAX      100
#define DEFAULT_PERIOD 1000 /* requests between two changes of popularity */
#define HOT_SHARE      100  /* default of a burst: one of this many ids is hot */
#define TWO_POOL_HOT   100  /* O'Neil, O'Neil & Weikum 1993, section 4.1 */
#define TWO_POOL_COLD  10000

struct generator;

enum field_kind { FIELD_NONE, FIELD_ALPHA, FIELD_IDS, FIELD_HOT, FIELD_REQUESTS, FIELD_PERIOD };

struct generator_kind {
    const char *name, *usage, *summary;
    enum field_kind fields[FIELDS_MAX]; /* in the order of the name */
    unsigned required;                  /* how many of them must be given */
    uint64_t (*next)(struct generator *generator, uint64_t n);
};

struct generator {
    struct source source;
    const struct generator_kind *kind;
    struct random random;
    uint64_t salt; /* makes the ids of `random` differ between seeds */
    struct zipf *zipf;
    double alpha;
    uint64_t ids, hot, requests, period;
    uint64_t position;
};

/* Each of these returns the id of request n, counted from 0; n increases by 1 from call to call. */

/* SplitMix64 as a function of n: a bijection, so no id repeats. */
static uint64_t next_random(struct generator *generator, uint64_t n)
{
    return random_mix(generator->salt + n * UINT64_C(0x9e3779b97f4a7c15));
}

static uint64_t next_uniform(struct generator *generator, uint64_t n)
{
    return random_below(&generator->random, generator->ids);
}

static uint64_t next_zipf(struct generator *generator, uint64_t n)
{
    return zipf_draw(generator->zipf, &generator->random);
}

static uint64_t next_scan(struct generator *generator, uint64_t n)
{
    return n % generator->ids;
}

/* At each step the least popular id becomes the most popular, and all others fall by one rank. */
static uint64_t next_shift(struct generator *generator, uint64_t n)
{
    uint64_t rank = zipf_draw(generator->zipf, &generator->random);
    uint64_t offset = n / generator->period % generator->ids;
    return rank >= offset ? rank - offset : rank + generator->ids - offset;
}

/* The hot ids are spread evenly over the burst. */
static uint64_t next_burst(struct generator *generator, uint64_t n)
{
    if (n < generator->ids)
        return n;
    return random_below(&generator->random, generator->hot) * (generator->ids / generator->hot);
}

static uint64_t next_two_pool(struct generator *generator, uint64_t n)
{
    if (n % 2 == 0)
        return random_below(&generator->random, generator->hot);
    return generator->hot + random_below(&generator->random, generator->ids);
}

/* clang-format off */
static const struct generator_kind kinds[] = {
    {"random", "random[:REQUESTS]", "every id is new: none repeats",
     {FIELD_REQUESTS}, 0, next_random},
    {"uniform", "uniform:IDS[:REQUESTS]", "every id is equally likely",
     {FIELD_IDS, FIELD_REQUESTS}, 1, next_uniform},
    {"zipf", "zipf:ALPHA:IDS[:REQUESTS]", "id r has a probability in proportion to 1/(r+1)^ALPHA",
     {FIELD_ALPHA, FIELD_IDS, FIELD_REQUESTS}, 2, next_zipf},
    {"scan", "scan:IDS[:REQUESTS]", "the ids in order, again and again",
     {FIELD_IDS, FIELD_REQUESTS}, 1, next_scan},
    {"shift", "shift:ALPHA:IDS[:REQUESTS[:PERIOD]]",
     "zipf; after every PERIOD requests (1000) the least popular id becomes the most popular",
     {FIELD_ALPHA, FIELD_IDS, FIELD_REQUESTS, FIELD_PERIOD}, 2, next_shift},
    {"burst", "burst:IDS[:REQUESTS[:HOT]]",
     "every id once, then HOT of them (1 in 100), equally likely",
     {FIELD_IDS, FIELD_REQUESTS, FIELD_HOT}, 1, next_burst},
    {"two-pool", "two-pool[:HOT[:COLD[:REQUESTS]]]",
     "alternately one of HOT (100) and one of COLD (10000) ids, as in the LRU-K paper",
     {FIELD_HOT, FIELD_IDS, FIELD_REQUESTS}, 0, next_two_pool},
};
/* clang-format on */

#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct generator_kind *find_kind(const char *name)
{
    size_t length = strcspn(name, ":");
    for (size_t i = 0; i < KINDS; i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0)
            return &kinds[i];
    }
    return NULL;
}

bool generator_is_named(const char *name)
{
    return find_kind(name) != NULL;
}

void generator_describe(FILE *out)
{
    for (size_t i = 0; i < KINDS; i++) {
        fprintf(out, "  %-*s", SUMMARY_COLUMN - 2, kinds[i].usage);
        text_wrap(kinds[i].summary, SUMMARY_COLUMN, SUMMARY_COLUMN, text_width(stdout), out);
    }
}

static int parse_alpha(const char *text, double *alpha)
{
    char *end;
    *alpha = strtod(text, &end);
    return end != text && *end == '\0' && *alpha >= 0 && *alpha <= ALPHA_MAX ? 0 : -1;
}

static int parse_field(struct generator *generator, enum field_kind field, const char *text)
{
    static const struct {
        size_t offset;
        uint64_t max;
    } counts[] = {
        [FIELD_IDS] = {offsetof(struct generator, ids), IDS_MAX},
        [FIELD_HOT] = {offsetof(struct generator, hot), IDS_MAX},
        [FIELD_REQUESTS] = {offsetof(struct generator, requests), UINT64_MAX},
        [FIELD_PERIOD] = {offsetof(struct generator, period), UINT64_MAX},
    };
    if (field == FIELD_NONE)
        return -1;
    if (field == FIELD_ALPHA)
        return parse_alpha(text, &generator->alpha);
    uint64_t *count = (uint64_t *)((char *)generator + counts[field].offset);
    return units_parse_count(text, count) == 0 && *count > 0 && *count <= counts[field].max ? 0
                                                                                            : -1;
}

static int parse_name(struct generator *generator, const char *name)
{
    char text[NAME_BYTES], *rest = text, *word;
    unsigned given = 0;
    if (snprintf(text, sizeof text, "%s", name) >= (int)sizeof text)
        return -1;
    strsep(&rest, ":");
    for (; (word = strsep(&rest, ":")) != NULL; given++)
        if (given == FIELDS_MAX ||
            parse_field(generator, generator->kind->fields[given], word) != 0)
            return -1;
    if (generator->hot == 0)
        generator->hot = generator->ids / HOT_SHARE ? generator->ids / HOT_SHARE : 1;
    /* The hot ids of a burst are among its ids. */
    bool fits = generator->kind->next != next_burst || generator->hot <= generator->ids;
    return given >= generator->kind->required && fits ? 0 : -1;
}

/* 0: no id repeats. */
static uint64_t ids_of(const struct generator *generator)
{
    if (generator->kind->next == next_random)
        return 0;
    return generator->ids + (generator->kind->next == next_two_pool ? generator->hot : 0);
}

static void set_defaults(struct generator *generator)
{
    bool two_pool = generator->kind->fields[0] == FIELD_HOT;
    generator->hot = two_pool ? TWO_POOL_HOT : 0;
    generator->ids = TWO_POOL_COLD;
    generator->period = DEFAULT_PERIOD;
    generator->requests = UINT64_MAX;
}

static size_t generator_read(struct source *source, struct trace_request *requests, size_t count)
{
    struct generator *generator = (struct generator *)source;
    uint64_t left = generator->requests - generator->position;
    if (count > left)
        count = (size_t)left;
    for (size_t i = 0; i < count; i++)
        requests[i] =
            (struct trace_request){.id = generator->kind->next(generator, generator->position++),
                                   .bytes = TRACE_BYTES_UNKNOWN};
    return count;
}

static void generator_close(struct source *source)
{
    struct generator *generator = (struct generator *)source;
    zipf_destroy(generator->zipf);
    free(generator);
}

static const struct source_kind generator_source = {.read = generator_read,
                                                    .close = generator_close};

static int prepare(struct generator *generator, const char *name, uint64_t seed)
{
    set_defaults(generator);
    if (parse_name(generator, name) != 0)
        return error_set(generator->source.error,
                         "%s: not of the form %s (numbers like 10000, 10k or 1M; not 0)", name,
                         generator->kind->usage);
    random_seed(&generator->random, seed);
    generator->salt = random_next(&generator->random);
    generator->source.endless = generator->requests == UINT64_MAX;
    generator->source.ids = ids_of(generator);
    if (generator->kind->fields[0] == FIELD_ALPHA)
        generator->zipf = zipf_create(generator->alpha, generator->ids);
    return 0;
}

struct source *generator_open(const char *name, uint64_t seed, struct error *error)
{
    struct generator *generator = xcalloc(1, sizeof *generator);
    generator->source.kind = &generator_source;
    generator->source.error = error;
    generator->kind = find_kind(name);
    if (prepare(generator, name, seed) == 0)
        return &generator->source;
    generator_close(&generator->source);
    return NULL;
}
