/* main.c - a server for one policy; compiled once for each variant. */
#include "clock.h"
#include "console.h"
#include "hooks.h"
#include "options.h"
#include "policies.h"
#include "server.h"
#include "units.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
#define QUOTE_(text) #text
#define QUOTE(text)  QUOTE_(text)
#define PROGRAM      "serve-" QUOTE(POLICY)

#define PORT_MAX             UINT16_MAX
#define THREADS_MAX          256
#define SESSION_MAX          65536
#define WEAK_SESSION         64
#define CAPACITY_DEFAULT     10000
#define TTL_DEFAULT_NS       (60 * NS_PER_SECOND)
#define RECORD_LIMIT_DEFAULT (UINT64_C(256) << 20)
#define RECORD_LIMIT_MIN     (UINT64_C(2) << 20) /* two files of a few blocks */
#define ASKED_FOR_NOTHING    UINT64_MAX          /* an option that was not given */

extern const struct policy PASTE(POLICY, _policy);
static const struct policy *const policy = &PASTE(POLICY, _policy);

struct settings {
    const char *address, *unix_path, *origin, *record, *record_key, *console;
    uint64_t port, threads, session, connection_requests, seed, ttl_ns, origin_cost_ns,
        dirty_decay_ns, record_limit;
    struct option_capacity capacity;
};

static const struct option rows[] = {
    {"address", OPTION_TEXT, offsetof(struct settings, address), "ADDRESS",
     "listen there (127.0.0.1)"},
    {"port", OPTION_COUNT, offsetof(struct settings, port), "PORT",
     "listen on this port (8000); 0 picks a free one"},
    {"unix", OPTION_TEXT, offsetof(struct settings, unix_path), "PATH",
     "listen on this Unix socket, too"},
    {"capacity", OPTION_CAPACITY, offsetof(struct settings, capacity), "N|SIZE",
     "keep at most so many entries (10000) or bytes (64MiB)"},
    {"ttl", OPTION_DURATION, offsetof(struct settings, ttl_ns), "TIME",
     "keep an entry at most so long (60s)"},
    {"session", OPTION_COUNT, offsetof(struct settings, session), "N",
     "a connection owns the last N records that it asked for (64 for weak, otherwise 0)"},
    {"connection-requests", OPTION_COUNT, offsetof(struct settings, connection_requests), "N",
     "close an HTTP/1.1 connection after N requests (0: never)"},
    {"threads", OPTION_COUNT, offsetof(struct settings, threads), "N", "run N event loops (1)"},
    {"origin", OPTION_TEXT, offsetof(struct settings, origin), "ORIGIN",
     "where users come from: faker (the default) or sqlite:FILE"},
    {"origin-cost", OPTION_DURATION, offsetof(struct settings, origin_cost_ns), "TIME",
     "a fetch takes so much longer, as from a real database (0)"},
    {"dirty-decay", OPTION_DURATION, offsetof(struct settings, dirty_decay_ns), "TIME",
     "give unused pages back after so long, 0 at once (the allocator's default)"},
    {"record", OPTION_TEXT, offsetof(struct settings, record), "FILE",
     "record what is asked for, ids as keyed hashes: a trace for tidemark replay"},
    {"record-limit", OPTION_SIZE, offsetof(struct settings, record_limit), "SIZE",
     "keep the latest of it, in FILE and FILE.1 (256MiB)"},
    {"record-key", OPTION_TEXT, offsetof(struct settings, record_key), "FILE",
     "hash under the key in FILE, 32 hexadecimal digits (one that nobody knows)"},
    {"console", OPTION_TEXT, offsetof(struct settings, console), "PATH|off",
     "where `tidemark console` reaches this server (a Unix socket in $XDG_RUNTIME_DIR or /tmp)"},
    {"seed", OPTION_COUNT, offsetof(struct settings, seed), "N", "another seed, other users (0)"},
};

static const struct option_table table = {
    .usage = PROGRAM " [OPTIONS]",
    .summary = "Serves made-up users over HTTP: GET /users/{id}, /users/random, /stats, /metrics,\n"
               "/jemalloc.",
    .options = rows,
    .count = sizeof rows / sizeof rows[0],
};

/* Names the policies that keep a limit. */
static void limit_refuse(const char *option, unsigned limit, struct error *error)
{
    error_set(error, "%s keeps no limit for --%s; these do:", policy->name, option);
    for (size_t i = 0; i < policies_count; i++)
        if (policies[i]->limits & limit)
            error_add(error, " serve-%s", policies[i]->name);
}

static bool capacity_check(struct settings *settings, struct error *error)
{
    struct option_capacity *capacity = &settings->capacity;
    if (capacity->entries == ASKED_FOR_NOTHING) {
        capacity->entries = policy->limits == KEEPS_CAPACITY ? CAPACITY_DEFAULT : 0;
        return true;
    }
    if (!(policy->limits & KEEPS_CAPACITY)) {
        limit_refuse("capacity", KEEPS_CAPACITY, error);
        return false;
    }
    error_set(error, "--capacity must be more than 0");
    return capacity->entries > 0 || capacity->bytes > 0;
}

