/* policy.h - the order in which a cache lets its entries go.
 *
 * A policy sees no key, record or socket: an entry is a slot, a small number that the cache gives
 * out (slots.h), with a node of node_bytes that the policy may use while the slot is its own. The
 * cache calls
 *
 *     hit      when the entry in a slot is asked for again
 *     victim   before insert, while one more entry would break a limit
 *     insert   when a new entry has been put in a slot
 *     remove   when an entry leaves its slot: after victim, after expired, or because it was
 *              deleted; with the hash of its key
 *     expired  before every get and put and at every tick, until it says NO_SLOT
 *
 * One thread at a time. No clock and no randomness of its own: both are handed in. Two runs with
 * the same calls give the same answers. What a policy needs beside its nodes comes from the
 * setup's account, and destroy gives it back.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOT_BITS 30
#define NO_SLOT   ((UINT32_C(1) << SLOT_BITS) - 1) /* no entry; slots are below it */

struct access {        /* what is known about the request at hand */
    uint64_t hash;     /* of the key; identifies it in histories of departed keys */
    uint64_t now_ns;   /* monotonic */
    uint64_t ttl_ns;   /* the entry's own time to live; 0: the setup's */
    uint64_t next;     /* when the key is asked for again: replay only, for the optimum */
    uint32_t bytes;    /* what the entry costs; 1 where only entries are counted */
    uint32_t capacity; /* entries that fit: the limit, or an estimate where bytes are limited */
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

/* The limits that a policy keeps; asking it for another is the user's mistake. */
enum policy_limits {
    KEEPS_CAPACITY = 1, /* entries and bytes */
    KEEPS_AGE = 2,      /* time to live */
};

struct policy {
    const char *name;    /* as on the command line and in results */
    const char *summary; /* one line for --help */
    unsigned limits;     /* of enum policy_limits */
    bool weak;           /* the cache does not own its records */
    bool overspends;     /* a mistake: what it remembers knows no limit, not in bytes either */
    size_t node_bytes;   /* of the policy's node in each slot: a multiple of 8 */
    void *(*create)(const struct policy_setup *setup);
    void (*destroy)(void *order);
    void (*insert)(void *order, uint32_t slot, const struct access *access);
    void (*hit)(void *order, uint32_t slot, const struct access *access);
    /* Whom to let go so that the entry of `access` can come; NO_SLOT: nobody. */
    uint32_t (*victim)(void *order, const struct access *access);
    void (*remove)(void *order, uint32_t slot, uint64_t hash, enum leaving why);
    /* An entry past its age at now_ns, or NO_SLOT. NULL where age plays no part. */
    uint32_t (*expired)(void *order, uint64_t now_ns);
    /* Whether the entry, which was asked for, is past its age; then it leaves as expired. NULL
     * where age plays no part, or where `expired` has seen to it. */
    bool (*stale)(void *order, uint32_t slot, uint64_t now_ns);
    /* What is done beside the order (hooks.h): NULL for all but demonstrations of a mistake. */
    const struct hooks *hooks;
};

#endif
