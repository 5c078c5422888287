/* tidemark.c - the program: one row per command, grouped by what a user wants to do. */
#include "bench_command.h"
#include "choose_command.h"
#include "command.h"
#include "compare_command.h"
#include "console_command.h"
#include "diagnose_command.h"
#include "jemalloc_command.h"
#include "load_command.h"
#include "memory_command.h"
#include "printable.h"
#include "replay_command.h"
#include "report_command.h"
#include "users_command.h"
#include "verdicts_command.h"
#include "watch_command.h"

#include <stdio.h>
#include <string.h>

/* A row without `run` is the title of those below it. */
static const struct command commands[] = {
    {NULL, "Choose a cache policy", NULL},
    {"choose", "find the best policy and size for your traffic, and say why", choose_command},
    {"replay", "replay a trace through policies: hits, misses, real memory", replay_command},
    {NULL, "Measure servers", NULL},
    {"bench", "run servers under load, sample their memory, judge and compare them", bench_command},
    {"load", "put an HTTP server under load: throughput, latency, hits", load_command},
    {"compare", "compare results: better, worse, the same, or cannot tell", compare_command},
    {"report", "write results as one HTML page, or as SVG figures", report_command},
    {NULL, "Look at a running process", NULL},
    {"watch", "draw the memory of any process and say whether it grows", watch_command},
    {"diagnose", "say what grows in a server, what holds it, and what to do", diagnose_command},
    {"console", "open the live console of a server", console_command},
    {NULL, "Explain measured memory", NULL},
    {"memory", "show where the memory of a measured server is, layer by layer", memory_command},
    {"jemalloc", "explain jemalloc's statistics, or the difference of two dumps", jemalloc_command},
    {NULL, "Support", NULL},
    {"users", "fill a SQLite database from which a server can fetch users", users_command},
    {"verdicts", "run servers that leak and servers that do not; count right verdicts",
     verdicts_command},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void program_help(FILE *out)
{
    fprintf(out, "Tidemark tells which cache policy to run, and whether a service leaks.\n\n"
                 "usage: tidemark COMMAND [OPTIONS]\n");
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].run == NULL)
            fprintf(out, "\n%s:\n", commands[i].summary);
        else
            fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fprintf(
        out,
        "\n"
        "`tidemark help COMMAND` shows its options.\n"
        "\n"
        "Exit status of every command: 0 fine; 1 something failed: a gate, a run, a request, a\n"
        "statement, or a leak with --fail-on; 2 wrong usage or input; 3 could not run, decide\n"
        "or write; 130 interrupted.\n");
}

static int command_run(const char *name, int argc, char **argv)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].run != NULL && strcmp(name, commands[i].name) == 0)
            return command_end(name, commands[i].run(argc, argv));
    printable_print(stderr, "tidemark: there is no command '%s'; see tidemark help\n", name);
    return STATUS_USAGE;
}

static int help_run(int argc, char **argv)
{
    if (argc > 3)
        return complain("help", STATUS_USAGE, "name one command, such as tidemark help bench");
    if (argc > 2)
        return command_run(argv[2], 2, (char *[]){argv[2], (char *)"--help", NULL});
    program_help(stdout);
    return command_end("help", STATUS_OK);
}

int main(int argc, char **argv)
{
    command_obey_interrupts();
    if (argc < 2) {
        program_help(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return help_run(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return command_end("version", STATUS_OK);
    }
    return command_run(argv[1], argc - 1, argv + 1);
}
