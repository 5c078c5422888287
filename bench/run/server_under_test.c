/* server_under_test.c - one process, its HTTP statistics and the kernel's figures. */
#include "server_under_test.h"

#include "child.h"
#include "clock.h"
#include "foreign_program.h"
#include "http_client.h"
#include "perf_counters.h"
#include "process_tree.h"
#include "stats_parse.h"
#include "xmalloc.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX    8
#define TREE_INTERVAL_NS NS_PER_SECOND

struct server_under_test {
    struct child child;
    bool foreign;
    struct foreign_program program;
    struct process_tree tree;   /* of a foreign program */
    struct http_client *client; /* opened by the first request for statistics */
    struct perf_counters instructions;
    struct process_rollup rollup; /* the last that was read */
    uint64_t rollup_due_ns, tree_due_ns;
    uint64_t cpu_ns; /* the most that was read */
};

int server_check_program(const char *folder, const char *policy, const char *advice,
                         struct error *error)
{
    char *path = xasprintf("%s/serve-%s", folder, policy);
    int status = access(path, X_OK);
    if (status != 0)
        error_set(error, "%s: %s; %s", path, strerror(errno), advice);
    free(path);
    return status;
}

int server_check_command(const char *command, const char *url, struct error *error)
{
    return foreign_program_check(command, url, error);
}

/* A command line for execv. */
struct arguments {
    char *list[ARGUMENTS_MAX + 1];
    size_t count;
};

static void argument_add(struct arguments *arguments, char *text)
{
    arguments->list[arguments->count++] = text;
}

static void option_add(struct arguments *arguments, const char *format, uint64_t value)
{
    if (value > 0)
        argument_add(arguments, xasprintf(format, (unsigned long long)value));
}

static void arguments_fill(struct arguments *arguments, const struct server_options *options)
{
    argument_add(arguments, xasprintf("%s/serve-%s", options->folder, options->policy));
    argument_add(arguments, xstrdup("--port=0"));
    option_add(arguments, "--capacity=%llu", options->limits.capacity_entries);
    option_add(arguments, "--capacity=%lluB", options->limits.capacity_bytes);
    option_add(arguments, "--ttl=%lluns", options->limits.ttl_ns);
    option_add(arguments, "--origin-cost=%lluns", options->origin_cost_ns);
    if (options->dirty_decay_ns != SERVER_DECAY_DEFAULT)
        argument_add(arguments,
                     xasprintf("--dirty-decay=%lldns", (long long)options->dirty_decay_ns));
}

static void script_fill(struct arguments *arguments, const struct foreign_program *program)
{
    argument_add(arguments, xstrdup("/bin/sh"));
    argument_add(arguments, xstrdup("-c"));
    argument_add(arguments, xstrdup(program->script));
}

static void arguments_free(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->list[i]);
}

static int server_run(struct server_under_test *server, const struct server_options *options,
                      const atomic_bool *stop, struct error *error)
{
    struct arguments arguments = {.count = 0};
    struct child_setup setup = {
        .argv = arguments.list, .cpu = options->cpu, .start_ns = SERVER_START_NS};
    if (server->foreign) {
        if (foreign_program_prepare(&server->program, options->command, options->url, error) != 0)
            return -1;
        setup.probe = server->program.probe;
        setup.port = server->program.port;
        setup.start_ns = options->start_within_ns;
        script_fill(&arguments, &server->program);
    } else {
        arguments_fill(&arguments, options);
    }
    int status = child_start(&server->child, &setup, stop, error);
    arguments_free(&arguments);
    return status;
}

struct server_under_test *server_start(const struct server_options *options,
                                       const atomic_bool *stop, struct error *error)
{
    struct server_under_test *server = xcalloc(1, sizeof *server);
    server->foreign = options->command != NULL;
    if (server_run(server, options, stop, error) != 0) {
        free(server);
        return NULL;
    }
    if (!server->foreign)
        perf_counters_open(&server->instructions, server->child.pid);
    return server;
}

bool server_is_foreign(const struct server_under_test *server)
{
    return server->foreign;
}

struct load_target server_target(const struct server_under_test *server, const char *path)
{
    struct load_target target = server->program.target;
    if (server->foreign)
        return target;
    snprintf(target.host, sizeof target.host, "127.0.0.1");
    snprintf(target.port, sizeof target.port, "%u", server->child.port);
    snprintf(target.path, sizeof target.path, "%s", path);
    return target;
}

static const char *server_get(struct server_under_test *server, const char *path, size_t *bytes,
                              struct error *error)
{
    if (server->client == NULL)
        server->client = http_client_open(server->child.port, error);
    return server->client != NULL ? http_client_get(server->client, path, bytes, error) : NULL;
}

