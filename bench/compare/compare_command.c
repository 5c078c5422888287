/* compare_command.c - tidemark compare: options, files in, sheets out. */
#include "compare_command.h"
#include "xmalloc.h"

#include "comparison_make.h"
#include "options.h"
#include "table.h"

#include "files.h"
#include <stdlib.h>
#include <string.h>

struct compare_options {
    const char *base, *figures, *format, *junit, *markdown, *json, *allow;
    struct option_texts gates;
    double floor_percent;
};

#define FIELD(name) offsetof(struct compare_options, name)
static const struct option option_rows[] = {
    {"base", OPTION_TEXT, FIELD(base), "NAME", "variant or file that the others are set against"},
    {"figures", OPTION_TEXT, FIELD(figures), "LIST",
     "as p90,rss_peak_bytes: these too (all: all; help: lists them)"},
    {"gate", OPTION_TEXTS, FIELD(gates), "CONDITION",
     "as 'p99<+5%': exit status 1 if it is broken; may be given again"},
    {"floor", OPTION_REAL, FIELD(floor_percent), "PERCENT",
     "speeds closer than this are not told apart (as calibrated)"},
    {"allow", OPTION_TEXT, FIELD(allow), "LIST",
     "compares all the same, of machine, load, limits, incomplete"},
    {"format", OPTION_TEXT, FIELD(format), "NAME", "table, json or markdown (table)"},
    {"json", OPTION_TEXT, FIELD(json), "FILE", "writes JSON there, too"},
    {"markdown", OPTION_TEXT, FIELD(markdown), "FILE", "writes Markdown there, too"},
    {"junit", OPTION_TEXT, FIELD(junit), "FILE", "writes JUnit XML there, too"},
};

static const struct option_table option_table = {
    .usage = "tidemark compare [OPTIONS] OLD.json NEW.json\n"
             "       tidemark compare [OPTIONS] FILE.json FILE.json FILE.json...\n"
             "       tidemark compare [OPTIONS] OLD_DIR NEW_DIR",
    .summary =
        "Sets measurements against each other and says better, worse, same, or cannot tell.\n"
        "Two folders are compared variant by variant, more files each with the first.\n"
        "Reads results of tidemark bench, google-benchmark's JSON and hyperfine's.",
    .details =
        "A difference is one only if a test by ranks says so (5 % for all tests together), it "
        "lies\n"
        "beyond the noise floor, and its 95 % interval leaves no difference out. 'same' means "
        "that\n"
        "the interval lies within the floor. All else cannot be told, and how many repeats would\n"
        "do is said. What was made on another machine or under another load is refused.\n"
        "\n"
        "conditions:\n"
        "  'p99<+5%'                against the base: fails when the change goes beyond 5 %, and\n"
        "                           that it became worse is established\n"
        "  'hit_ratio>-1%'          the same for what must not fall\n"
        "  'bytes_per_request<=1'   of each new result alone: fails when its interval is beyond\n"
        "  verdict                  fails when memory is judged worse than before\n"
        "\n"
        "exit status: 0; 1: a gate failed; 2: something was refused or could not be decided\n"
        "\n"
        "examples:\n"
        "  tidemark compare results/lru.json results/sieve.json\n"
        "  tidemark compare --base lru results/*.json\n"
        "  tidemark compare old/ new/ --gate 'cpu<+2%' --gate verdict --junit compare.xml\n"
        "  tidemark compare micro-old.json micro-new.json",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static const struct {
    const char *name;
    comparison_writer *write;
} formats[] = {
    {"table", comparison_table},
    {"json", comparison_json},
    {"markdown", comparison_markdown},
};

static int complain(const char *reason)
{
    fprintf(stderr, "tidemark compare: %s\n", reason);
    return 2;
}

static comparison_writer *writer_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name) == 0)
            return formats[i].write;
    return NULL;
}

static int figures_list(void)
{
    for (size_t i = 0; i < figures_count; i++)
        printf("%-18s %-26s %-10s %s is better%s\n", measurements_source_name(figures[i].source),
               figures[i].name, figures[i].brief,
               figures[i].way == MORE_IS_BETTER ? "more" : "less",
               figures[i].is_default ? "" : ", if asked for");
    return 0;
}

