/* progress.h - a line on the terminal for work that takes long. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
    bool shown;
    const char *what;
    size_t all;
    time_t began;
};

void progress_begin(struct progress *progress, const char *what, size_t all);
/* context: the progress. So many of all steps are done. */
void progress_step(void *context, size_t done);
void progress_end(const struct progress *progress);

#endif
