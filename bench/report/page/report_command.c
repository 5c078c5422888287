/* report_command.c - tidemark report: reads files and folders, writes the page and the figures. */
#include "report_command.h"

#include "change_compare.h"
#include "command.h"
#include "files.h"
#include "options.h"
#include "page.h"
#include "page_path.h"
#include "printable.h"
#include "svg_figures.h"
#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COMMAND      "report"
#define PATH_DEFAULT "report.html"
#define LINE_BYTES   1024
#define TIME_BYTES   32

struct report_options {
    const char *out, *svg;
};

static const struct option option_rows[] = {
    {.kind = OPTION_HEADING, .help = "Output"},
    {"out", OPTION_TEXT, offsetof(struct report_options, out), "FILE",
     "write the page to FILE, short: -o FILE; without it to report.html, unless --svg is given"},
    {"svg", OPTION_TEXT, offsetof(struct report_options, svg), "DIR",
     "write the charts as DIR/NAME.svg, for papers and READMEs; needs gnuplot"},
};

static const struct option_table option_table = {
    .usage = "tidemark report [OPTIONS] RESULTS...",
    .summary = "Writes results as one HTML page that needs no network: which variants leak, which "
               "are bounded and which are fastest beyond noise; memory, speed and latency charts; "
               "hits against memory; the chosen policy; and all raw numbers as downloads.",
    .details = "RESULTS are files or folders. The content says what a file is: a result of "
               "tidemark bench, choose, compare or verdicts, lines of tidemark replay --json, or "
               "the JSON of `micro` (google-benchmark) or hyperfine. With several folders, "
               "the first is taken as before and the last as after, and they are compared as "
               "tidemark compare does.\n"
               "\n"
               "Examples:\n"
               "  tidemark report results/\n"
               "  tidemark report results-before/ results/ -o change.html\n"
               "  tidemark replay trace.txt --curve 20 --json=hits.jsonl\n"
               "  tidemark report results/ hits.jsonl --svg figures/",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

/* The option table knows long names only. */
static void short_names_expand(int argc, char **argv)
{
    static char out[] = "--out";
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-o") == 0)
            argv[i] = out;
}

static void command_line_make(int argc, char **argv, char line[LINE_BYTES])
{
    size_t at = (size_t)snprintf(line, LINE_BYTES, "tidemark");
    for (int i = 0; i < argc && at < LINE_BYTES; i++)
        at += (size_t)snprintf(line + at, LINE_BYTES - at, " %s", argv[i]);
}

static void time_make(char text[TIME_BYTES])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static int page_write(const struct sources *sources, const char *command_line, const char *path)
{
    char *text, size[UNITS_TEXT_BYTES], time[TIME_BYTES];
    struct error error;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    time_make(time);
    page_print(sources, command_line, time, out);
    fclose(out);
    int status = file_write(path, text, bytes, &error);
    free(text);
    if (status != 0)
        return complain(COMMAND, STATUS_UNDECIDED, "%s", error.text);
    if (strcmp(path, "-") != 0)
        printable_print(stdout, "%s: %zu files in a page of %s\n", path, sources->count,
                        units_format_size(size, (double)bytes));
    return STATUS_OK;
}

static bool page_is_wanted(const struct report_options *options)
{
    return options->out != NULL || options->svg == NULL;
}

static const char *page_path(const struct report_options *options)
{
    return options->out != NULL ? options->out : PATH_DEFAULT;
}

static int report_write(const struct sources *sources, const struct report_options *options,
                        const char *command_line)
{
    struct error error;
    int status = STATUS_OK;
    if (page_is_wanted(options))
        status = page_write(sources, command_line, page_path(options));
    if (status == STATUS_OK && options->svg != NULL &&
        svg_figures_write(sources, options->svg, &error) != 0)
        status = complain(COMMAND, STATUS_UNDECIDED, "%s", error.text);
    return status;
}

/* Compares the first folder with the last. The page is written without the comparison if they
 * cannot be compared. */
static void folders_compare(struct sources *sources, char **paths, int count)
{
    struct error error;
    const char *before = NULL, *after = NULL;
    for (int i = 0; i < count; i++)
        if (file_is_folder(paths[i])) {
            before = before != NULL ? before : paths[i];
            after = paths[i];
        }
    if (before == after)
        return;
    json_t *json = change_compare(before, after, &error);
    if (json == NULL) {
        complain(COMMAND, 0, "%s and %s are not compared: %s", before, after, error.text);
        return;
    }
    char *path = xasprintf("%s/compare.json", after);
    sources_add_json(sources, "compare", path, json);
    free(path);
}

static int report_make(char **paths, int count, const struct report_options *options,
                       const char *command_line)
{
    struct sources sources = {.count = 0};
    struct error error;
    int status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++)
        if (sources_add(&sources, paths[i], &error) != 0)
            status = complain(COMMAND, STATUS_USAGE, "%s", error.text);
    for (size_t i = 0; i < sources.left_out_count; i++)
        complain(COMMAND, 0, "%s: left out: %s", sources.left_out[i].path,
                 sources.left_out[i].reason);
    if (status == STATUS_OK && sources.count == 0)
        status = complain(COMMAND, STATUS_USAGE,
                          "%s: no results; `make bench` or `tidemark bench` writes some", paths[0]);
    if (status == STATUS_OK) {
        folders_compare(&sources, paths, count);
        status = report_write(&sources, options, command_line);
    }
    sources_free(&sources);
    return status;
}

int report_command(int argc, char **argv)
{
    struct report_options options = {.out = NULL};
    char command_line[LINE_BYTES];
    int count;
    command_line_make(argc, argv, command_line);
    short_names_expand(argc, argv);
    int status = options_take(&option_table, "tidemark report", argc, argv, &options, &count);
    if (status != OPTIONS_GO_ON)
        return status;
    if (count == 0)
        return complain(COMMAND, STATUS_USAGE, "name the results, such as results/ (see --help)");
    struct error error;
    if (page_is_wanted(&options) && page_path_check(page_path(&options), &error) != 0)
        return complain(COMMAND, STATUS_UNDECIDED, "%s", error.text);
    return report_make(argv + 1, count, &options, command_line);
}
