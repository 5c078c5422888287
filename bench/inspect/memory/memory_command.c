/* memory_command.c - tidemark memory: its options, and the choice of a run. */
#include "memory_command.h"

#include "command.h"
#include "memory_output.h"
#include "options.h"
#include "options_help.h"
#include "table.h"

#include <string.h>

struct memory_options {
    uint64_t run; /* from 1 */
    const char *json;
};

static const struct memory_options option_defaults = {.run = 1};

static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"run", OPTION_COUNT, offsetof(struct memory_options, run), "N",
     "show the Nth run of the file"},
    {"json", OPTION_OUTPUT, offsetof(struct memory_options, json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark memory [OPTIONS] RESULT.json",
    .summary = "Shows where a server's memory was during a run of `tidemark bench`: layer by layer "
               "from the records in its cache to the RSS, with a name for every difference, at the "
               "start, at the peak and at the end.",
    .details = "Examples:\n"
               "  tidemark memory results/lru.json\n"
               "  tidemark memory results/unbounded.json --run 2\n"
               "  tidemark memory results/lru.json --json",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .defaults = &option_defaults,
};

static int run_show(const struct result *result, const struct memory_options *options)
{
    struct error error;
    unsigned long long number = options->run;
    if (number == 0 || number > result->run_count)
        return complain("memory", STATUS_USAGE, "--run %llu: the file has %zu runs", number,
                        result->run_count);
    const struct result_run *run = result->runs[number - 1];
    if (run->sample_count == 0)
        return complain("memory", STATUS_USAGE, "run %llu has no samples%s%s", number,
                        run->reason[0] ? ": it failed: " : "", run->reason);
    struct memory_view view = {.result = result,
                               .run = number - 1,
                               .colours = table_wants_colours(stdout),
                               .width = (size_t)text_width(stdout)};
    if (options->json == NULL || strcmp(options->json, "-") != 0)
        memory_print(&view, stdout);
    if (options->json != NULL && json_write(memory_json(&view), options->json, &error) < 0)
        return complain("memory", STATUS_UNDECIDED, "%s", error.text);
    return STATUS_OK;
}

static int file_show(const char *path, const struct memory_options *options)
{
    struct error error;
    struct result *result = result_read(path, &error);
    if (result == NULL && strstr(path, ".jemalloc.json") != NULL)
        return complain("memory", STATUS_USAGE,
                        "%s; this looks like jemalloc's statistics: try tidemark jemalloc %s",
                        error.text, path);
    if (result == NULL)
        return complain("memory", STATUS_USAGE,
                        "%s; give a result of `tidemark bench`, such as results/lru.json",
                        error.text);
    int status = run_show(result, options);
    result_destroy(result);
    return status;
}

int memory_command(int argc, char **argv)
{
    struct memory_options options = option_defaults;
    int positional;
    int status = options_take(&option_table, "tidemark memory", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional != 1)
        return complain("memory", STATUS_USAGE, "give one result, such as results/lru.json");
    return file_show(argv[1], &options);
}
