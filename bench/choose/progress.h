/* progress.h - a line on the terminal for long work. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool shown; /* stderr is a terminal */
    const char *what;
    size_t steps;
    uint64_t start_ns;
};

void progress_begin(struct progress *progress, const char *what, size_t steps);
/* For callbacks: context is the progress. Shows how many steps are done and the time left. */
void progress_step(void *context, size_t done);
/* Clears the line. */
void progress_end(const struct progress *progress);
