/* compare_command.c - tidemark compare: reads the inputs, compares, and writes the report. */
#include "compare_command.h"

#include "command.h"
#include "comparison_make.h"
#include "count_of.h"
#include "files.h"
#include "judgement.h"
#include "options.h"
#include "table.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "compare"

struct compare_options {
    const char *base, *figures, *json, *markdown, *junit, *allow;
    bool all;
    struct option_texts gates, counters;
    double floor; /* below 0: as calibrated */
};

#define FIELD(name) offsetof(struct compare_options, name)
static const struct option option_rows[] = {
    {.kind = OPTION_HEADING, .help = "What to compare"},
    {"base", OPTION_TEXT, FIELD(base), "NAME",
     "compare the others with this variant or file; without it, with the first of two files, and "
     "of more with " JUDGEMENT_REFERENCE ", or the first if that is not there"},
    {"figures", OPTION_TEXT, FIELD(figures), "LIST",
     "compare these figures, too, as p90,rss_peak_bytes; 'all' adds all, 'help' lists them"},
    {"counter", OPTION_TEXTS, FIELD(counters), "NAME",
     "compare this user counter of google-benchmark, too, as items_per_second or "
     "cache_misses:less; may be given several times"},
    {"allow", OPTION_TEXT, FIELD(allow), "LIST",
     "compare results although they differ in machine, load or limits, or are incomplete"},
    {.kind = OPTION_HEADING, .help = "How to decide"},
    {"gate", OPTION_TEXTS, FIELD(gates), "CONDITION",
     "exit with 1 if this condition does not hold, as 'p99<+5%'; may be given several times"},
    {"floor", OPTION_SHARE, FIELD(floor), "SHARE",
     "treat speeds that differ by less than this as the same, as 2%; without it, those of two "
     "benches that differ by less than 10%"},
    {.kind = OPTION_HEADING, .help = "Output"},
    {"all", OPTION_FLAG, FIELD(all), NULL,
     "of more than two files, show each figure with its interval, not only what differs"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
    {"markdown", OPTION_OUTPUT, FIELD(markdown), "FILE",
     "print Markdown to stdout instead of the table; with FILE, write it there beside the table"},
    {"junit", OPTION_TEXT, FIELD(junit), "FILE", "write JUnit XML to FILE, too"},
};

static const struct option_table option_table = {
    .usage = "tidemark compare [OPTIONS] OLD.json NEW.json\n"
             "tidemark compare [OPTIONS] HYPERFINE.json\n"
             "tidemark compare [OPTIONS] FILE.json FILE.json FILE.json...\n"
             "tidemark compare [OPTIONS] OLD_DIR NEW_DIR",
    .summary =
        "Compares measurements: each figure is better, worse, the same, or the data cannot tell. "
        "Two folders are compared variant by variant; of three or more files, each is compared "
        "with one, and files that hold no measurements are passed over. Reads results of tidemark "
        "bench, and the JSON of google-benchmark and hyperfine; the commands in one file of "
        "hyperfine are compared with each other.",
    .details =
        "Hits are those of an exact replay, and compared by value. Memory differs beyond what two "
        "runs of the same program may differ by, growth if the intervals of the runs are apart. "
        "Speeds within one bench were measured in turns and differ if the 95 % interval of their "
        "ratio excludes 1; those of two benches if a rank test says so and the interval is beyond "
        "how far the machine may drift. "
        "Otherwise the data cannot tell. Results from different machines or loads are refused.\n"
        "\n"
        "Conditions:\n"
        "  'p99<+5%'            compares with the base: fails if p99 rose by more than 5 %\n"
        "                       and the rise is established\n"
        "  'hits>-1%'           the same for a figure that must not fall; hits are those of a "
        "full\n"
        "                       cache, hits_cold count from an empty one\n"
        "  'B/request<=1'       looks at each new result alone: fails if its whole interval is\n"
        "                       beyond the limit\n"
        "  verdict              fails if the memory verdict became worse\n"
        "\n"
        "Exit status: 0; 1: a gate failed; 2: wrong usage, or unreadable input; 3: results were\n"
        "refused, a gate could not be decided, or the output could not be written\n"
        "\n"
        "Examples:\n"
        "  tidemark compare results/lru.json results/sieve.json\n"
        "  tidemark compare results/*.json\n"
        "  tidemark compare old/ new/ --gate 'cpu<+2%' --gate verdict --junit compare.xml\n"
        "  tidemark compare micro-old.json micro-new.json",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int figures_list(void)
{
    for (size_t i = 0; i < figures_count; i++)
        printf("%-18s %-26s %-12s %s is better%s\n", measurements_source_name(figures[i].source),
               figures[i].name, figures[i].brief,
               figures[i].direction == MORE_IS_BETTER ? "more" : "less",
               figures[i].is_default ? "" : "; only with --figures");
    return STATUS_OK;
}

/* Prints what was left out or refused, and the settings that differ. */
static void notes_print(const struct comparison_report *report)
{
    for (size_t i = 0; i < report->note_count; i++)
        complain(COMMAND, 0, "%s", report->notes[i]);
    for (size_t i = 0; i < report->pair_count; i++) {
        const struct comparison_pair *pair = &report->pairs[i];
        if (pair->refusal.text[0] != '\0')
            complain(COMMAND, 0, "not compared: %s", pair->refusal.text);
        else if (pair->differences[0] != '\0')
            complain(COMMAND, 0, "%s differs from %s in: %s", pair->after->path, pair->before->path,
                     pair->differences);
    }
}

typedef void text_writer(const struct comparison_report *report, FILE *out);

/* 0, or -1 and one line in error; path NULL: nothing to do. */
static int text_write(const struct comparison_report *report, text_writer *write, const char *path,
                      struct error *error)
{
    char *text;
    size_t bytes;
    if (path == NULL)
        return 0;
    FILE *out = xmemstream(&text, &bytes);
    write(report, out);
    fclose(out);
    int status = file_write(path, text, bytes, error);
    free(text);
    return status;
}

static bool is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int report_write(const struct comparison_report *report, bool is_many,
                        const struct compare_options *options)
{
    bool by_variant = is_many && !options->all && options->figures == NULL;
    struct error error;
    notes_print(report);
    if (!is_stdout(options->json) && !is_stdout(options->markdown) && !is_stdout(options->junit))
        comparison_table(report, by_variant, table_wants_colours(stdout), stdout);
    if ((options->json != NULL && json_write(comparison_json(report), options->json, &error)) ||
        text_write(report, comparison_markdown, options->markdown, &error) != 0 ||
        text_write(report, comparison_junit, options->junit, &error) != 0)
        return complain(COMMAND, STATUS_UNDECIDED, "%s", error.text);
    return comparison_status(report);
}

static int inputs_compare(struct inputs *inputs, const struct comparison_request *request,
                          const struct compare_options *options)
{
    struct comparison_report *report = comparison_make(inputs, request);
    int status = report->pair_count > 0 ? report_write(report, inputs->is_many, options)
                                        : complain(COMMAND, STATUS_UNDECIDED,
                                                   "the two folders have no variant in common");
    comparison_destroy(report);
    return status;
}

static int outputs_check(const struct compare_options *options, struct error *error)
{
    const char *const paths[] = {options->json, options->markdown, options->junit};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        if (file_check_writable(paths[i], error) != 0)
            return -1;
    return 0;
}

static int paths_compare(char *const *paths, size_t count, const struct comparison_request *request,
                         const struct compare_options *options)
{
    struct error error;
    struct inputs *inputs = xcalloc(1, sizeof *inputs);
    int status = inputs_read(inputs, paths, count, options->base, request->counters, &error) == 0
                     ? inputs_compare(inputs, request, options)
                     : complain(COMMAND, STATUS_USAGE, "%s", error.text);
    inputs_clear(inputs);
    free(inputs);
    return status;
}

static int request_fill(struct comparison_request *request, const struct compare_options *options,
                        struct counters *counters, struct error *error)
{
    for (size_t i = 0; i < options->counters.count; i++)
        if (counters_add(counters, options->counters.texts[i], error) != 0)
            return -1;
    request->counters = counters;
    if (comparable_allow_parse(options->allow, &request->allowed, error) != 0 ||
        comparison_figures_choose(request, options->figures, error) != 0)
        return -1;
    for (size_t i = 0; i < options->gates.count; i++)
        if (gate_parse_with(&request->gates[i], options->gates.texts[i], counters->figures,
                            counters->count, error) != 0)
            return -1;
    request->gate_count = options->gates.count;
    request->floor = options->floor < 0 ? MEASUREMENTS_FLOOR_NONE : options->floor;
    return 0;
}

int compare_command(int argc, char **argv)
{
    struct compare_options options = {.floor = -1};
    struct gate gates[OPTION_TEXTS_MAX];
    struct comparison_request request = {.gates = gates};
    struct counters counters = {.count = 0};
    struct error error;
    int count;
    int status = options_take(&option_table, "tidemark compare", argc, argv, &options, &count);
    if (status != OPTIONS_GO_ON)
        return status;
    if (options.figures != NULL && strcmp(options.figures, "help") == 0)
        return figures_list();
    if (request_fill(&request, &options, &counters, &error) != 0)
        return complain(COMMAND, STATUS_USAGE, "%s", error.text);
    if (count < 1)
        return complain(COMMAND, STATUS_USAGE,
                        "give two files, two folders or more files; see --help");
    if (outputs_check(&options, &error) != 0)
        return complain(COMMAND, STATUS_UNDECIDED, "%s", error.text);
    return paths_compare(argv + 1, (size_t)count, &request, &options);
}
