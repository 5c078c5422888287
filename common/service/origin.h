/* origin.h - where records are fetched from on a miss: generated users or an SQLite database.
 *
 * One thread at a time; every thread has an origin of its own.
 */
#pragma once

#include "errors.h"
#include "record.h"

struct origin;

/* Whether the name has one of the two forms; nothing is opened. -1: see error. */
int origin_check(const char *name, struct error *error);
/* Opens "faker", or "sqlite:FILE" with a table users(user_id, name, email, address, desc). The
 * origin is allocated in the zone. NULL: see error. */
struct origin *origin_open(const char *name, uint64_t seed, struct memory_zone *zone,
                           struct error *error);
void origin_close(struct origin *origin);

enum origin_answer { ORIGIN_FOUND, ORIGIN_NOT_FOUND, ORIGIN_FAILED };

/* A database that is locked is waited for at most a few milliseconds, in a tenth of the time. Bytes
 * that are not UTF-8 are replaced by U+FFFD. ORIGIN_FOUND: *record is a new record in the zone with
 * one reference. Otherwise it is NULL. */
enum origin_answer origin_fetch(struct origin *origin, struct span id, struct memory_zone *zone,
                                struct record **record);
