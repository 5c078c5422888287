/* policy.h - the interface of a policy: it decides the order in which entries are evicted.
 *
 * A policy sees no key, record or socket. An entry is a slot, a small number assigned by the cache
 * (slots.h), with a node of node_bytes for the policy's use while the entry is in the cache. The
 * cache calls
 *
 *     hit      when the entry in a slot was requested again
 *     victim   before insert, as long as one more entry would exceed a limit
 *     insert   when a new entry was put into a slot
 *     remove   when an entry leaves its slot: after victim or expired, or because it was deleted;
 *              with the hash of its key
 *     expired  before every get and put and at every tick, until it returns NO_SLOT
 *
 * One thread at a time. Time and random seed are passed in: the same calls give the same results. A
 * policy allocates what it needs beside its nodes from the setup's account. The cache frees the
 * order itself, `destroy` the rest.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOT_BITS 30
#define NO_SLOT   ((UINT32_C(1) << SLOT_BITS) - 1) /* no entry; slots are below it */

struct access {      /* what is known about a request */
    uint64_t hash;   /* of the key; identifies it in histories */
    uint64_t now_ns; /* monotonic */
    uint64_t ttl_ns; /* the entry's own time to live; 0: the setup's */
    uint64_t next; /* when the key is requested again; set by replay only, for the optimal policy */
    uint32_t bytes;    /* size of the entry; 1 where only entries are counted */
    uint32_t capacity; /* entries that fit: the limit, or an estimate when bytes are limited */
};

struct account;
struct hooks;
struct slots;

struct policy_setup { /* account and slots outlive the order */
    struct account *account;
    struct slots *slots;
    uint64_t capacity_entries; /* 0: not limited in entries */
    uint64_t capacity_bytes;   /* 0: not limited in bytes */
    uint64_t ttl_ns;           /* 0: no age limit */
    uint64_t seed;
};

enum leaving { LEAVES_EVICTED, LEAVES_EXPIRED, LEAVES_DELETED };

/* The limits that a policy supports; main.c refuses the options of others. */
enum policy_limits {
    KEEPS_CAPACITY = 1, /* entries and bytes */
    KEEPS_AGE = 2,      /* time to live */
};

struct policy {
    const char *name;    /* as on the command line and in results */
    const char *summary; /* one line for --help */
    unsigned limits;     /* of enum policy_limits */
    bool weak;           /* the cache has no references to its records */
    bool overspends;     /* a demonstrated mistake: its own memory grows beyond the limit */
    size_t node_bytes;   /* of the policy's node in each slot: a multiple of 8 */
    void *(*create)(const struct policy_setup *setup); /* one allocation of the account, or NULL */
    void (*destroy)(void *order);                      /* NULL: the order has no other allocation */
    void (*insert)(void *order, uint32_t slot, const struct access *access);
    void (*hit)(void *order, uint32_t slot, const struct access *access);
    /* The entry to evict so that the one of `access` fits; NO_SLOT: none, it is refused. */
    uint32_t (*victim)(void *order, const struct access *access);
    void (*remove)(void *order, uint32_t slot, uint64_t hash, enum leaving why);
    /* An entry that has expired at now_ns, or NO_SLOT. NULL: entries do not expire. */
    uint32_t (*expired)(void *order, uint64_t now_ns);
    /* Whether the entry, which was requested, has expired; it is then removed. NULL: entries do
     * not expire, or `expired` finds them all. */
    bool (*stale)(void *order, uint32_t slot, uint64_t now_ns);
    /* Callbacks for record and connection events (hooks.h); NULL except in demonstrations. */
    const struct hooks *hooks;
};
