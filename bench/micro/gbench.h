/* gbench.h - google-benchmark for C: a benchmark is a function and its context. */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench; /* a benchmark while it runs */

/* Called several times, with more operations each, until the figures hold; must do its
 * operations in `while (gbench_more(bench, count))`, and nothing else there: the loop is timed. */
typedef void gbench_function(struct gbench *bench, void *context);

/* True: `count` operations are to be done now. */
bool gbench_more(struct gbench *bench, uint64_t count);
/* A figure that stands beside the time. */
void gbench_counter(struct gbench *bench, const char *name, double value);
/* The benchmark is void, for this reason. */
void gbench_fail(struct gbench *bench, const char *reason);

/* Benchmarks run in the order in which they were added. With `once` the function is called once,
 * for a single operation. The name is copied; the context stays the caller's. */
void gbench_add(const char *name, bool once, gbench_function *run, void *context);
/* Says in the JSON what made it. */
void gbench_say(const char *key, const char *value);

/* The CPU time of an operation; NULL error: it went well. */
typedef void gbench_report(void *context, const char *name, double cpu_ns, const char *error);

/* Takes google-benchmark's options (argv[0] is the program), runs what they ask for and reports
 * each benchmark as it ends. Returns 0, or -1 where an option is wrong. */
int gbench_run(int argc, char **argv, gbench_report *report, void *context);

#ifdef __cplusplus
}
#endif

#endif
