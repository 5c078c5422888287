/* jemalloc_command.c - tidemark jemalloc: options, and reading one dump or two. */
#include "jemalloc_command.h"

#include "dump_output.h"
#include "options.h"
#include "table.h"

#include <stdio.h>

struct jemalloc_options {
    bool json;
};

static const struct option option_rows[] = {
    {"json", OPTION_FLAG, offsetof(struct jemalloc_options, json), NULL, "prints one JSON object"},
};

static const struct option_table option_table = {
    .usage = "tidemark jemalloc [OPTIONS] DUMP [LATER_DUMP]",
    .summary = "Says in plain words what jemalloc's statistics mean: where the bytes are, what is\n"
               "wasted, what goes back to the kernel and when, and what to do. With two dumps of\n"
               "one process, what grew between them, and so which size of object leaks.",
    .details =
        "A dump is JSON or plain text, found out by itself; log lines around it do no harm.\n"
        "- is standard input. Ways to get one:\n"
        "  a server of ours    curl -s http://127.0.0.1:8000/jemalloc > one.json\n"
        "  any program, at its end    MALLOC_CONF=stats_print:true PROGRAM 2> one.txt\n"
        "  in the code         malloc_stats_print(NULL, NULL, NULL), or \"J\" for JSON\n"
        "\n"
        "From what the program holds to what the kernel counts, each layer adds something:\n"
        "  allocated -> active    free room in pages that still hold something: fragmentation\n"
        "  active -> resident     free pages not yet returned (dirty), jemalloc's own (metadata)\n"
        "  resident -> mapped     pages never touched, or given up (muzzy)\n"
        "  retained               addresses kept for later, without memory\n"
        "\n"
        "examples:\n"
        "  tidemark jemalloc one.json\n"
        "  sleep 60; curl -s http://127.0.0.1:8000/jemalloc | tidemark jemalloc one.json -",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark jemalloc: %s\n", reason);
    return status;
}

static int dumps_show(const char *const *paths, int count, bool json)
{
    struct error error;
    struct facts facts;
    int status = 1;
    struct dump *first = dump_read(paths[0], &error);
    struct dump *second = first != NULL && count == 2 ? dump_read(paths[1], &error) : NULL;
    if (first == NULL || (count == 2 && second == NULL)) {
        complain(error.text, 1);
    } else {
        facts_gather(&facts, second ? second : first, second ? first : NULL);
        status = 0;
        if (json)
            status = show_json(&facts, stdout) < 0;
        else
            show_text(&facts, table_wants_colours(stdout), stdout);
    }
    dump_destroy(second);
    dump_destroy(first);
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
    if (positional < 1 || positional > 2)
        return complain("give one dump, or two of the same process; see --help", 2);
    return dumps_show((const char *const *)argv + 1, positional, options.json);
}
