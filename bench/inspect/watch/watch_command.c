/* watch_command.c - tidemark watch: options, and the loop that looks. */
#include "watch_command.h"

#include "clock.h"
#include "counter.h"
#include "interrupt.h"
#include "memory.h"
#include "options.h"
#include "screen.h"
#include "table.h"
#include "units.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_DEFAULT_NS (100 * NS_PER_MS)
#define INTERVAL_MIN_NS     (5 * NS_PER_MS)
#define ROLLUP_NS           NS_PER_SECOND /* between two of its costly looks */
#define FRAME_NS            (250 * NS_PER_MS)
#define LINE_NS             NS_PER_SECOND
#define PATIENCE_NS         (100 * NS_PER_MS) /* until Ctrl-C is seen */
#define LINE_WIDTH          80
#define LINE_HEIGHT         24

struct watch_options {
    uint64_t duration_ns, interval_ns, limit_bytes;
    const char *url, *counter;
    bool json;
};

#define FIELD(name) offsetof(struct watch_options, name)
static const struct option option_rows[] = {
    {"seconds", OPTION_DURATION, FIELD(duration_ns), "TIME", "ends after so long (until it ends)"},
    {"interval", OPTION_DURATION, FIELD(interval_ns), "TIME", "between two samples (100ms)"},
    {"limit", OPTION_SIZE, FIELD(limit_bytes), "SIZE", "says when rss will reach it, as 2GiB"},
    {"url", OPTION_TEXT, FIELD(url), "URL", "where the program counts its requests"},
    {"counter", OPTION_TEXT, FIELD(counter), "NAME",
     "a key there, or a Prometheus metric (requests)"},
    {"json", OPTION_FLAG, FIELD(json), NULL, "prints one JSON object at the end, with all samples"},
};

static const struct option_table option_table = {
    .usage = "tidemark watch [OPTIONS] PID",
    .summary = "Watches the memory of a running process, draws it, and says whether it grows.",
    .details =
        "What it shows, from /proc (nothing is asked of the process itself):\n"
        "  rss        memory in use now, as top shows it\n"
        "  pss        the same, what is shared with others counted in part; once a second\n"
        "  anonymous  heap and stacks, no files: where a leak shows first; once a second\n"
        "  vsz        addresses, whether or not there is memory behind them\n"
        "\n"
        "The first half counts as warm-up, the second is judged, as `tidemark bench` does: a\n"
        "process grows only if that is beyond doubt (99.9 %) and goes on all the time. So a\n"
        "short watch says `undecided`, a long one knows. With --url, growth is in bytes per\n"
        "request, which holds for any load; without, in bytes per second, for this load alone.\n"
        "\n"
        "On a terminal the chart is redrawn in place, Ctrl-C ends it; else there is one line a\n"
        "second. Both end with the figures and the verdict.\n"
        "\n"
        "examples:\n"
        "  tidemark watch $(pidof redis-server) --limit 2GiB\n"
        "  tidemark watch 4711 --seconds 60 --url http://127.0.0.1:8000/stats\n"
        "  tidemark watch 4711 --url http://127.0.0.1:9090/metrics --counter http_requests_total",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

struct watch {
    const struct watch_options *options;
    struct series *series;
    struct scene scene;
    struct counter *counter; /* NULL: time is the x axis */
    uint64_t counter_first, counter_last;
    struct interrupt interrupt;
    struct screen screen;
    bool drawn; /* on a terminal */
    int pidfd;
    uint64_t begin_ns, rollup_ns, show_ns; /* the latter: when it is due next */
    struct process_rollup rollup;
    struct error error;
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark watch: %s\n", reason);
    return status;
}

static bool process_ended(const struct watch *watch, uint64_t patience_ns)
{
    struct pollfd wait = {.fd = watch->pidfd, .events = POLLIN};
    struct timespec patience = {.tv_sec = (time_t)(patience_ns / NS_PER_SECOND),
                                .tv_nsec = (long)(patience_ns % NS_PER_SECOND)};
    return ppoll(&wait, 1, &patience, NULL) > 0;
}

static void name_read(pid_t pid, char name[SCREEN_NAME_BYTES])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(name, SCREEN_NAME_BYTES, file) == NULL)
        snprintf(name, SCREEN_NAME_BYTES, "?");
    if (file != NULL)
        fclose(file);
    for (; *name != '\0'; name++)
        if (*name < ' ' || *name > '~')
            *name = *name == '\n' ? '\0' : '?';
}

/* A counter that does not answer for once stays where it was; so does one that falls. */
static uint64_t counter_look(struct watch *watch)
{
    uint64_t value;
    if (watch->counter != NULL && counter_read(watch->counter, &value, &watch->error) == 0 &&
        value > watch->counter_last)
        watch->counter_last = value;
    return watch->counter_last - watch->counter_first;
}

/* 0, or -1 when there is nothing left to look at. */
static int sample_take(struct watch *watch)
{
    struct series_sample sample = {.time_ns = clock_ns() - watch->begin_ns};
    if (process_read(watch->scene.pid, &sample.process) < 0)
        return -1;
    sample.count = counter_look(watch);
    if (sample.time_ns >= watch->rollup_ns) {
        sample.rolled = process_read_rollup(watch->scene.pid, &watch->rollup) == 0;
        watch->rollup_ns = sample.time_ns + ROLLUP_NS;
    }
    sample.rollup = watch->rollup;
    /* A process that has just ended has no memory. */
    if (process_ended(watch, 0))
        return -1;
    series_add(watch->series, &sample);
    return 0;
}

