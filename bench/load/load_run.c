/* load_run.c - checks the setup, prepares the thread and runs the loop, once or in slices. */
#include "load.h"

#include "address.h"
#include "command.h"
#include "loop.h"
#include "tally.h"
#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* "304", or "4xx" for all from 400 to 499. */
static int statuses_add(struct load_statuses *set, const char *item)
{
    bool is_class = strlen(item) == 3 && strcmp(item + 1, "xx") == 0;
    if (item[0] < '1' || item[0] > '5' ||
        (!is_class && (strlen(item) != 3 || strspn(item, "0123456789") != 3)))
        return -1;
    unsigned first = is_class ? (unsigned)(item[0] - '0') * 100 : (unsigned)atoi(item);
    for (unsigned status = first; status < first + (is_class ? 100 : 1); status++)
        set->bits[status / 64] |= UINT64_C(1) << status % 64;
    return 0;
}

int load_expect_parse(const char *text, enum load_expect *expect, struct load_statuses *listed)
{
    static const char *const names[] = {[LOAD_EXPECT_2XX] = "2xx", [LOAD_EXPECT_ANY] = "any"};
    char item[8];
    *listed = (struct load_statuses){{0}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *expect = (enum load_expect)i;
            return 0;
        }
    *expect = LOAD_EXPECT_LISTED;
    do {
        if (!list_next(&text, item, sizeof item) || statuses_add(listed, item) != 0)
            return -1;
    } while (*text != '\0');
    return 0;
}

static const char *setup_flaw(const struct load_setup *setup)
{
    if (setup->connections == 0 || setup->connections > CONNECTIONS_MAX)
        return "the number of connections must be from 1 to 65536";
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

/* About how many descriptors are in use: the lowest free one. */
static rlim_t descriptors_used(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0 ? (rlim_t)fd : 0;
}

/* Every connection needs a descriptor, beside those in use. */
static int descriptors_raise(unsigned connections, struct error *error)
{
    struct rlimit limit;
    rlim_t needed = descriptors_used() + connections + SPARE_DESCRIPTORS;
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

/* Whether it ends: by its requests, its duration, or the end of its trace. */
static bool setup_ends(const struct load_setup *setup)
{
    return setup->requests > 0 || setup->duration_ns > 0 || setup->ids != NULL;
}

int load_setup_check(const struct load_setup *setup, struct error *error)
{
    const char *flaw = setup_flaw(setup);
    if (flaw == NULL && !setup_ends(setup))
        flaw = "a number of requests or a duration is needed";
    return flaw ? error_set(error, "%s", flaw) : 0;
}

struct load_session {
    struct load_setup setup;
    struct address address;
    struct loop *loop;
};

struct load_session *load_session_open(const struct load_setup *setup, struct error *error)
{
    struct load_session *session;
    const char *flaw = setup_flaw(setup);
    if (flaw != NULL)
        error_set(error, "%s", flaw);
    if (flaw != NULL || descriptors_raise(setup->connections, error) < 0)
        return NULL;
    session = xcalloc(1, sizeof *session);
    session->setup = *setup;
    if (address_resolve(&session->address, &setup->target, error) == 0)
        session->loop = loop_open(&session->setup, &session->address, error);
    if (session->loop != NULL)
        return session;
    free(session);
    return NULL;
}

void load_session_close(struct load_session *session)
{
    if (session == NULL)
        return;
    loop_close(session->loop);
    free(session);
}

static int session_measure(struct load_session *session, struct load_result *result,
                           struct error *error)
{
    struct tally tally;
    tally_create(&tally, result, &session->setup);
    int status = loop_run(session->loop, &tally, error);
    tally_destroy(&tally);
    if (status < 0)
        load_result_free(result);
    return status;
}

/* In a pinned thread whose timers are exact. */
static int session_run(struct load_session *session, struct load_result *result,
                       struct error *error)
{
    cpu_set_t before;
    sched_getaffinity(0, sizeof before, &before);
    if (thread_pin(session->setup.cpu, error) < 0)
        return -1;
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1UL);
    int status = session_measure(session, result, error);
    prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    sched_setaffinity(0, sizeof before, &before);
    return status;
}

int load_session_run(struct load_session *session, uint64_t requests, uint64_t duration_ns,
                     struct load_result *result, struct error *error)
{
    session->setup.requests = requests;
    session->setup.duration_ns = duration_ns;
    if (!setup_ends(&session->setup))
        return error_set(error, "a slice needs a number of requests or a duration");
    return session_run(session, result, error);
}

int load_run(const struct load_setup *setup, struct load_result *result, struct error *error)
{
    struct load_session *session =
        load_setup_check(setup, error) == 0 ? load_session_open(setup, error) : NULL;
    if (session == NULL)
        return -1;
    int status = session_run(session, result, error);
    load_session_close(session);
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