int server_statistics(struct server_under_test *server, struct result_sample *sample,
                      struct error *error)
{
    size_t bytes;
    if (server->foreign)
        return 0;
    const char *text = server_get(server, "/stats", &bytes, error);
    return text != NULL ? stats_parse(text, bytes, sample, error) : -1;
}

/* A process that ends while all are read is missing from the sum, and its ticks are coarse. */
static uint64_t cpu_never_falls(struct server_under_test *server, uint64_t cpu_ns)
{
    if (cpu_ns > server->cpu_ns)
        server->cpu_ns = cpu_ns;
    return server->cpu_ns;
}

static int process_figures_read(struct server_under_test *server, struct process_figures *figures)
{
    if (!server->foreign) {
        int status = process_read(server->child.pid, figures);
        figures->cpu_ns = server_cpu_ns(server);
        return status;
    }
    int status = process_tree_read(&server->tree, figures);
    figures->cpu_ns = cpu_never_falls(server, figures->cpu_ns);
    return status;
}

static void rollup_read(struct server_under_test *server)
{
    uint64_t begin_ns = clock_ns();
    if (server->foreign)
        process_tree_read_rollup(&server->tree, &server->rollup);
    else
        process_read_rollup(server->child.pid, &server->rollup);
    uint64_t now_ns = clock_ns();
    server->rollup_due_ns = now_ns + process_rollup_wait_ns(now_ns - begin_ns);
}

void server_sample_pss(struct server_under_test *server, struct result_sample *sample)
{
    rollup_read(server);
    sample->pss_bytes = server->rollup.pss_bytes;
}

/* Looks for new processes of a foreign program, once in TREE_INTERVAL_NS. */
static void tree_refresh(struct server_under_test *server)
{
    uint64_t now_ns = clock_ns();
    if (!server->foreign || now_ns < server->tree_due_ns)
        return;
    process_tree_find(&server->tree, server->child.pid);
    server->tree_due_ns = now_ns + TREE_INTERVAL_NS;
}

static void figures_copy(struct result_sample *sample, const struct process_figures *figures)
{
    sample->rss_bytes = figures->rss_bytes;
    sample->anonymous_bytes = figures->anonymous_bytes;
    sample->vsz_bytes = figures->vsz_bytes;
    sample->page_table_bytes = figures->page_table_bytes;
    sample->descriptors = figures->descriptors;
    sample->threads = figures->threads;
    sample->minor_faults = figures->minor_faults;
    sample->major_faults = figures->major_faults;
    sample->cpu_ns = figures->cpu_ns;
}

int server_sample(struct server_under_test *server, struct result_sample *sample,
                  struct error *error)
{
    struct process_figures figures;
    if (server_statistics(server, sample, error) != 0)
        return -1;
    tree_refresh(server);
    if (clock_ns() >= server->rollup_due_ns)
        rollup_read(server);
    if (process_figures_read(server, &figures) != 0)
        return error_set(error, "the server has ended");
    process_figures_correct(&figures, &server->rollup);
    figures_copy(sample, &figures);
    sample->pss_bytes = server->rollup.pss_bytes;
    sample->lazy_free_bytes = server->rollup.lazy_free_bytes;
    return 0;
}

const char *server_allocator_dump(struct server_under_test *server, size_t *bytes,
                                  double *allocations)
{
    struct error error;
    const char *text = server->foreign ? NULL : server_get(server, "/jemalloc", bytes, &error);
    *allocations = text != NULL ? stats_parse_allocations(text, *bytes) : NAN;
    return text;
}

/* Of all processes of a foreign program, as they are now. */
static uint64_t foreign_cpu_ns(const struct server_under_test *server)
{
    struct process_tree tree = {.pids = NULL};
    struct process_figures figures;
    process_tree_find(&tree, server->child.pid);
    process_tree_read(&tree, &figures);
    process_tree_release(&tree);
    return figures.cpu_ns;
}

uint64_t server_cpu_ns(struct server_under_test *server)
{
    return cpu_never_falls(server, server->foreign ? foreign_cpu_ns(server)
                                                   : process_cpu_ns(server->child.pid));
}

double server_instructions(const struct server_under_test *server)
{
    return perf_counters_read(&server->instructions);
}

int server_stop(struct server_under_test *server, struct error *error)
{
    http_client_close(server->client);
    perf_counters_close(&server->instructions);
    int status = child_stop(&server->child, error);
    process_tree_release(&server->tree);
    free(server);
    return status;
}
