/* main.c - a server for one policy; compiled once for each variant. */
#include "clock.h"
#include "console.h"
#include "hooks.h"
#include "listener.h"
#include "options.h"
#include "origin.h"
#include "policies.h"
#include "server.h"
#include "xmalloc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
#define QUOTE_(text) #text
#define QUOTE(text)  QUOTE_(text)
#define PROGRAM      "serve-" QUOTE(POLICY)

enum { EXIT_USAGE = 2, EXIT_CANNOT_RUN = 3 };

#define RECORD_LIMIT_MIN (UINT64_C(2) << 20) /* two files of a few blocks */
#define DECAY_UNSET      UINT64_MAX
#define ENTRIES_MAX      (UINT64_C(4) * 1000 * 1000 * 1000) /* an entry is a 32-bit number */
#define TIME_MAX_NS      (UINT64_C(36500) * 24 * 3600 * NS_PER_SECOND)
#define UNSENT_MIN       (UINT64_C(64) << 10)

extern const struct policy PASTE(POLICY, _policy);
static const struct policy *const policy = &PASTE(POLICY, _policy);

struct settings {
    const char *address, *unix_path, *origin, *record, *record_key, *console;
    uint64_t port, threads, session, connection_requests, waiting, unsent, seed, ttl_ns,
        origin_cost_ns, dirty_decay_ns, record_limit;
    struct option_capacity capacity;
};

#define FIELD(name)    offsetof(struct settings, name)
#define HEADING(title) NULL, OPTION_HEADING, 0, NULL, title

static struct option rows[] = {
    {HEADING("Cache")},
    {"capacity", OPTION_CAPACITY, FIELD(capacity), "N|SIZE",
     "keep at most N entries or SIZE bytes, such as 64MiB"},
    {"ttl", OPTION_DURATION, FIELD(ttl_ns), "TIME", "remove an entry when it is TIME old"},
    {"session", OPTION_COUNT, FIELD(session), "N",
     "let each connection own the last N records that it requested"},
    {HEADING("Users")},
    {"origin", OPTION_TEXT, FIELD(origin), "ORIGIN",
     "fetch users from ORIGIN: faker, which generates them, or sqlite:FILE"},
    {"origin-cost", OPTION_DURATION, FIELD(origin_cost_ns), "TIME",
     "delay each fetch by TIME, as a database would"},
    {"seed", OPTION_COUNT, FIELD(seed), "N", "generate other users for each N"},
    {HEADING("Connections")},
    {"address", OPTION_TEXT, FIELD(address), "ADDRESS", "listen on ADDRESS"},
    {"port", OPTION_COUNT, FIELD(port), "PORT", "listen on PORT; 0 picks a free one"},
    {"unix", OPTION_TEXT, FIELD(unix_path), "PATH", "also listen on a Unix socket at PATH"},
    {"threads", OPTION_COUNT, FIELD(threads), "N", "run N event loops"},
    {"connection-requests", OPTION_COUNT, FIELD(connection_requests), "N",
     "close an HTTP/1.1 connection after N requests; 0: never"},
    {"waiting", OPTION_COUNT, FIELD(waiting), "N",
     "let at most N requests wait for their users; more get status 503"},
    {"unsent", OPTION_SIZE, FIELD(unsent), "SIZE",
     "close the connections that read slowest when unsent replies take more than SIZE"},
    {HEADING("Recording")},
    {"record", OPTION_TEXT, FIELD(record), "FILE",
     "record all requests in FILE, with hashed ids, as a trace for tidemark replay"},
    {"record-limit", OPTION_SIZE, FIELD(record_limit), "SIZE",
     "keep the latest SIZE of the recording, in FILE and FILE.1"},
    {"record-key", OPTION_TEXT, FIELD(record_key), "FILE",
     "hash ids with the key in FILE, 32 hexadecimal digits, instead of a random key"},
    {HEADING("Introspection")},
    {"console", OPTION_TEXT, FIELD(console), "PATH|off",
     "put the socket for tidemark console at PATH instead of $XDG_RUNTIME_DIR or /tmp"},
    {"dirty-decay", OPTION_DURATION, FIELD(dirty_decay_ns), "TIME",
     "return unused pages to the kernel after TIME instead of jemalloc's default; 0: at once"},
};

