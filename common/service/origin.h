/* origin.h - where a record comes from on a miss: the database's place.
 *
 * One thread at a time; every thread has an origin of its own.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "errors.h"
#include "record.h"

struct origin;

/* "faker", or "sqlite:FILE" with a table users(user_id, name, email, address, desc). NULL: error
 * says in one line why. The zone is where the origin itself lies. */
struct origin *origin_open(const char *name, uint64_t seed, struct memory_zone *zone,
                           struct error *error);
void origin_close(struct origin *origin);

enum origin_answer { ORIGIN_FOUND, ORIGIN_NOT_FOUND, ORIGIN_FAILED };

/* ORIGIN_FOUND: a new record in the zone, with one reference for the caller. */
enum origin_answer origin_fetch(struct origin *origin, struct span id, struct memory_zone *zone,
                                struct record **record);

#endif
