/* diagnose_command.c - tidemark diagnose: takes snapshots of a running server and explains them. */
#include "diagnose_command.h"

#include "clock.h"
#include "command.h"
#include "console_connection.h"
#include "diagnosis_output.h"
#include "find_server.h"
#include "interrupt.h"
#include "options.h"
#include "printable.h"
#include "process.h"
#include "table.h"
#include "xmalloc.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_NS    (30 * NS_PER_SECOND) /* of the console, which serves requests first */
#define SNAPSHOTS_MAX 1000
#define SNAPSHOTS_MIN 2

struct diagnose_options {
    uint64_t duration_ns, interval_ns;
    const char *json;
};

static const struct diagnose_options option_defaults = {.duration_ns = 10 * NS_PER_SECOND,
                                                        .interval_ns = 250 * NS_PER_MS};

#define FIELD(name) offsetof(struct diagnose_options, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Snapshots"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME", "take snapshots for this time"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME", "time between two snapshots"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark diagnose [OPTIONS] [PID|PATH|POLICY]",
    .summary = "Examines one of our servers under load and says what grows in it, what holds it, "
               "and what to do. The server is given by its process id, its console's socket or "
               "its policy. Without an argument, the one running server is used.",
    .details =
        "Put the server under load meanwhile: growth is measured per request, and without requests "
        "there is no verdict. This command asks the server's console several times a second for "
        "its live objects. At the end the server follows all references from its cache, "
        "connections and requests, in slices, to find objects that nothing holds. Whether it "
        "leaks is judged by the rules of `tidemark bench`.\n"
        "\n"
        "The first half of the time counts as warm-up. If the cache is not full yet, or entries "
        "have not expired yet, the answer is `warming`: try again later, or for longer. Ctrl-C "
        "ends the snapshots early.\n"
        "\n"
        "Examples:\n"
        "  tidemark load http://127.0.0.1:8000/users/random --seconds 15 >/dev/null &\n"
        "  tidemark diagnose\n"
        "  tidemark diagnose 4711 --seconds 60 --json | jq .verdict.class,.container,.path",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .defaults = &option_defaults,
};

struct examination {
    const struct diagnose_options *options;
    struct console_connection *connection;
    struct interrupt interrupt;
    struct console_reply_server server;
    struct snapshot *snapshots; /* SNAPSHOTS_MAX of them */
    size_t count;
    struct unreachable unreachable;
    struct error error;
};

/* Runs a statement in the server. 0, or -1 and one line in error. */
static int statement_run(struct examination *examination, const char *statement, const char **text,
                         size_t *bytes)
{
    if (console_connection_query(examination->connection, statement, text, bytes) == CONSOLE_DONE)
        return 0;
    return error_set(&examination->error, "%s", console_connection_error(examination->connection));
}

static int snapshot_take(struct examination *examination, struct snapshot *snapshot)
{
    const char *text;
    size_t bytes;
    struct process_figures figures;
    if (statement_run(examination, CONSOLE_SNAPSHOT, &text, &bytes) < 0 ||
        console_reply_snapshot(text, bytes, snapshot, &examination->server, &examination->error) <
            0)
        return -1;
    if (process_read_size((pid_t)examination->server.pid, &figures) == 0) {
        snapshot->sample.rss_bytes = figures.rss_bytes;
        snapshot->sample.vsz_bytes = figures.vsz_bytes;
    }
    return 0;
}

/* False: interrupted. */
static bool wait_until(struct examination *examination, uint64_t due_ns)
{
    uint64_t now_ns = clock_ns();
    uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    struct timespec left = {.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
                            .tv_nsec = (long)(left_ns % NS_PER_SECOND)};
    return ppoll(NULL, 0, &left, NULL) == 0 && !atomic_load(&examination->interrupt.raised);
}