/* Limits that the policy does not have are parsed, so that limit_check can name the policies that
 * have them, but are not shown. */
static void limits_hide(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((rows[i].offset == FIELD(capacity) && !(policy->limits & KEEPS_CAPACITY)) ||
            (rows[i].offset == FIELD(ttl_ns) && !(policy->limits & KEEPS_AGE)))
            rows[i].help = OPTION_HIDDEN;
}

static struct settings settings_default(void)
{
    return (struct settings){
        .address = "127.0.0.1",
        .port = 8000,
        .threads = 1,
        .waiting = 2048,
        .unsent = UINT64_C(8) << 20,
        .session = policy->weak ? 64 : 0,
        .connection_requests = policy->hooks ? policy->hooks->connection_requests : 0,
        .ttl_ns = policy->limits & KEEPS_AGE ? 60 * NS_PER_SECOND : 0,
        .capacity.entries = policy->limits == KEEPS_CAPACITY ? 10000 : 0,
        .origin = "faker",
        .record_limit = UINT64_C(256) << 20,
    };
}

/* A limit of 0 is refused where the default is another one: the policy needs it. */
static int limit_check(const char *option, unsigned limit, bool given, bool needed,
                       struct error *error)
{
    if (!given && needed)
        return error_set(error, "--%s must be more than 0", option);
    if (!given || policy->limits & limit)
        return 0;
    error_set(error, "%s has no limit for --%s; these have one:", policy->name, option);
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & limit)
            error_add(error, " serve-%s", policies[i]->name);
    return -1;
}

static int range_check(const char *option, uint64_t value, uint64_t min, uint64_t max,
                       struct error *error)
{
    if (value >= min && value <= max)
        return 0;
    return error_set(error, "--%s must be from %llu to %llu", option, (unsigned long long)min,
                     (unsigned long long)max);
}

/* Larger ones would overflow when they are added to the time of day. */
static int time_check(const char *option, uint64_t ns, struct error *error)
{
    return ns <= TIME_MAX_NS ? 0 : error_set(error, "--%s must be at most 36500d", option);
}

static int limits_check(const struct settings *settings, struct error *error)
{
    const struct option_capacity *capacity = &settings->capacity;
    if (capacity->entries > ENTRIES_MAX)
        return error_set(error, "--capacity must be at most 4G entries");
    if (capacity->bytes > INT64_MAX)
        return error_set(error, "--capacity must be less than 8388608TiB");
    if (time_check("ttl", settings->ttl_ns, error) < 0 ||
        time_check("origin-cost", settings->origin_cost_ns, error) < 0 ||
        range_check("waiting", settings->waiting, 1, 1000000, error) < 0)
        return -1;
    return settings->unsent < UNSENT_MIN ? error_set(error, "--unsent must be at least 64KiB") : 0;
}

static int settings_check(const struct settings *settings, struct error *error)
{
    const struct option_capacity *capacity = &settings->capacity;
    if (limit_check("capacity", KEEPS_CAPACITY, capacity->entries > 0 || capacity->bytes > 0,
                    policy->limits == KEEPS_CAPACITY, error) < 0 ||
        limit_check("ttl", KEEPS_AGE, settings->ttl_ns > 0, policy->limits & KEEPS_AGE, error) <
            0 ||
        range_check("port", settings->port, 0, UINT16_MAX, error) < 0 ||
        range_check("threads", settings->threads, 1, 256, error) < 0 ||
        range_check("session", settings->session, 0, 65536, error) < 0 ||
        limits_check(settings, error) < 0 || origin_check(settings->origin, error) < 0 ||
        listener_check_address(settings->address, error) < 0)
        return -1;
    if (settings->record_limit < RECORD_LIMIT_MIN)
        return error_set(error, "--record-limit must be at least 2MiB");
    if (settings->record_key && !settings->record)
        return error_set(error, "--record-key needs --record FILE");
    return 0;
}

static void warn(const char *line)
{
    fprintf(stderr, "%s: %s\n", PROGRAM, line);
}