static void watch_show(struct watch *watch)
{
    uint64_t now_ns = clock_ns();
    if (watch->options->json || now_ns < watch->show_ns)
        return;
    if (watch->drawn)
        screen_draw(&watch->screen, &watch->scene);
    else
        scene_line(&watch->scene, stdout);
    watch->show_ns += watch->drawn ? FRAME_NS : LINE_NS;
    if (watch->show_ns < now_ns)
        watch->show_ns = now_ns;
}

/* Waits until then. Why the watch ends, or NULL. */
static const char *watch_wait(struct watch *watch, uint64_t until_ns)
{
    uint64_t duration_ns = watch->options->duration_ns;
    for (;;) {
        uint64_t now_ns = clock_ns();
        if (atomic_load(&watch->interrupt.raised))
            return "watch interrupted";
        if (duration_ns > 0 && now_ns - watch->begin_ns >= duration_ns)
            return "watch over";
        if (now_ns >= until_ns)
            return NULL;
        uint64_t left_ns = until_ns - now_ns;
        if (process_ended(watch, left_ns < PATIENCE_NS ? left_ns : PATIENCE_NS))
            return "the process ended";
    }
}

static void watch_loop(struct watch *watch)
{
    uint64_t next_ns = watch->begin_ns;
    while (watch->scene.ended == NULL) {
        if (sample_take(watch) < 0) {
            watch->scene.ended = "the process ended";
            return;
        }
        watch_show(watch);
        next_ns += watch->options->interval_ns;
        if (next_ns < clock_ns()) /* a slow look does not make up for lost time */
            next_ns = clock_ns();
        watch->scene.ended = watch_wait(watch, next_ns);
    }
}

static int watch_finish(struct watch *watch)
{
    if (watch->series->offered == 0)
        return complain("the process ended before it could be looked at", 1);
    if (watch->options->json)
        return scene_json(&watch->scene, stdout) < 0;
    if (watch->drawn)
        screen_draw(&watch->screen, &watch->scene);
    else
        scene_print(&watch->scene, stdout);
    return 0;
}

static int watch_run(struct watch *watch)
{
    watch->drawn = isatty(STDOUT_FILENO) && !watch->options->json;
    watch->scene.colours = table_wants_colours(stdout);
    watch->scene.width = LINE_WIDTH;
    watch->scene.height = LINE_HEIGHT;
    interrupt_begin(&watch->interrupt);
    if (watch->drawn)
        screen_begin(&watch->screen, stdout);
    watch->begin_ns = watch->show_ns = clock_ns();
    watch_loop(watch);
    int status = watch_finish(watch);
    if (watch->drawn)
        screen_end(&watch->screen);
    interrupt_end(&watch->interrupt);
    return status;
}

/* 0, or -1 and one line in the watch's error. */
static int watch_open(struct watch *watch)
{
    const struct watch_options *options = watch->options;
    struct process_figures figures;
    pid_t pid = watch->scene.pid;
    watch->pidfd = pidfd_open(pid, 0);
    if (watch->pidfd < 0 || process_read(pid, &figures) < 0) {
        error_set(&watch->error, "process %ld: %s", (long)pid,
                  errno == ENOENT ? strerror(ESRCH) : strerror(errno));
        return -1;
    }
    if (figures.vsz_bytes == 0) {
        error_set(&watch->error,
                  "process %ld has no memory of its own: it belongs to the kernel, or has ended",
                  (long)pid);
        return -1;
    }
    name_read(pid, watch->scene.name);
    if (options->url == NULL)
        return 0;
    watch->counter = counter_open(options->url, options->counter, &watch->error);
    if (watch->counter == NULL ||
        counter_read(watch->counter, &watch->counter_first, &watch->error) < 0)
        return -1;
    watch->counter_last = watch->counter_first;
    return 0;
}

static int watch_process(pid_t pid, const struct watch_options *options)
{
    struct memory_zone *zone = memory_zone_create();
    struct series *series = memory_alloc(zone, sizeof *series);
    struct watch watch = {
        .options = options,
        .series = series,
        .scene = {.pid = pid, .series = series, .limit_bytes = options->limit_bytes},
        .pidfd = -1};
    series_begin(series, options->url != NULL);
    int status = watch_open(&watch) < 0 ? complain(watch.error.text, 1) : watch_run(&watch);
    counter_close(watch.counter);
    if (watch.pidfd >= 0)
        close(watch.pidfd);
    memory_free(series);
    memory_zone_destroy(zone);
    return status;
}

static int pid_parse(const char *text, pid_t *pid)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value <= 0 || value > INT32_MAX)
        return -1;
    *pid = (pid_t)value;
    return 0;
}

int watch_command(int argc, char **argv)
{
    struct watch_options options = {.interval_ns = INTERVAL_DEFAULT_NS};
    int positional;
    pid_t pid;
    int status = options_take(&option_table, "tidemark watch", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional != 1 || pid_parse(argv[1], &pid) < 0)
        return complain("give one process, by its number: tidemark watch 4711", 2);
    if (options.counter != NULL && options.url == NULL)
        return complain("--counter needs the --url where it is", 2);
    if (options.interval_ns < INTERVAL_MIN_NS)
        return complain("--interval must be 5ms or more", 2);
    if (options.counter == NULL)
        options.counter = "requests";
    return watch_process(pid, &options);
}
