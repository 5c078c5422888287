/* report_command.c - tidemark report: reads files and folders, writes the page. */
#include "report_command.h"

#include "change_compare.h"
#include "options.h"
#include "page.h"
#include "result.h"
#include "svg_figures.h"
#include "units.h"

#include "files.h"
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PATH_DEFAULT "report.html"
#define LINE_BYTES   1024
#define TIME_BYTES   32

struct report_options {
    const char *out, *svg; /* NULL: not given */
};

static const struct option option_rows[] = {
    {"out", OPTION_TEXT, offsetof(struct report_options, out), "FILE",
     "the page (report.html, unless there is --svg); -o FILE is short for it"},
    {"svg", OPTION_TEXT, offsetof(struct report_options, svg), "DIR",
     "writes the charts as DIR/NAME.svg, for papers and READMEs; needs gnuplot"},
};

static const struct option_table option_table = {
    .usage = "tidemark report [OPTIONS] RESULTS...",
    .summary =
        "Writes results as one page that opens without a network: what was measured, who leaks,\n"
        "who is bounded, who is fastest beyond noise; memory curves, speed and latency, hits\n"
        "against memory, the choice of a policy, and every raw number to download.",
    .details =
        "RESULTS are files, or folders of them. What a file is, its content says: results of\n"
        "tidemark bench, lines of tidemark replay --json, what tidemark choose and verdicts say,\n"
        "and the timings of micro (google-benchmark) and of hyperfine. Several folders are laid\n"
        "over each other, as before and after, and tested as tidemark compare does.\n\n"
        "examples:\n"
        "  tidemark report results/\n"
        "  tidemark report results-before/ results/ -o change.html\n"
        "  tidemark replay trace.txt --curve 20 --json > hits.jsonl\n"
        "  tidemark report results/ hits.jsonl --svg figures/",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark report: %s\n", reason);
    return status;
}

static int complain_about(const char *path, const char *reason)
{
    fprintf(stderr, "tidemark report: %s: %s\n", path, reason);
    return 1;
}

/* -o is what everybody types; the table knows long names only. */
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
    FILE *out = open_memstream(&text, &bytes);
    if (out == NULL)
        abort();
    time_make(time);
    page_print(sources, command_line, time, out);
    if (fclose(out) != 0)
        abort();
    int status = file_write(path, text, bytes, &error);
    free(text);
    if (status != 0)
        return complain(error.text, 1);
    printf("%s: %zu files in a page of %s\n", path, sources->count,
           units_format_size(size, (double)bytes));
    return 0;
}

static int report_write(const struct sources *sources, const struct report_options *options,
                        const char *command_line)
{
    int status = 0;
    if (options->out != NULL || options->svg == NULL)
        status = page_write(sources, command_line, options->out ? options->out : PATH_DEFAULT);
    if (status == 0 && options->svg != NULL)
        status = plots_write(sources, options->svg) == 0 ? 0 : 1;
    return status;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The first and the last folder are before and after; what cannot be compared, it says. */
static void folders_test(struct sources *sources, char **paths, int count)
{
    struct columns_text json;
    struct error error;
    char name[PATH_MAX];
    const char *before = NULL, *after = NULL;
    for (int i = 0; i < count; i++)
        if (is_folder(paths[i])) {
            before = before != NULL ? before : paths[i];
            after = paths[i];
        }
    if (before == after)
        return;
    if (tested_make(before, after, &json, &error) != 0) {
        complain_about("before and after are not tested", error.text);
        return;
    }
    snprintf(name, sizeof name, "%s/compare.json", after);
    sources_add_made(sources, "compare", name, &json);
}

static int report_make(char **paths, int count, const struct report_options *options,
                       const char *command_line)
{
    struct sources sources = {.count = 0};
    int status = 0;
    for (int i = 0; i < count && status == 0; i++)
        if (sources_add(&sources, paths[i]) != 0)
            status = complain_about(paths[i], strerror(errno));
    for (size_t i = 0; i < sources.left_out_count; i++)
        complain_about(sources.left_out[i].path, sources.left_out[i].reason);
    if (status == 0 && sources.count == 0)
        status = complain_about(paths[0], "no results there; `make bench` or `tidemark bench` "
                                          "writes them");
    if (status == 0)
        folders_test(&sources, paths, count);
    if (status == 0)
        status = report_write(&sources, options, command_line);
    sources_free(&sources);
    return status;
}

int report_command(int argc, char **argv)
{
    struct report_options options = {.out = NULL};
    char command_line[LINE_BYTES];
    int positional;
    command_line_make(argc, argv, command_line);
    short_names_expand(argc, argv);
    int status = options_take(&option_table, "tidemark report", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional == 0)
        return complain("name the results, such as results/ (see --help)", 2);
    return report_make(argv + 1, positional, &options, command_line);
}
