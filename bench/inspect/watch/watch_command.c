/* watch_command.c - tidemark watch: its options, and the loop that takes samples. */
#include "watch_command.h"

#include "clock.h"
#include "command.h"
#include "counter.h"
#include "files.h"
#include "find_server.h"
#include "interrupt.h"
#include "options.h"
#include "process_tree.h"
#include "screen.h"
#include "table.h"
#include "xmalloc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define INTERVAL_MIN_NS (5 * NS_PER_MS)
#define TREE_NS         NS_PER_SECOND /* between two searches for new processes */
#define FRAME_NS        (250 * NS_PER_MS)
#define LINE_NS         NS_PER_SECOND
#define POLL_NS         (100 * NS_PER_MS) /* the longest time until Ctrl-C is noticed */
#define PLAIN_WIDTH     80                /* of the chart where the output is no terminal */
#define PLAIN_HEIGHT    24

struct watch_options {
    uint64_t duration_ns, interval_ns, limit_bytes;
    const char *url, *counter, *fail_on, *json;
};

static const struct watch_options option_defaults = {.interval_ns = 100 * NS_PER_MS,
                                                     .counter = "requests"};

#define FIELD(name) offsetof(struct watch_options, name)
static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "What to watch"},
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME",
     "stop after this time; otherwise when the process ends or at Ctrl-C"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME", "time between two samples"},
    {"url", OPTION_TEXT, FIELD(url), "URL",
     "read the number of requests here (JSON or Prometheus text) and give growth per request"},
    {"counter", OPTION_TEXT, FIELD(counter), "NAME",
     "name of that number: a JSON key such as cache.misses, or a Prometheus metric"},
    {NULL, OPTION_HEADING, 0, NULL, "Judgement"},
    {"limit", OPTION_SIZE, FIELD(limit_bytes), "SIZE",
     "print when rss will reach this size, such as 2GiB"},
    {"fail-on", OPTION_TEXT, FIELD(fail_on), "leak",
     "exit with status 1 if the process grows, and with 3 if that is undecided, or if there was "
     "no activity"},
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark watch [OPTIONS] [PID|PATH|POLICY]",
    .summary =
        "Draws the memory of a running process and says whether it grows. The process may be any "
        "program, given by its process id, or one of our servers, given by its console's socket "
        "or its policy. Without an argument, the one running server is used.",
    .details =
        "The figures come from /proc, of the process and all that it started, together:\n"
        "  rss        memory in use now, without lazily freed pages (MADV_FREE)\n"
        "  pss        the same, but pages shared with others count in part\n"
        "  anonymous  heap and stacks, without files: a leak shows here first\n"
        "  vsz        address space, whether or not there is memory behind it\n"
        "\n"
        "The first half of the samples counts as warm-up, the second half is judged by the rules "
        "of `tidemark bench`: the process grows if the 99.9 % interval of its slope lies above 0 "
        "and the growth goes on throughout. On a terminal it is judged after 5 s, 10 s, 20 s, ... "
        "and at the end, with intervals wide enough for so many looks. A short watch ends "
        "`undecided`, one of an idle process "
        "`no activity`. One line each tells which of descriptors, threads, address space and page "
        "tables grow, too. Growth per request "
        "(--url) holds for any load, growth per second only for the load at that time.\n"
        "\n"
        "On a terminal the chart is redrawn in place; elsewhere one line is printed per second. "
        "Both end with the figures and the verdict.\n"
        "\n"
        "Examples:\n"
        "  tidemark watch $(pidof redis-server) --limit 2GiB\n"
        "  tidemark watch lru --seconds 60 --url http://127.0.0.1:8000/stats\n"
        "  tidemark watch 4711 --url http://127.0.0.1:9090/metrics --counter http_requests_total",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .defaults = &option_defaults,
};

struct watch {
    const struct watch_options *options;
    struct series series;
    struct view view;
    struct counter *counter; /* NULL: growth is per second */
    uint64_t counter_first, counter_last;
    struct interrupt interrupt;
    struct screen screen;
    bool quiet;       /* prints nothing but JSON */
    bool on_terminal; /* redraws the chart */
    int pidfd;
    uint64_t begin_ns;
    uint64_t rollup_due_ns, tree_due_ns; /* since the begin */
    uint64_t show_due_ns;
    struct process_tree tree; /* what the process started, and so on */
    struct process_rollup rollup;
    struct error error;
};

/* Waits up to wait_ns for the end of the process. True: it has ended. */
static bool process_ended(const struct watch *watch, uint64_t wait_ns)
{
    struct pollfd end = {.fd = watch->pidfd, .events = POLLIN};
    struct timespec wait = {.tv_sec = (time_t)(wait_ns / NS_PER_SECOND),
                            .tv_nsec = (long)(wait_ns % NS_PER_SECOND)};
    return ppoll(&end, 1, &wait, NULL) > 0;
}

