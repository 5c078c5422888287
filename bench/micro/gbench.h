/* gbench.h - google-benchmark for C: benchmarks are functions, which take turns in rounds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench; /* a running benchmark */

/* Must contain `while (gbench_more(bench, count))` around `count` operations and nothing else: the
 * loop is timed. */
typedef void gbench_function(struct gbench *bench, void *context);

/* True: do `count` more operations. */
bool gbench_more(struct gbench *bench, uint64_t count);
/* Marks the benchmark as failed. The reason is copied. */
void gbench_fail(struct gbench *bench, const char *reason);

struct gbench_benchmark {
    const char *name;
    uint64_t operations; /* 0: as many as the least time takes, for which it is called repeatedly */
    gbench_function *run;
    void *context;
};

/* Called after a benchmark, with its context. error NULL: it succeeded. */
typedef void gbench_report(void *context, double cpu_ns, const char *error);

struct gbench_session; /* rounds, and their JSON */

/* The allocator is noted in the JSON. The caller ends the session with gbench_end. */
struct gbench_session *gbench_begin(double least_s, const char *allocator, gbench_report *report);
/* Runs the benchmarks in this order, as the repetition with this index of so many. -1: it is not in
 * the JSON. */
void gbench_round(struct gbench_session *session, const struct gbench_benchmark *const *benchmarks,
                  size_t count, int64_t repetition, int64_t repetitions);
/* Returns google-benchmark's JSON, which the caller frees. */
char *gbench_end(struct gbench_session *session);

#ifdef __cplusplus
}
#endif
