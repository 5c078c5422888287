/* sketch.c - four counters of four bits for each key, all in one cache line. */
#include "sketch.h"

#define ROWS              4
#define WORDS_PER_LINE    8
#define COUNTERS_PER_WORD 16
#define COUNTER_BITS      4
#define LOW_BITS          UINT64_C(0x1111111111111111) /* of each counter */
#define ENTRIES_PER_LINE  16                           /* eight counters an entry */
#define SAMPLE_FACTOR     10 /* increments per entry before the counts are halved */
#define CAPACITY_MIN      64

void sketch_create(struct sketch *sketch, struct account *account, uint64_t capacity)
{
    capacity = capacity < CAPACITY_MIN ? CAPACITY_MIN : capacity;
    *sketch = (struct sketch){.account = account,
                              .capacity = capacity,
                              .lines = (capacity + ENTRIES_PER_LINE - 1) / ENTRIES_PER_LINE};
    sketch->words = account_alloc(account, sketch->lines * WORDS_PER_LINE * sizeof *sketch->words);
}

void sketch_destroy(struct sketch *sketch)
{
    account_free(sketch->account, sketch->words);
}

void sketch_fit(struct sketch *sketch, uint64_t capacity)
{
    if (capacity <= sketch->capacity &&
        (capacity >= sketch->capacity / 4 || sketch->capacity == CAPACITY_MIN))
        return;
    struct account *account = sketch->account;
    sketch_destroy(sketch);
    sketch_create(sketch, account, capacity + capacity / 4);
}

/* A word and a shift for each row: two words a row, by one bit, and a counter, by four. */
struct place {
    uint64_t *word;
    unsigned shift;
};

static struct place sketch_place(const struct sketch *sketch, uint64_t hash, unsigned row)
{
    uint64_t line = (uint64_t)(((hash >> 32) * sketch->lines) >> 32);
    unsigned bits = (unsigned)(hash >> (row * 5)) & 31;
    return (struct place){&sketch->words[line * WORDS_PER_LINE + row * 2 + bits / 16],
                          bits % COUNTERS_PER_WORD * COUNTER_BITS};
}

static unsigned place_count(struct place place)
{
    return (unsigned)(*place.word >> place.shift) & SKETCH_MAX;
}

unsigned sketch_estimate(const struct sketch *sketch, uint64_t hash)
{
    unsigned least = SKETCH_MAX;
    for (unsigned row = 0; row < ROWS; row++) {
        unsigned count = place_count(sketch_place(sketch, hash, row));
        least = count < least ? count : least;
    }
    return least;
}

static void sketch_age(struct sketch *sketch)
{
    for (uint64_t i = 0; i < sketch->lines * WORDS_PER_LINE; i++)
        sketch->words[i] = (sketch->words[i] >> 1) & (LOW_BITS * (SKETCH_MAX / 2));
    sketch->increments /= 2;
}

void sketch_increment(struct sketch *sketch, uint64_t hash)
{
    unsigned least = sketch_estimate(sketch, hash);
    if (least == SKETCH_MAX)
        return;
    for (unsigned row = 0; row < ROWS; row++) {
        struct place place = sketch_place(sketch, hash, row);
        if (place_count(place) == least)
            *place.word += UINT64_C(1) << place.shift;
    }
    if (++sketch->increments >= sketch->capacity * SAMPLE_FACTOR)
        sketch_age(sketch);
}