/* The program's name; characters that are not printable ASCII become '?'. */
static void name_read(pid_t pid, char name[VIEW_NAME_BYTES])
{
    char path[64];
    size_t bytes;
    struct error ignored;
    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    char *text = file_read(path, 4096, &bytes, &ignored);
    snprintf(name, VIEW_NAME_BYTES, "%.*s", text ? (int)strcspn(text, "\n") : 1, text ? text : "?");
    free(text);
    for (; *name != '\0'; name++)
        if (*name < ' ' || *name > '~')
            *name = '?';
}

/* The requests since the watch began. If the counter cannot be read or falls, its last value
 * counts.
 */
static uint64_t requests_read(struct watch *watch)
{
    uint64_t value;
    if (watch->counter != NULL && counter_read(watch->counter, &value, &watch->error) == 0 &&
        value > watch->counter_last)
        watch->counter_last = value;
    return watch->counter_last - watch->counter_first;
}

/* True: the rollup of the process could be read. */
static bool rollup_read(struct watch *watch, uint64_t time_ns)
{
    struct process_rollup children;
    uint64_t begin_ns = clock_ns();
    bool permitted = process_read_rollup(watch->view.pid, &watch->rollup) == 0;
    process_tree_read_rollup(&watch->tree, &children);
    process_rollup_add(&watch->rollup, &children);
    watch->rollup_due_ns = time_ns + process_rollup_wait_ns(clock_ns() - begin_ns);
    return permitted;
}

/* What the process and all that it started use now. 0, or -1: the process has ended. */
static int figures_read(struct watch *watch, struct series_sample *sample)
{
    struct process_figures children;
    if (sample->time_ns >= watch->tree_due_ns) {
        process_tree_find(&watch->tree, watch->view.pid);
        watch->tree_due_ns = sample->time_ns + TREE_NS;
    }
    if (process_read(watch->view.pid, &sample->process) < 0)
        return -1;
    sample->process.cpu_ns = process_cpu_ns(watch->view.pid);
    sample->processes = 1 + watch->tree.count;
    process_tree_read(&watch->tree, &children);
    process_figures_add(&sample->process, &children);
    return 0;
}

/* 0, or -1: the process has ended. */
static int sample_take(struct watch *watch)
{
    struct series_sample sample = {.time_ns = clock_ns() - watch->begin_ns};
    if (figures_read(watch, &sample) < 0)
        return -1;
    sample.requests = requests_read(watch);
    if (sample.time_ns >= watch->rollup_due_ns)
        sample.has_rollup = rollup_read(watch, sample.time_ns);
    sample.rollup = watch->rollup;
    process_figures_correct(&sample.process, &sample.rollup);
    if (process_ended(watch, 0)) /* then the figures may be 0 */
        return -1;
    series_add(&watch->series, &sample);
    return 0;
}

static void watch_show(struct watch *watch)
{
    uint64_t now_ns = clock_ns();
    if (watch->quiet || now_ns < watch->show_due_ns)
        return;
    if (watch->on_terminal) {
        series_look(&watch->series);
        screen_draw(&watch->screen, &watch->view);
    } else {
        view_print_line(&watch->view, stdout);
    }
    watch->show_due_ns += watch->on_terminal ? FRAME_NS : LINE_NS;
    if (watch->show_due_ns < now_ns)
        watch->show_due_ns = now_ns;
}

/* Waits until until_ns. NULL, or why the watch ends. */
static const char *watch_wait(struct watch *watch, uint64_t until_ns)
{
    uint64_t duration_ns = watch->options->duration_ns;
    for (;;) {
        uint64_t now_ns = clock_ns();
        if (atomic_load(&watch->interrupt.raised))
            return "watch interrupted";
        if (duration_ns > 0 && now_ns - watch->begin_ns >= duration_ns)
            return "time is up";
        if (now_ns >= until_ns)
            return NULL;
        uint64_t left_ns = until_ns - now_ns;
        if (process_ended(watch, left_ns < POLL_NS ? left_ns : POLL_NS))
            return "the process ended";
    }
}

static void watch_loop(struct watch *watch)
{
    uint64_t next_ns = watch->begin_ns;
    while (watch->view.ended == NULL) {
        if (sample_take(watch) < 0) {
            watch->view.ended = "the process ended";
            return;
        }
        watch_show(watch);
        next_ns += watch->options->interval_ns;
        if (next_ns < clock_ns()) /* samples that were missed are not caught up */
            next_ns = clock_ns();
        watch->view.ended = watch_wait(watch, next_ns);
    }
}

