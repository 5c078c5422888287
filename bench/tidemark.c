/* tidemark.c - the program: one row a command. */
#include "bench_command.h"
#include "choose_command.h"
#include "command.h"
#include "compare_command.h"
#include "console_command.h"
#include "diagnose_command.h"
#include "jemalloc_command.h"
#include "load_command.h"
#include "memory_command.h"
#include "replay_command.h"
#include "report_command.h"
#include "users_command.h"
#include "verdicts_command.h"
#include "watch_command.h"

#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"bench", "serves, loads, samples, judges and compares the variants", bench_command},
    {"choose", "tells which policy to run, at what size, for your traffic", choose_command},
    {"compare", "sets measurements against each other: better, worse, same, or cannot tell",
     compare_command},
    {"console", "talks to a running server: its cache, its memory, what grows", console_command},
    {"diagnose", "says what grows in a running server, who holds it, and what to do",
     diagnose_command},
    {"jemalloc", "says in plain words what jemalloc's statistics mean", jemalloc_command},
    {"load", "puts a server under load and says how it fared", load_command},
    {"memory", "shows where a measured server's memory is, layer by layer", memory_command},
    {"replay", "replays a trace through policies: hits, misses, real memory", replay_command},
    {"report", "writes results as one page to read, or as figures for a paper", report_command},
    {"users", "fills a SQLite database that a server can take its users from", users_command},
    {"verdicts", "judges what is known to leak or not, and counts the right verdicts",
     verdicts_command},
    {"watch", "draws the memory of any running process, and says whether it grows", watch_command},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void program_help(FILE *out)
{
    fprintf(out, "Tidemark tells which cache policy to run, and whether it leaks.\n\n"
                 "usage: tidemark COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\ntidemark COMMAND --help says more.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        program_help(stderr);
        return 2;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        program_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    }
    fprintf(stderr, "tidemark: there is no command '%s'; see tidemark --help\n", argv[1]);
    return 2;
}
