/* instructions.h - how many instructions a process takes, where the machine counts them. */
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define INSTRUCTIONS_THREADS 64

struct instructions {
    int fds[INSTRUCTIONS_THREADS]; /* one a thread; threads that these start are counted with them
                                    */
    size_t count;                  /* 0: the machine does not count, or we may not ask */
};

/* Begins to count what the process takes in user mode. Ended with instructions_close. */
void instructions_open(struct instructions *instructions, pid_t pid);
/* So far; NAN where nobody counts. */
double instructions_read(const struct instructions *instructions);
void instructions_close(struct instructions *instructions);

#endif
