/* progress.c - a line on the terminal for long work. */
#include "progress.h"

#include "clock.h"

#include <stdio.h>

void progress_begin(struct progress *progress, const char *what, size_t steps)
{
    progress->what = what;
    progress->steps = steps;
    progress->start_ns = clock_ns();
}

void progress_step(void *context, size_t done)
{
    const struct progress *progress = context;
    double passed = (double)(clock_ns() - progress->start_ns) / (double)NS_PER_SECOND;
    if (progress->shown)
        fprintf(stderr, "\r%s: %zu of %zu, %.0f s left\033[K", progress->what, done,
                progress->steps, passed * (double)(progress->steps - done) / (double)done);
}

void progress_end(const struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
