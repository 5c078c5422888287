/* progress.c - a line on the terminal for work that takes long. */
#include "progress.h"

#include <stdio.h>

void progress_begin(struct progress *progress, const char *what, size_t all)
{
    progress->what = what;
    progress->all = all;
    progress->began = time(NULL);
}

void progress_step(void *context, size_t done)
{
    const struct progress *progress = context;
    double passed = difftime(time(NULL), progress->began);
    if (progress->shown)
        fprintf(stderr, "\r%s: %zu of %zu, %.0f s left\033[K", progress->what, done, progress->all,
                passed * (double)(progress->all - done) / (double)done);
}

void progress_end(const struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
