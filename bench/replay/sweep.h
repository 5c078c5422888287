/* sweep.h - many replays of one corpus, on several threads.
 *
 * A replay runs on one thread, so results do not depend on the number of threads (`seconds` does).
 */
#pragma once

#include "replay.h"

struct sweep_job {
    struct replay_setup setup;
    struct replay_result result;
};

/* Runs all jobs. `done` is called after each with the number finished, by one thread at a time; it
 * may be NULL. */
void sweep_run(const struct corpus *corpus, struct sweep_job *jobs, size_t count, unsigned threads,
               void (*done)(void *context, size_t finished), void *context);
