/* dump_maker.h - makes the allocator's dump, which takes milliseconds, on a thread of its own.
 *
 * One dump at a time. Any thread may call the functions but create and destroy.
 */
#pragma once

#include "fetches.h"

struct dump_maker;

struct dump_maker *dump_maker_create(void);
/* No dump may be in progress. */
void dump_maker_destroy(struct dump_maker *maker);

/* Reserves the maker. False: a dump is in progress, or about to be. */
bool dump_maker_claim(struct dump_maker *maker);
/* Ends the reservation without a dump. */
void dump_maker_abandon(struct dump_maker *maker);
/* Waits until no wake of a waiter is in progress: a waiter may be served before it has returned. */
void dump_maker_settle(struct dump_maker *maker);
/* Makes the dump after a successful claim, and wakes the waiter, whose `text` and `text_bytes` are
 * then set. The thread is started for the first dump; where that fails, the caller waits. */
void dump_maker_run(struct dump_maker *maker, struct waiter *waiter);