static int gate_status(const struct watch *watch)
{
    struct series_verdict verdict;
    series_judge(&watch->series, watch->options->limit_bytes, &verdict);
    if (watch->options->fail_on == NULL)
        return STATUS_OK;
    return verdict.growing                    ? STATUS_BAD
           : verdict.class == VERDICT_BOUNDED ? STATUS_OK
                                              : STATUS_UNDECIDED;
}

static int watch_finish(struct watch *watch)
{
    if (watch->series.added == 0)
        return complain("watch", STATUS_UNDECIDED, "the process ended before the first sample");
    series_end(&watch->series);
    if (watch->on_terminal)
        screen_draw(&watch->screen, &watch->view);
    else if (!watch->quiet)
        view_print(&watch->view, stdout);
    if (watch->options->json != NULL &&
        json_write(view_json(&watch->view), watch->options->json, &watch->error) < 0)
        return complain("watch", STATUS_UNDECIDED, "%s", watch->error.text);
    return gate_status(watch);
}

static int watch_run(struct watch *watch)
{
    if (interrupt_begin(&watch->interrupt, &watch->error) != 0)
        return complain("watch", STATUS_UNDECIDED, "%s", watch->error.text);
    if (watch->on_terminal)
        screen_begin(&watch->screen, stdout);
    watch->begin_ns = watch->show_due_ns = clock_ns();
    watch_loop(watch);
    int status = watch_finish(watch);
    if (watch->on_terminal)
        screen_end(&watch->screen);
    interrupt_end(&watch->interrupt);
    return status;
}

static int process_open(struct watch *watch)
{
    struct process_figures figures;
    pid_t pid = watch->view.pid;
    watch->pidfd = pidfd_open(pid, 0);
    if (watch->pidfd < 0 || process_read(pid, &figures) < 0)
        return error_set(&watch->error, "process %ld: %s", (long)pid,
                         strerror(errno == ENOENT ? ESRCH : errno));
    if (figures.vsz_bytes == 0)
        return error_set(&watch->error,
                         "process %ld has no memory of its own: it is part of the kernel, or has "
                         "ended",
                         (long)pid);
    name_read(pid, watch->view.name);
    return 0;
}

static int counter_begin(struct watch *watch)
{
    const struct watch_options *options = watch->options;
    if (options->url == NULL)
        return 0;
    watch->counter = counter_open(options->url, options->counter, &watch->error);
    if (watch->counter == NULL)
        return -1;
    int status = counter_read(watch->counter, &watch->counter_first, &watch->error);
    watch->counter_last = watch->counter_first;
    watch->view.counter_series = counter_series(watch->counter);
    return status;
}

static int process_watch(pid_t pid, const struct watch_options *options)
{
    struct watch *watch = xcalloc(1, sizeof *watch);
    watch->options = options;
    watch->quiet = options->json != NULL && strcmp(options->json, "-") == 0;
    watch->on_terminal = isatty(STDOUT_FILENO) && !watch->quiet;
    watch->view = (struct view){.pid = pid,
                                .series = &watch->series,
                                .limit_bytes = options->limit_bytes,
                                .colours = table_wants_colours(stdout),
                                .width = PLAIN_WIDTH,
                                .height = PLAIN_HEIGHT};
    series_init(&watch->series, options->url != NULL);
    int status = process_open(watch) < 0 || counter_begin(watch) < 0
                     ? complain("watch", STATUS_USAGE, "%s", watch->error.text)
                     : watch_run(watch);
    counter_close(watch->counter);
    process_tree_release(&watch->tree);
    if (watch->pidfd >= 0)
        close(watch->pidfd);
    free(watch);
    return status;
}

int watch_command(int argc, char **argv)
{
    struct watch_options options = option_defaults;
    struct found_server server;
    struct error error;
    int positional;
    int status = options_take(&option_table, "tidemark watch", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional > 1)
        return complain("watch", STATUS_USAGE,
                        "give one process: its id, its console's socket, or its policy");
    if (options.counter != option_defaults.counter && options.url == NULL)
        return complain("watch", STATUS_USAGE, "--counter needs --url, which says where it is");
    if (options.interval_ns < INTERVAL_MIN_NS)
        return complain("watch", STATUS_USAGE, "--interval must be 5ms or more");
    if (options.fail_on != NULL && strcmp(options.fail_on, "leak") != 0)
        return complain("watch", STATUS_USAGE, "--fail-on takes 'leak', not '%s'", options.fail_on);
    if (file_check_writable(options.json, &error) < 0)
        return complain("watch", STATUS_UNDECIDED, "%s", error.text);
    if (find_server(positional == 1 ? argv[1] : NULL, FIND_PROCESS, &server, &error) < 0)
        return complain("watch", STATUS_USAGE, "%s", error.text);
    return process_watch(server.pid, &options);
}