static int snapshots_take(struct examination *examination)
{
    const struct diagnose_options *options = examination->options;
    uint64_t begin_ns = clock_ns(), interval_ns = options->interval_ns;
    if (options->duration_ns / interval_ns >= SNAPSHOTS_MAX)
        interval_ns = options->duration_ns / (SNAPSHOTS_MAX - 1);
    for (uint64_t at_ns = 0; at_ns <= options->duration_ns && examination->count < SNAPSHOTS_MAX;
         at_ns += interval_ns) {
        if (!wait_until(examination, begin_ns + at_ns) && examination->count >= SNAPSHOTS_MIN)
            return 0;
        if (snapshot_take(examination, &examination->snapshots[examination->count]) < 0)
            return -1;
        examination->count++;
    }
    return 0;
}

/* Runs while the load goes on, so that requests in flight count as roots. */
static int unreachable_find(struct examination *examination)
{
    const char *text;
    size_t bytes;
    if (statement_run(examination, CONSOLE_UNREACHABLE, &text, &bytes) < 0)
        return -1;
    return console_reply_unreachable(text, bytes, &examination->unreachable, &examination->error);
}

static int server_examine(struct examination *examination)
{
    char time[UNITS_TEXT_BYTES];
    if (interrupt_begin(&examination->interrupt, &examination->error) < 0)
        return -1;
    if (isatty(STDERR_FILENO))
        printable_print(stderr, "taking snapshots for %s; Ctrl-C ends this early\n",
                        units_format_duration(time, (double)examination->options->duration_ns));
    int status = snapshots_take(examination);
    interrupt_end(&examination->interrupt);
    return status < 0 ? -1 : unreachable_find(examination);
}

/* 0, or -1 and one line in error: the JSON could not be written. */
static int diagnosis_show(struct examination *examination)
{
    const char *json = examination->options->json;
    struct headroom headroom;
    struct diagnosis *diagnosis = xmalloc(sizeof *diagnosis);
    headroom_find((pid_t)examination->server.pid, &headroom);
    diagnosis_make(diagnosis, examination->snapshots, examination->count,
                   &examination->server.limits, &examination->unreachable, &headroom);
    const struct diagnosis_page page = {diagnosis, &examination->server, &examination->unreachable,
                                        examination->count, table_wants_colours(stdout)};
    if (json == NULL || strcmp(json, "-") != 0)
        diagnosis_print(&page, stdout);
    int status = json ? json_write(diagnosis_json(&page), json, &examination->error) : 0;
    free(diagnosis);
    return status;
}

static int diagnose(const struct diagnose_options *options, const char *name)
{
    struct found_server server;
    struct examination examination = {.options = options};
    if (find_server(name, FIND_CONSOLE, &server, &examination.error) < 0)
        return complain("diagnose", STATUS_USAGE, "%s", examination.error.text);
    examination.connection =
        console_connection_open(server.console, TIMEOUT_NS, &examination.error);
    if (examination.connection == NULL)
        return complain("diagnose", STATUS_USAGE, "%s", examination.error.text);
    examination.snapshots = xcalloc(SNAPSHOTS_MAX, sizeof *examination.snapshots);
    int status = STATUS_OK;
    if (server_examine(&examination) < 0 || diagnosis_show(&examination) < 0)
        status = complain("diagnose", STATUS_UNDECIDED, "%s", examination.error.text);
    free(examination.snapshots);
    console_connection_close(examination.connection);
    return status;
}

int diagnose_command(int argc, char **argv)
{
    struct diagnose_options options = option_defaults;
    int positional;
    int status =
        options_take(&option_table, "tidemark diagnose", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional > 1)
        return complain("diagnose", STATUS_USAGE,
                        "give one server: its process id, its console's socket, or its policy");
    if (options.interval_ns == 0 || options.duration_ns == 0)
        return complain("diagnose", STATUS_USAGE, "--seconds and --interval must be more than 0");
    return diagnose(&options, positional == 1 ? argv[1] : NULL);
}