static bool ttl_check(struct settings *settings, struct error *error)
{
    if (settings->ttl_ns == ASKED_FOR_NOTHING) {
        settings->ttl_ns = policy->limits & KEEPS_AGE ? TTL_DEFAULT_NS : 0;
        return true;
    }
    if (!(policy->limits & KEEPS_AGE)) {
        limit_refuse("ttl", KEEPS_AGE, error);
        return false;
    }
    error_set(error, "--ttl must be more than 0");
    return settings->ttl_ns > 0;
}

static bool number_check(const char *option, uint64_t value, uint64_t least, uint64_t most,
                         struct error *error)
{
    error_set(error, "--%s must be from %llu to %llu", option, (unsigned long long)least,
              (unsigned long long)most);
    return value >= least && value <= most;
}

static bool record_check(const struct settings *settings, struct error *error)
{
    error_set(error, "--record-limit must be at least 2MiB");
    if (settings->record_limit < RECORD_LIMIT_MIN)
        return false;
    error_set(error, "--record-key is of use with --record FILE only");
    return settings->record || settings->record_key == NULL;
}

static bool settings_check(struct settings *settings, struct error *error)
{
    if (settings->session == ASKED_FOR_NOTHING)
        settings->session = policy->weak ? WEAK_SESSION : 0;
    if (settings->connection_requests == ASKED_FOR_NOTHING)
        settings->connection_requests = policy->hooks ? policy->hooks->connection_requests : 0;
    return capacity_check(settings, error) && ttl_check(settings, error) &&
           number_check("port", settings->port, 0, PORT_MAX, error) &&
           number_check("threads", settings->threads, 1, THREADS_MAX, error) &&
           number_check("session", settings->session, 0, SESSION_MAX, error) &&
           record_check(settings, error);
}

static struct server *settings_apply(const struct settings *settings, struct recorder *recorder,
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
    };
    return server_create(&setup, error);
}

static int refuse(const char *error, int status)
{
    fprintf(stderr, "%s: %s\n", PROGRAM, error);
    return status;
}

static void tell(const char *line)
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
                                   .tell = tell};
    signal(SIGXFSZ, SIG_IGN); /* a file that is too large ends the recording, not the server */
    return recorder_open(&setup, error);
}

/* True, unless the console was asked for and cannot be: the one that every server has need not. */
static bool console_begin(struct server *server, const char *path)
{
    struct error error;
    struct console_setup setup = {
        .handler = server_handler(server), .url = server_url(server), .path = path};
    if (path && strcmp(path, "off") == 0)
        return true;
    struct console *console = console_create(&setup, &error);
    if (console == NULL) {
        fprintf(stderr, "%s: --console: %s%s\n", PROGRAM, error.text,
                path ? "" : "; going on without");
        return path == NULL;
    }
    server_watch(server, &(struct server_watch){.descriptor = console_descriptor(console),
                                                .ready = console_turn,
                                                .end = console_destroy,
                                                .context = console});
    return true;
}

static int serve(struct settings *settings)
{
    struct error error;
    struct recorder *recorder = NULL;
    if (settings->dirty_decay_ns != ASKED_FOR_NOTHING &&
        !memory_set_decay(settings->dirty_decay_ns))
        return refuse("--dirty-decay: this allocator cannot be told", 1);
    if (settings->record && !(recorder = recorder_begin(settings, &error)))
        return refuse(error.text, 1);
    struct server *server = settings_apply(settings, recorder, &error);
    if (server == NULL) {
        recorder_close(recorder);
        return refuse(error.text, 1);
    }
    if (!console_begin(server, settings->console)) {
        server_destroy(server);
        recorder_close(recorder);
        return 1;
    }
    fprintf(stderr, "%s[%d]: %s on %s (press CTRL+C to quit)\n", PROGRAM, getpid(), policy->name,
            server_url(server));
    server_run(server);
    recorder_close(recorder);
    return 0;
}

int main(int argc, char **argv)
{
    struct settings settings = {
        .address = "127.0.0.1",
        .port = 8000,
        .threads = 1,
        .session = ASKED_FOR_NOTHING,
        .connection_requests = ASKED_FOR_NOTHING,
        .ttl_ns = ASKED_FOR_NOTHING,
        .dirty_decay_ns = ASKED_FOR_NOTHING,
        .capacity = {.entries = ASKED_FOR_NOTHING},
        .origin = "faker",
        .record_limit = RECORD_LIMIT_DEFAULT,
    };
    struct error error;
    int positional = 0;
    switch (options_parse(&table, argc, argv, &settings, &positional, &error)) {
    case OPTIONS_HELP:
        printf("%s: %s\n\n", policy->name, policy->summary);
        options_help(&table, stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("%s %s\n", PROGRAM, TIDEMARK_VERSION);
        return 0;
    case OPTIONS_WRONG:
        return refuse(error.text, 2);
    case OPTIONS_OK:
        break;
    }
    if (positional > 0)
        return refuse("takes options only; see --help", 2);
    return settings_check(&settings, &error) ? serve(&settings) : refuse(error.text, 2);
}
