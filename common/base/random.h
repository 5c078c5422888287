/* random.h - a seeded stream of random numbers: xoshiro256++ (Blackman & Vigna 2019). */
#pragma once

#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* 2^64 divided by the golden ratio, odd: the increment of SplitMix64 and the multiplier of
 * Fibonacci hashing (Knuth 1973), which mixes into the upper bits of the product. */
#define RANDOM_GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* A bijection of 64 bits: the finaliser of SplitMix64 (Steele, Lea & Flood 2014). */
static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* SplitMix64: returns the next number and advances *state, which may start at any value. */
static inline uint64_t random_splitmix(uint64_t *state)
{
    return random_mix(*state += RANDOM_GOLDEN);
}

static inline void random_seed(struct random *random, uint64_t seed)
{
    for (unsigned i = 0; i < 4; i++)
        random->state[i] = random_splitmix(&seed);
}

static inline uint64_t random_rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = random_rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = random_rotate(s[3], 45);
    return result;
}

/* Returns a number uniform in [0, bound). *fraction gets the rest of the draw, uniform in
 * [0, 2^64). */
static inline uint64_t random_split(struct random *random, uint64_t bound, uint64_t *fraction)
{
    unsigned __int128 product = (unsigned __int128)random_next(random) * bound;
    *fraction = (uint64_t)product;
    return (uint64_t)(product >> 64);
}

static inline uint64_t random_below(struct random *random, uint64_t bound)
{
    uint64_t fraction;
    return random_split(random, bound, &fraction);
}
