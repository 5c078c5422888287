/* siphash.c - SipHash (Aumasson & Bernstein 2012) with one round per word and three at the end, as
 * in Python and Rust. */
#include "siphash.h"

#include <endian.h>
#include <string.h>

#define ROUNDS_PER_WORD 1
#define ROUNDS_AT_END   3

struct state {
    uint64_t v[4];
};

static inline uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void state_mix(struct state *state, int rounds)
{
    uint64_t *v = state->v;
    for (int round = 0; round < rounds; round++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static inline void state_take(struct state *state, uint64_t word)
{
    state->v[3] ^= word;
    state_mix(state, ROUNDS_PER_WORD);
    state->v[0] ^= word;
}

/* Eight bytes, little-endian. */
static inline uint64_t word_read(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

/* Less than eight bytes. */
static inline uint64_t rest_read(const unsigned char *at, size_t bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return word;
}

struct siphash_key siphash_key_read(const unsigned char bytes[SIPHASH_KEY_BYTES])
{
    return (struct siphash_key){{word_read(bytes), word_read(bytes + 8)}};
}

uint64_t siphash(const struct siphash_key *key, const void *text, size_t bytes)
{
    const unsigned char *at = text;
    struct state state = {{
        key->half[0] ^ UINT64_C(0x736f6d6570736575),
        key->half[1] ^ UINT64_C(0x646f72616e646f6d),
        key->half[0] ^ UINT64_C(0x6c7967656e657261),
        key->half[1] ^ UINT64_C(0x7465646279746573),
    }};
    for (size_t left = bytes; left >= 8; left -= 8, at += 8)
        state_take(&state, word_read(at));
    state_take(&state, rest_read(at, bytes % 8) | (uint64_t)bytes << 56);
    state.v[2] ^= 0xff;
    state_mix(&state, ROUNDS_AT_END);
    return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}
