/* jemalloc_command.c - tidemark jemalloc: its options, and reading one dump or two. */
#include "jemalloc_command.h"

#include "command.h"
#include "dump_output.h"
#include "dump_read.h"
#include "options.h"
#include "table.h"

#include <string.h>

struct jemalloc_options {
    const char *json;
};

static const struct option option_rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Output"},
    {"json", OPTION_OUTPUT, offsetof(struct jemalloc_options, json), "FILE",
     "print JSON to stdout instead of the table; with FILE, write it there beside the table"},
};

static const struct option_table option_table = {
    .usage = "tidemark jemalloc [OPTIONS] DUMP [LATER_DUMP...]",
    .summary =
        "Explains jemalloc's statistics: where the bytes are, what is wasted, when free memory is "
        "returned to the kernel, and what to do. With several dumps of one process it shows what "
        "grew "
        "between the first and the last, down to the size of the objects.",
    .details =
        "A dump is JSON or plain text by jemalloc 3.0 to 5.3, also from a log: other lines, "
        "prefixes "
        "and escapes are ignored, and a file may hold several. - is standard input. Ways to get "
        "one:\n"
        "  one of our servers  curl -s http://127.0.0.1:8000/jemalloc > one.json\n"
        "  any program's end   MALLOC_CONF=stats_print:true PROGRAM 2> one.txt\n"
        "  Redis               redis-cli MEMORY MALLOC-STATS > one.txt\n"
        "  in the code         malloc_stats_print(NULL, NULL, NULL), or \"J\" for JSON\n"
        "\n"
        "Each layer adds something to the one before it:\n"
        "  allocated -> active    unused parts of pages in use: fragmentation\n"
        "  active -> resident     free pages not yet returned (dirty), jemalloc's own (metadata)\n"
        "  resident -> mapped     pages never touched, or released with MADV_FREE (muzzy)\n"
        "  retained               address space kept for later, without memory\n"
        "\n"
        "Examples:\n"
        "  tidemark jemalloc one.json\n"
        "  sleep 60; curl -s http://127.0.0.1:8000/jemalloc | tidemark jemalloc one.json -",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int facts_show(const struct facts *facts, const char *json)
{
    struct error error;
    if (json == NULL || strcmp(json, "-") != 0)
        dump_print(facts, table_wants_colours(stdout), stdout);
    if (json != NULL && json_write(dump_json(facts), json, &error) < 0)
        return complain("jemalloc", STATUS_UNDECIDED, "%s", error.text);
    return STATUS_OK;
}

static int dumps_explain(char *const *paths, int count, const char *json)
{
    struct error error;
    struct dump_list list = {.dumps = NULL};
    struct facts facts;
    int status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++)
        if (dumps_read(&list, paths[i], &error) < 0)
            status = complain("jemalloc", STATUS_USAGE, "%s", error.text);
    if (status == STATUS_OK) {
        facts_gather(&facts, list.dumps[list.count - 1], list.count > 1 ? list.dumps[0] : NULL);
        facts.points = &list;
        status = facts_show(&facts, json);
    }
    dump_list_clear(&list);
    return status;
}

int jemalloc_command(int argc, char **argv)
{
    struct jemalloc_options options = {0};
    int positional;
    int status =
        options_take(&option_table, "tidemark jemalloc", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional < 1)
        return complain("jemalloc", STATUS_USAGE,
                        "give one dump, or several of the same process; see --help");
    return dumps_explain(argv + 1, positional, options.json);
}