/* Nothing where no file is wanted. 0 or -1. */
static int report_write(const struct comparison_report *report, comparison_writer *write,
                        const char *path)
{
    char *text = NULL;
    struct error error;
    size_t bytes = 0;
    if (path == NULL)
        return 0;
    FILE *out = xmemstream(&text, &bytes);
    write(report, false, out);
    fclose(out);
    int status = file_write(path, text, bytes, &error);
    free(text);
    if (status != 0)
        complain(error.text);
    return status;
}

/* What was not compared, and what differs beside the figures. */
static void comparison_tell(const struct comparison_report *report)
{
    for (size_t i = 0; i < report->note_count; i++)
        fprintf(stderr, "tidemark compare: %s\n", report->notes[i]);
    for (size_t i = 0; i < report->pair_count; i++) {
        const struct comparison_pair *pair = &report->pairs[i];
        if (pair->refusal[0] != '\0')
            fprintf(stderr, "tidemark compare: not compared: %s\n", pair->refusal);
        else if (pair->differences[0] != '\0')
            fprintf(stderr, "tidemark compare: %s differs from %s in: %s\n", pair->after->path,
                    pair->before->path, pair->differences);
    }
}

static int comparison_write(const struct comparison_report *report,
                            const struct compare_options *options)
{
    comparison_tell(report);
    int status = comparison_status(report);
    writer_find(options->format)(report, table_wants_colours(stdout), stdout);
    if (fflush(stdout) != 0 || report_write(report, comparison_json, options->json) != 0 ||
        report_write(report, comparison_markdown, options->markdown) != 0 ||
        report_write(report, comparison_junit, options->junit) != 0)
        return 2;
    return status;
}

static int paths_compare(char *const *paths, size_t count, const struct comparison_request *wish,
                         const struct compare_options *options)
{
    struct error error;
    struct inputs *inputs = calloc(1, sizeof *inputs);
    int status;
    if (inputs == NULL)
        abort();
    if (inputs_fill(inputs, paths, count, options->base, &error) != 0) {
        status = complain(error.text);
    } else {
        struct comparison_report *report = comparison_make(inputs, wish);
        status = report->pair_count > 0 ? comparison_write(report, options)
                                        : complain("the folders have no variant in common");
        comparison_destroy(report);
    }
    inputs_clear(inputs);
    free(inputs);
    return status;
}

static int options_check(const struct compare_options *options, struct comparison_request *wish,
                         char error[MEASUREMENTS_REASON_BYTES])
{
    if (comparable_allow_parse(options->allow, &wish->allowed, error) != 0 ||
        comparison_figures_choose(wish, options->figures, error) != 0)
        return -1;
    for (size_t i = 0; i < options->gates.count; i++)
        if (gate_parse(&wish->gates[i], options->gates.texts[i], error) != 0)
            return -1;
    wish->gate_count = options->gates.count;
    wish->floor =
        options->floor_percent < 0 ? MEASUREMENTS_FLOOR_NONE : options->floor_percent / 100;
    snprintf(error, MEASUREMENTS_REASON_BYTES,
             "--format: there is no '%.80s'; there are table, json, markdown", options->format);
    return writer_find(options->format) != NULL ? 0 : -1;
}

static int compare_run(char *const *paths, size_t count, const struct compare_options *options)
{
    struct gate gates[OPTION_TEXTS_MAX];
    struct comparison_request wish = {.gates = gates};
    char error[MEASUREMENTS_REASON_BYTES];
    if (options->figures != NULL && strcmp(options->figures, "help") == 0)
        return figures_list();
    if (options_check(options, &wish, error) != 0)
        return complain(error);
    if (count < 2)
        return complain("give two files, two folders or more files; see --help");
    return paths_compare(paths, count, &wish, options);
}

int compare_command(int argc, char **argv)
{
    struct compare_options options = {.format = "table", .floor_percent = -1};
    int positional;
    int status = options_take(&option_table, "tidemark compare", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    return compare_run(argv + 1, (size_t)positional, &options);
}
