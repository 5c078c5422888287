/* load_progress.h - a load run that can be interrupted and shows its progress. */
#pragma once

#include "load.h"

/* As load_run, but sets the setup's stop and progress itself: SIGINT and SIGTERM stop the run, and
 * if standard error is a terminal, a line there shows requests, rate and errors five times a
 * second. The line begins with `title` (may be NULL). */
int load_run_with_progress(const struct load_setup *setup, const char *title,
                           struct load_result *result, struct error *error);
