/* record.h - one user: key and JSON body in one allocation, with a reference count.
 *
 * Any thread may take and drop references; everything else in a record is constant. The header is 8
 * bytes, and a key that the body contains is not stored twice.
 */
#pragma once

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

/* Returns a new record with one reference. The body contains the key at the offset `key_at`, or
 * KEY_APART: it does not, and the key is stored, too. */
#define KEY_APART SIZE_MAX
struct record *record_create(struct memory_zone *zone, struct span key, struct span body,
                             size_t key_at);
struct span record_key(const struct record *record);
struct span record_body(const struct record *record);
/* The number of references now; other threads may take and drop some at any moment. */
uint32_t record_references(const struct record *record);
/* Usable size of its allocation. */
size_t record_bytes(const struct record *record);

/* Takes a reference. The caller must have one, or the lock of the cache that has one. */
void record_hold(struct record *record);
/* Takes a reference unless the count is 0. Returns whether it did. */
bool record_hold_if_alive(struct record *record);
/* Drops a reference. True: it was the last, and the caller must call record_free. */
bool record_drop(struct record *record);
/* Frees the record and notifies its attachment, if it has one. */
void record_free(struct record *record);

/* Returns the record with an attachment (hooks.h). Takes over the caller's reference, which must be
 * the only one, and returns one. */
struct record *record_attach(struct record *record, struct memory_zone *zone,
                             struct attachment *attachment);
