/* record.h - one user: key and rendered body in one allocation, with a count of its owners.
 *
 * Whoever holds a record owns one reference. References may be taken and dropped by any thread;
 * everything else in a record never changes after its creation. The header is 8 bytes, and a key
 * that the body already spells out is not stored twice.
 */
#ifndef RECORD_H
#define RECORD_H

#include "hooks.h"
#include "memory.h"
#include "span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_KEY_BYTES_MAX  128
#define RECORD_BODY_BYTES_MAX ((UINT32_C(1) << 30) - 1)

struct record;
extern const struct kind record_kind;

/* A new record with one reference, the caller's. Where the body holds the key at `key_at` it is
 * not copied a second time; pass KEY_APART when it does not. */
#define KEY_APART SIZE_MAX
struct record *record_create(struct memory_zone *zone, struct span key, struct span body,
                             size_t key_at);
struct span record_key(const struct record *record);
struct span record_body(const struct record *record);
/* The number of references now; other threads may take and drop some at any moment. */
uint32_t record_references(const struct record *record);
/* Usable size of its allocation. */
size_t record_bytes(const struct record *record);

/* One more reference; the caller must own one already, or the lock under which one is owned. */
void record_hold(struct record *record);
/* One more reference unless the last one is gone. */
bool record_hold_if_alive(struct record *record);
/* One reference less. True: it was the last, and the caller must now record_free. */
bool record_drop(struct record *record);
/* Its attachment, if it has one, is told. */
void record_free(struct record *record);

/* The same record again, now with a attachment (hooks.h): takes the caller's reference, which must
 * be the only one, and gives one to the record returned. */
struct record *record_attach(struct record *record, struct memory_zone *zone,
                             struct attachment *attachment);

#endif
