/* sketch.c - four counters in one cache line; lines are split and halved one by one. */
#include "sketch.h"

#define LINE_WORDS           8
#define COUNTERS             4
#define WORD_COUNTERS        16
#define ENTRIES_PER_LINE     8 /* 16 counters per entry */
#define LINES_LEAST          8
#define INCREMENTS_PER_ENTRY 10 /* increments after which counts are halved */
#define LINES_PER_STEP       2
#define LOW_BITS_REMOVED     UINT64_C(0x7777777777777777)

struct line {
    uint64_t words[LINE_WORDS];
};

static struct line *line_at(const struct sketch *sketch, uint32_t number)
{
    return array_at(&sketch->words, number * LINE_WORDS);
}

/* A new last line, not cleared. */
static struct line *sketch_push(struct sketch *sketch)
{
    for (int i = 0; i < LINE_WORDS; i++)
        array_push(&sketch->words);
    return line_at(sketch, sketch->lines++);
}

void sketch_create(struct sketch *sketch, struct account *above)
{
    *sketch = (struct sketch){.halving = LINES_LEAST};
    array_create(&sketch->words, above, "sketch", sizeof(uint64_t));
    for (int i = 0; i < LINES_LEAST; i++)
        *sketch_push(sketch) = (struct line){0};
}

void sketch_destroy(struct sketch *sketch)
{
    array_destroy(&sketch->words);
}

/* The largest power of two up to x, which is above 0. */
static uint32_t power_below(uint32_t x)
{
    return UINT32_C(1) << (31 - __builtin_clz(x));
}

static struct line *line_of(const struct sketch *sketch, uint64_t hash)
{
    uint32_t power = power_below(sketch->lines);
    uint32_t number = (uint32_t)(hash >> 32) & (2 * power - 1);
    return line_at(sketch, number < sketch->lines ? number : number - power);
}

/* The line that a new line of this number splits, and into which it is merged again. */
static struct line *line_origin(const struct sketch *sketch, uint32_t number)
{
    return line_at(sketch, number - power_below(number));
}

static void sketch_grow(struct sketch *sketch)
{
    uint32_t number = sketch->lines;
    bool halved = sketch->halving >= number;
    *sketch_push(sketch) = *line_origin(sketch, number);
    if (halved)
        sketch->halving = number + 1;
}

/* Merges the last line into its origin: the larger count of each pair stays. */
static void sketch_shrink(struct sketch *sketch)
{
    uint32_t number = sketch->lines - 1;
    const struct line *last = line_at(sketch, number);
    struct line *origin = line_origin(sketch, number);
    for (int i = 0; i < LINE_WORDS; i++)
        for (int shift = 0; shift < 64; shift += 4) {
            uint64_t mask = UINT64_C(15) << shift;
            if ((last->words[i] & mask) > (origin->words[i] & mask))
                origin->words[i] = (origin->words[i] & ~mask) | (last->words[i] & mask);
        }
    for (int i = 0; i < LINE_WORDS; i++)
        array_pop(&sketch->words);
    sketch->lines--;
}

/* The smallest power of two of lines that is enough. */
static uint64_t lines_needed(uint64_t entries)
{
    uint64_t needed = LINES_LEAST;
    while (needed * ENTRIES_PER_LINE < entries)
        needed *= 2;
    return needed;
}

void sketch_fit(struct sketch *sketch, uint64_t entries)
{
    uint64_t needed = lines_needed(entries);
    sketch->entries = entries;
    bool halving = sketch->halving < sketch->lines; /* a new line would be halved twice */
    for (int i = 0; i < LINES_PER_STEP && sketch->lines < needed && !halving; i++)
        sketch_grow(sketch);
    if (sketch->lines > 2 * needed)
        sketch_shrink(sketch);
}

/* Counts an increment, and halves a few lines when halving is due or in progress. */
static void sketch_halve(struct sketch *sketch)
{
    uint64_t least = LINES_LEAST * ENTRIES_PER_LINE;
    uint64_t sample = INCREMENTS_PER_ENTRY * (sketch->entries > least ? sketch->entries : least);
    if (++sketch->increments >= sample) {
        sketch->increments /= 2;
        sketch->halving = 0;
    }
    for (int i = 0; i < LINES_PER_STEP && sketch->halving < sketch->lines; i++) {
        struct line *line = line_at(sketch, sketch->halving++);
        for (int word = 0; word < LINE_WORDS; word++)
            line->words[word] = (line->words[word] >> 1) & LOW_BITS_REMOVED;
    }
}

/* Each of the four counters is one of 32 in two words of the line; five bits of the hash choose it.
 */
static uint32_t counter_word(uint64_t hash, int counter)
{
    return (uint32_t)(2 * counter) + ((hash >> (5 * counter + 4)) & 1);
}

static uint32_t counter_shift(uint64_t hash, int counter)
{
    return (uint32_t)(hash >> (5 * counter)) % WORD_COUNTERS * 4;
}

static unsigned counter_value(const struct line *line, uint64_t hash, int counter)
{
    return (line->words[counter_word(hash, counter)] >> counter_shift(hash, counter)) & SKETCH_MAX;
}

static unsigned line_estimate(const struct line *line, uint64_t hash)
{
    unsigned least = SKETCH_MAX;
    for (int i = 0; i < COUNTERS; i++) {
        unsigned value = counter_value(line, hash, i);
        least = value < least ? value : least;
    }
    return least;
}

void sketch_increment(struct sketch *sketch, uint64_t hash)
{
    struct line *line = line_of(sketch, hash);
    unsigned least = line_estimate(line, hash);
    if (least == SKETCH_MAX)
        return;
    for (int i = 0; i < COUNTERS; i++)
        if (counter_value(line, hash, i) == least)
            line->words[counter_word(hash, i)] += UINT64_C(1) << counter_shift(hash, i);
    sketch_halve(sketch);
}

unsigned sketch_estimate(const struct sketch *sketch, uint64_t hash)
{
    return line_estimate(line_of(sketch, hash), hash);
}
