/* loop.h - the event loop of a load run. */
#pragma once

#include "address.h"
#include "errors.h"
#include "tally.h"

/* Runs the load in this thread until the setup's end, and fills tally->result. 0, or -1 and one
 * line in error. */
int loop_run(const struct load_setup *setup, const struct protocol *protocol,
             const struct address *address, struct tally *tally, struct error *error);
