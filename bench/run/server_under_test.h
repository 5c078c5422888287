/* server_under_test.h - the server that is measured: started, queried, sampled and stopped.
 *
 * It is one of our servers (serve-POLICY) or a foreign program, given as a shell command and a URL.
 * A foreign program has no statistics of its own: its samples hold what the kernel reports for it
 * and all processes that it started.
 *
 * server_start and server_stop belong to one thread; the server ends when that thread does. In
 * between the other functions may be called by one thread at a time.
 */
#pragma once

#include "cpus.h"
#include "errors.h"
#include "load.h"
#include "result.h"

#include <stdatomic.h>

#define SERVER_START_NS      UINT64_C(10000000000) /* our servers are ready within this time */
#define SERVER_DECAY_DEFAULT (-1)

struct server_options {
    /* One of our servers: FOLDER/serve-POLICY. */
    const char *folder, *policy;
    struct result_limits limits; /* 0: the server's default */
    int64_t dirty_decay_ns;      /* how long it keeps unused pages; or SERVER_DECAY_DEFAULT */
    uint64_t origin_cost_ns;     /* time that a miss waits for its origin */
    /* A foreign program; command NULL: ours. Both may contain {port}, the URL also {id}. */
    const char *command, *url;
    uint64_t start_within_ns; /* longest time until it answers */
    int cpu;                  /* or CPU_ANY */
};

struct server_under_test;

#define SERVER_DIR_ADVICE "name the folder of the servers with --server-dir"
/* Checks that FOLDER/serve-POLICY can be run. 0, or -1 and one line in error that ends with
 * `advice`. */
int server_check_program(const char *folder, const char *policy, const char *advice,
                         struct error *error);
/* Checks a foreign program's command and URL before anything runs. 0, or -1 and one line in error.
 */
int server_check_command(const char *command, const char *url, struct error *error);

/* Waits until the server is ready. NULL and one line in error if it could not be run, ended, was
 * not ready in time, or *stop became true. */
struct server_under_test *server_start(const struct server_options *options,
                                       const atomic_bool *stop, struct error *error);
bool server_is_foreign(const struct server_under_test *server);
/* Where to send the load. `path` counts for our servers only; a foreign program has its URL's. */
struct load_target server_target(const struct server_under_test *server, const char *path);

/* Sets all fields of the sample but time_ns and requests. RSS and anonymous memory are without
 * lazily freed pages. The kernel walks all pages for the number of these and for PSS, so both are
 * read as often as that takes 2 % of the time, at least once a second; other samples use the last
 * value. 0, or -1 and one line in error: it does not answer or has ended. */
int server_sample(struct server_under_test *server, struct result_sample *sample,
                  struct error *error);
/* Reads PSS now. */
void server_sample_pss(struct server_under_test *server, struct result_sample *sample);
/* Only what the server itself reports; nothing for a foreign program. */
int server_statistics(struct server_under_test *server, struct result_sample *sample,
                      struct error *error);
/* The allocator's own statistics, valid until the next call; NULL if the server has none. Sets
 * *allocations to the number of allocations since its start, NAN if unknown. */
const char *server_allocator_dump(struct server_under_test *server, size_t *bytes,
                                  double *allocations);
/* User and system time of the server since its start; of a foreign program that of all its
 * processes. It never falls, although a process may end while they are read. */
uint64_t server_cpu_ns(struct server_under_test *server);
/* Instructions in user mode since server_start; NAN if the machine does not count them. */
double server_instructions(const struct server_under_test *server);

/* Ends the server and every process that a foreign program started, and releases it. 0, or -1 and
 * one line in error that says how the server ended instead of by our SIGTERM. */
int server_stop(struct server_under_test *server, struct error *error);
