/* diagnose_command.c - tidemark diagnose: looks at a live server for a while, then says what ails
 * it.
 */
#include "diagnose_command.h"

#include "clock.h"
#include "console_connection.h"
#include "diagnosis_output.h"
#include "find_server.h"
#include "headroom.h"
#include "interrupt.h"
#include "options.h"
#include "process.h"
#include "units.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS (30 * NS_PER_SECOND) /* with the console, which serves requests first */
#define LOOKS_MOST  1000
#define LOOKS_LEAST 2

struct diagnose_options {
    uint64_t duration_ns, interval_ns;
    bool json;
};

#define FIELD(name) offsetof(struct diagnose_options, name)
static const struct option option_rows[] = {
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME", "looks for so long (10)"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME", "between two looks (250ms)"},
    {"json", OPTION_FLAG, FIELD(json), NULL, "prints one JSON object, as results/README.md says"},
};

static const struct option_table option_table = {
    .usage = "tidemark diagnose [OPTIONS] [PID|PATH|POLICY]",
    .summary = "Looks at one of our servers under load and says what grows, and who holds it.",
    .details =
        "Without an argument it is the one server that runs here. Put it under load meanwhile:\n"
        "growth is told by request, and without requests nothing is said. It asks the server's\n"
        "console, a few times a second, what lives; then the server walks along all references\n"
        "from its cache, connections and requests, a slice at a time, to find what no longer has\n"
        "a holder. Whether it leaks is judged as by `tidemark bench`.\n"
        "\n"
        "The first half of the time counts as warm-up. A cache that has yet to fill, or entries\n"
        "that have yet to expire, are said to fill; look again later, or longer.\n"
        "\n"
        "examples:\n"
        "  tidemark load http://127.0.0.1:8000/users/random --seconds 15 >/dev/null &\n"
        "  tidemark diagnose\n"
        "  tidemark diagnose 4711 --seconds 60 --json | jq .verdict.class,.container,.path",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

struct patient {
    const struct diagnose_options *options;
    struct console_connection *connection;
    struct interrupt interrupt;
    struct console_reply_server server;
    struct look *looks; /* LOOKS_MOST of them */
    size_t count;
    struct lost lost;
    struct error error;
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark diagnose: %s\n", reason);
    return status;
}

/* 0, or -1 and one line in error. */
static int ask(struct patient *patient, const char *statement, const char **text, size_t *bytes)
{
    if (console_connection_query(patient->connection, statement, text, bytes) == CONSOLE_DONE)
        return 0;
    error_set(&patient->error, "%s", console_connection_error(patient->connection));
    return -1;
}

static int look_take(struct patient *patient, struct look *look)
{
    const char *text;
    size_t bytes;
    struct process_figures figures;
    if (ask(patient, HEARD_LOOK, &text, &bytes) < 0 ||
        console_reply_look(text, bytes, look, &patient->server, &patient->error) < 0)
        return -1;
    if (process_read_size((pid_t)patient->server.pid, &figures) == 0) {
        look->sample.rss_bytes = figures.rss_bytes;
        look->sample.vsz_bytes = figures.vsz_bytes;
    }
    return 0;
}

/* False: the user wants to see what there is. */
static bool wait_until(struct patient *patient, uint64_t due_ns)
{
    uint64_t now_ns = clock_ns();
    uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    struct timespec left = {.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
                            .tv_nsec = (long)(left_ns % NS_PER_SECOND)};
    return ppoll(NULL, 0, &left, NULL) == 0 && !atomic_load(&patient->interrupt.raised);
}

static int looks_take(struct patient *patient)
{
    const struct diagnose_options *options = patient->options;
    uint64_t begin_ns = clock_ns(), interval_ns = options->interval_ns;
    if (options->duration_ns / interval_ns >= LOOKS_MOST)
        interval_ns = options->duration_ns / (LOOKS_MOST - 1);
    for (uint64_t at_ns = 0; at_ns <= options->duration_ns && patient->count < LOOKS_MOST;
         at_ns += interval_ns) {
        if (!wait_until(patient, begin_ns + at_ns) && patient->count >= LOOKS_LEAST)
            return 0;
        if (look_take(patient, &patient->looks[patient->count]) < 0)
            return -1;
        patient->count++;
    }
    return 0;
}

/* While the load goes on, so that what is in flight is seen as such. */
static int lost_take(struct patient *patient)
{
    const char *text;
    size_t bytes;
    if (ask(patient, HEARD_LOST, &text, &bytes) < 0)
        return -1;
    return console_reply_lost(text, bytes, &patient->lost, &patient->error);
}

static void patience_ask(const struct patient *patient)
{
    char time[UNITS_TEXT_BYTES];
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "looking for %s; Ctrl-C ends it sooner\n",
                units_format_duration(time, (double)patient->options->duration_ns));
}

static int patient_examine(struct patient *patient)
{
    interrupt_begin(&patient->interrupt);
    patience_ask(patient);
    int status = looks_take(patient);
    interrupt_end(&patient->interrupt);
    return status < 0 ? -1 : lost_take(patient);
}

static int patient_tell(const struct patient *patient)
{
    struct headroom room;
    struct diagnosis *diagnosis = malloc(sizeof *diagnosis);
    int status = 0;
    if (diagnosis == NULL)
        return complain("out of memory", 1);
    headroom_find((pid_t)patient->server.pid, &room);
    diagnosis_make(diagnosis, patient->looks, patient->count, &patient->server.limits,
                   &patient->lost, &room);
    if (patient->options->json)
        status =
            diagnosis_json(diagnosis, &patient->server, &patient->lost, patient->count, stdout);
    else
        diagnosis_show(diagnosis, &patient->server, &patient->lost, patient->count, stdout);
    free(diagnosis);
    return status < 0 ? complain("cannot write the JSON", 1) : 0;
}

static int diagnose(const struct diagnose_options *options, const char *who)
{
    struct found_server server;
    struct error error;
    struct patient patient = {.options = options};
    if (find_server(who, FIND_CONSOLE, &server, &error) < 0)
        return complain(error.text, 1);
    patient.connection = console_connection_open(server.console, PATIENCE_NS, &error);
    if (patient.connection == NULL)
        return complain(error.text, 1);
    patient.looks = calloc(LOOKS_MOST, sizeof *patient.looks);
    int status = patient.looks == NULL           ? complain("out of memory", 1)
                 : patient_examine(&patient) < 0 ? complain(patient.error.text, 1)
                                                 : patient_tell(&patient);
    free(patient.looks);
    console_connection_close(patient.connection);
    return status;
}

int diagnose_command(int argc, char **argv)
{
    struct diagnose_options options = {.duration_ns = 10 * NS_PER_SECOND,
                                       .interval_ns = 250 * NS_PER_MS};
    int positional;
    int status =
        options_take(&option_table, "tidemark diagnose", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional > 1)
        return complain("give one server: its process id, its console's path, or its policy", 2);
    if (options.interval_ns == 0 || options.duration_ns == 0)
        return complain("--seconds and --interval must be more than 0", 2);
    return diagnose(&options, positional == 1 ? argv[1] : NULL);
}
