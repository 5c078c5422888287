/* loop.h - the event loop of a load: one or more runs on the same connections. */
#pragma once

#include "address.h"
#include "errors.h"
#include "tally.h"

struct loop;

/* Borrows all arguments until loop_close. NULL and one line in error. */
struct loop *loop_open(const struct load_setup *setup, const struct address *address,
                       struct error *error);
/* Runs the load in this thread until the setup's end, as it is now, and fills tally->result. 0, or
 * -1 and one line in error: an earlier run left requests in flight. */
int loop_run(struct loop *loop, struct tally *tally, struct error *error);
void loop_close(struct loop *loop);
