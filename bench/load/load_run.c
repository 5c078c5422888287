/* load_run.c - checks the setup, prepares the thread, and runs the event loop. */
#include "load.h"

#include "address.h"
#include "loop.h"
#include "tally.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define CONNECTIONS_MAX   65536
#define STREAMS_MAX       10000
#define SPARE_DESCRIPTORS 64 /* for files that are no connections */

static const char *const failure_names[LOAD_FAILURES] = {
    [LOAD_REFUSED] = "refused", [LOAD_RESET] = "reset",         [LOAD_TIMEOUT] = "timeout",
    [LOAD_STATUS] = "status",   [LOAD_TRUNCATED] = "truncated", [LOAD_GARBAGE] = "garbage",
    [LOAD_LENGTH] = "length",   [LOAD_WRONG] = "wrong",
};

const char *load_failure_name(enum load_failure failure)
{
    return failure_names[failure];
}

static const char *const status_names[LOAD_STATUSES] = {
    [LOAD_2XX] = "2xx", [LOAD_3XX] = "3xx",     [LOAD_4XX] = "4xx",
    [LOAD_5XX] = "5xx", [LOAD_OTHER] = "other",
};

const char *load_status_name(enum load_status status)
{
    return status_names[status];
}

int load_expect_parse(const char *text, enum load_expect *expect)
{
    static const char *const names[] = {[LOAD_EXPECT_2XX] = "2xx", [LOAD_EXPECT_ANY] = "any"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *expect = (enum load_expect)i;
            return 0;
        }
    return -1;
}

static const char *setup_flaw(const struct load_setup *setup)
{
    if (setup->connections == 0 || setup->connections > CONNECTIONS_MAX)
        return "the number of connections must be from 1 to 65536";
    if (setup->requests == 0 && setup->duration_ns == 0 && setup->ids == NULL)
        return "a number of requests or a duration is needed";
    if (load_target_takes_id(&setup->target) != (setup->ids != NULL))
        return setup->ids ? "a workload needs an {id} in the URL's path"
                          : "the path has an {id}, which needs a workload";
    if (!(setup->rate_rps >= 0) || !isfinite(setup->rate_rps))
        return "the rate is not a finite number";
    if (!(setup->speed >= 0) || !isfinite(setup->speed))
        return "the speed is not a finite number";
    if (setup->speed > 0 && (setup->rate_rps > 0 || setup->ids == NULL))
        return "a speed needs a trace with times, and no rate";
    if (setup->http2 && setup->streams > STREAMS_MAX)
        return "the number of streams must be from 1 to 10000";
    if (setup->streams > 1 && !setup->http2)
        return "several streams on a connection need HTTP/2";
    return NULL;
}

/* Every connection needs a descriptor. */
static int descriptors_raise(unsigned connections, struct error *error)
{
    struct rlimit limit;
    rlim_t needed = connections + SPARE_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
        return 0;
    limit.rlim_cur = needed;
    if (needed <= limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return 0;
    return error_set(error,
                     "%u connections need more open files than the hard limit of %llu allows "
                     "(ulimit -Hn)",
                     connections, (unsigned long long)limit.rlim_max);
}

static int thread_pin(int cpu, struct error *error)
{
    cpu_set_t set;
    if (cpu == LOAD_CPU_ANY)
        return 0;
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE)
        CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) == 0)
        return 0;
    return error_set(error, "cpu %d: %s", cpu, strerror(errno));
}

static int load_measure(const struct load_setup *setup, struct load_result *result,
                        struct error *error)
{
    struct address address;
    struct tally tally;
    int status;
    if (address_resolve(&address, &setup->target, error) < 0)
        return -1;
    tally_create(&tally, result, setup);
    status =
        loop_run(setup, setup->http2 ? &protocol_http2 : &protocol_http1, &address, &tally, error);
    tally_destroy(&tally);
    if (status < 0)
        load_result_free(result);
    return status;
}

int load_setup_check(const struct load_setup *setup, struct error *error)
{
    const char *flaw = setup_flaw(setup);
    return flaw ? error_set(error, "%s", flaw) : 0;
}

int load_run(const struct load_setup *setup, struct load_result *result, struct error *error)
{
    cpu_set_t before;
    int slack_ns, status;
    if (load_setup_check(setup, error) < 0 || descriptors_raise(setup->connections, error) < 0)
        return -1;
    sched_getaffinity(0, sizeof before, &before);
    if (thread_pin(setup->cpu, error) < 0)
        return -1;
    slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1UL);
    status = load_measure(setup, result, error);
    prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    sched_setaffinity(0, sizeof before, &before);
    return status;
}

void load_result_free(struct load_result *result)
{
    histogram_destroy(result->all);
    histogram_destroy(result->hit);
    histogram_destroy(result->miss);
    histogram_destroy(result->all_sent);
    free(result->intervals);
}
