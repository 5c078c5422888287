/* gbench.h - google-benchmark for C: a benchmark is a function and its context. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench; /* a running benchmark */

/* Must contain `while (gbench_more(bench, count))` around `count` operations and nothing else: the
 * loop is timed. Called several times, with more iterations each, until the time is precise. */
typedef void gbench_function(struct gbench *bench, void *context);

/* True: do `count` more operations. */
bool gbench_more(struct gbench *bench, uint64_t count);
/* Adds a number to the benchmark's row in the JSON. */
void gbench_counter(struct gbench *bench, const char *name, double value);
/* Marks the benchmark as failed. */
void gbench_fail(struct gbench *bench, const char *reason);

/* Benchmarks run in the order in which they were added. With `once` the function is called once,
 * for a single operation. The name is copied; the context remains the caller's. */
void gbench_add(const char *name, bool once, gbench_function *run, void *context);
/* Adds a text to the "context" of the JSON. */
void gbench_context(const char *key, const char *value);

/* Called after each benchmark, with the CPU time of an operation. error NULL: it succeeded. */
typedef void gbench_report(void *context, const char *name, double cpu_ns, const char *error);

/* Takes google-benchmark's options (argv[0] is the program) and runs the benchmarks that they
 * select. Returns google-benchmark's JSON, which the caller frees; NULL: an option is wrong, and
 * google-benchmark has printed which one. */
char *gbench_run(int argc, char **argv, gbench_report *report, void *context);

#ifdef __cplusplus
}
#endif
