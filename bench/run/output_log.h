/* output_log.h - reads the output of a process all the time, so that the process never blocks on a
 * full pipe, and keeps the end of it.
 */
#ifndef OUTPUT_LOG_H
#define OUTPUT_LOG_H

#include <stdbool.h>

#define OUTPUT_LOG_BYTES 1024 /* of the end, with a NUL */

struct output_log;

/* Starts a thread that reads the pipe, which the log then owns. NULL and errno if that fails; the
 * pipe is still the caller's. */
struct output_log *output_log_start(int pipe_fd);
/* Copies the end of the output to text. True: the writers have closed the pipe. Any thread. */
bool output_log_read(struct output_log *log, char text[OUTPUT_LOG_BYTES]);
/* Reads what is in the pipe, without waiting for more, copies the end to text, and releases the
 * log. */
void output_log_stop(struct output_log *log, char text[OUTPUT_LOG_BYTES]);

#endif
