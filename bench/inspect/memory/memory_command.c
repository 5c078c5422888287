/* memory_command.c - tidemark memory: where a run's bytes are, layer by layer. */
#include "memory_command.h"

#include "memory_output.h"
#include "options.h"
#include "table.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MOST    120

struct memory_options {
    uint64_t run; /* from 1 */
    bool json;
};

static const struct option option_rows[] = {
    {"run", OPTION_COUNT, offsetof(struct memory_options, run), "N", "which run of the file (1)"},
    {"json", OPTION_FLAG, offsetof(struct memory_options, json), NULL, "prints one JSON object"},
};

static const struct option_table option_table = {
    .usage = "tidemark memory [OPTIONS] RESULT.json",
    .summary =
        "Shows where a server's memory is: from the records in its cache to what the kernel\n"
        "counts, each gap by name, at the start, at the peak and at the end of a run.",
    .details = "examples:\n"
               "  tidemark memory results/lru.json\n"
               "  tidemark memory results/unbounded.json --run 2\n"
               "  tidemark memory results/lru.json --json",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark memory: %s\n", reason);
    return status;
}

static int refuse_file(const char *path, const char *error)
{
    complain(error, 1);
    if (strstr(path, ".jemalloc.json") != NULL)
        fprintf(stderr, "  it looks like jemalloc's statistics: try tidemark jemalloc %s\n", path);
    else
        fprintf(stderr, "  it takes a result of `tidemark bench`, such as results/lru.json\n");
    return 1;
}

static size_t width_find(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MOST ? size.ws_col : WIDTH_MOST;
}

static int run_show(const struct result *result, const struct memory_options *options)
{
    struct error reason;
    if (options->run == 0 || options->run > result->run_count) {
        error_set(&reason, "--run %llu: the file has runs 1 to %zu",
                  (unsigned long long)options->run, result->run_count);
        return complain(result->run_count > 0 ? reason.text : "the file has no runs", 1);
    }
    const struct result_run *run = result->runs[options->run - 1];
    if (run->sample_count == 0) {
        error_set(&reason, "run %llu has no samples%s%.200s", (unsigned long long)options->run,
                  run->reason[0] ? ", it failed: " : "", run->reason);
        return complain(reason.text, 1);
    }
    struct curve curve = {.result = result,
                          .run = options->run - 1,
                          .colours = table_wants_colours(stdout),
                          .width = width_find()};
    if (options->json)
        return curve_json(&curve, stdout) == 0 ? 0 : complain("cannot write", 1);
    curve_print(&curve, stdout);
    return 0;
}

static int file_show(const char *path, const struct memory_options *options)
{
    struct error error;
    struct result *result = result_read(path, &error);
    if (result == NULL)
        return refuse_file(path, error.text);
    int status = run_show(result, options);
    result_destroy(result);
    return status;
}

int memory_command(int argc, char **argv)
{
    struct memory_options options = {.run = 1};
    int positional;
    int status = options_take(&option_table, "tidemark memory", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional != 1)
        return complain("give one result, such as results/lru.json", 2);
    return file_show(argv[1], &options);
}
