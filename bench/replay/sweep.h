/* sweep.h - many replays of one corpus, on as many threads as wanted.
 *
 * Each thread takes whole replays, so results do not depend on their number (only `seconds` does).
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "replay.h"

struct sweep_job {
    struct replay_setup setup;
    struct replay_result result;
};

/* `done` is called after each replay with the number finished, one call at a time; may be NULL. */
void sweep_run(const struct corpus *corpus, struct sweep_job *jobs, size_t count, unsigned threads,
               void (*done)(void *context, size_t finished), void *context);

#endif