static struct recorder *recorder_begin(const struct settings *settings, struct error *error)
{
    struct recorder_setup setup = {.path = settings->record,
                                   .key_path = settings->record_key,
                                   .limit_bytes = settings->record_limit,
                                   .now_ns = clock_ns(),
                                   .unix_ns = clock_read_ns(CLOCK_REALTIME),
                                   .warn = warn};
    signal(SIGXFSZ, SIG_IGN); /* a file that is too large ends the recording, not the server */
    return recorder_open(&setup, error);
}

static struct server *server_begin(const struct settings *settings, struct recorder *recorder,
                                   struct error *error)
{
    struct server_setup setup = {
        .handler = {.version = TIDEMARK_VERSION,
                    .cache = {.policy = policy,
                              .capacity_entries = settings->capacity.entries,
                              .capacity_bytes = settings->capacity.bytes,
                              .ttl_ns = settings->ttl_ns,
                              .seed = settings->seed},
                    .origin = settings->origin,
                    .origin_cost_ns = settings->origin_cost_ns,
                    .session_records = (uint32_t)settings->session,
                    .recorder = recorder},
        .address = settings->address,
        .port = (uint16_t)settings->port,
        .unix_path = settings->unix_path,
        .threads = (unsigned)settings->threads,
        .connection_requests = settings->connection_requests,
        .waiting_limit = settings->waiting,
        .unsent_limit_bytes = settings->unsent,
    };
    return server_create(&setup, error);
}

/* -1: --console PATH cannot be opened. Without that option the server goes on without a console. */
static int console_begin(struct server *server, const char *path, struct error *error)
{
    struct console_setup setup = {
        .handler = server_handler(server), .url = server_url(server), .path = path};
    if (path && strcmp(path, "off") == 0)
        return 0;
    struct console *console = console_create(&setup, error);
    if (console == NULL) {
        error_set(error, "--console: %s%s", error->text, path ? "" : "; going on without");
        if (path)
            return -1;
        warn(error->text);
        return 0;
    }
    server_watch(server, &(struct server_watch){.descriptor = console_descriptor(console),
                                                .ready = console_turn,
                                                .end = console_destroy,
                                                .context = console});
    return 0;
}

static int serve(const struct settings *settings, struct error *error)
{
    struct recorder *recorder = NULL;
    struct server *server = NULL;
    if (settings->dirty_decay_ns != DECAY_UNSET && !memory_set_decay(settings->dirty_decay_ns))
        return error_set(error, "--dirty-decay: this allocator has no such setting");
    if (settings->record && !(recorder = recorder_begin(settings, error)))
        return -1;
    server = server_begin(settings, recorder, error);
    if (server == NULL || console_begin(server, settings->console, error) < 0)
        goto fail;
    fprintf(stderr, "%s[%d]: %s on %s (press CTRL+C to quit)\n", PROGRAM, getpid(), policy->name,
            server_url(server));
    server_run(server);
    recorder_close(recorder);
    return 0;
fail:
    if (server)
        server_destroy(server);
    recorder_close(recorder);
    return -1;
}

static int settings_take(struct settings *settings, int argc, char **argv)
{
    struct settings defaults = *settings;
    char *summary = xasprintf("Serves users over HTTP from a cache with the policy %s: %s.\n\n"
                              "Endpoints: GET /users/{id}, /users/random, /stats, /metrics, "
                              "/jemalloc.",
                              policy->name, policy->summary);
    struct option_table table = {.usage = PROGRAM " [OPTIONS]",
                                 .summary = summary,
                                 .options = rows,
                                 .count = sizeof rows / sizeof rows[0],
                                 .defaults = &defaults};
    settings->dirty_decay_ns = DECAY_UNSET;
    limits_hide();
    int status = options_take(&table, PROGRAM, argc, argv, settings, NULL);
    free(summary);
    return status;
}

int main(int argc, char **argv)
{
    struct settings settings = settings_default();
    struct error error;
    int status = settings_take(&settings, argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    status = settings_check(&settings, &error) < 0 ? EXIT_USAGE
             : serve(&settings, &error) < 0        ? EXIT_CANNOT_RUN
                                                   : EXIT_SUCCESS;
    if (status != EXIT_SUCCESS)
        warn(error.text);
    return status;
}
