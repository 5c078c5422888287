/* console_command.c - tidemark console: talks to a running server. */
#include "console_command.h"

#include "console_connection.h"
#include "find_server.h"
#include "line_editor.h"
#include "options.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PROMPT      "> "
#define PROMPT_MORE ">> "

struct console_options {
    const char *statement;
};

static const struct option option_rows[] = {
    {"eval", OPTION_TEXT, offsetof(struct console_options, statement), "STATEMENT",
     "runs this and leaves; -e is short for it"},
};

static const struct option_table option_table = {
    .usage = "tidemark console [OPTIONS] [PID|PATH|POLICY]",
    .summary =
        "Talks to a running server, in Lua: what is in its cache, where its memory is, what\n"
        "grows. The server goes on serving meanwhile. With nothing given it is the only server\n"
        "that runs. Statements may also come through a pipe, or with -e; then only results are\n"
        "printed, and the exit status is 1 if a statement failed.",
    .details =
        "Tab completes, Ctrl-C stops a statement or gives a line up, Ctrl-D leaves; `help()`\n"
        "lists what there is.\n\n"
        "examples:\n"
        "  tidemark console\n"
        "  tidemark console lru -e '#main.cache'\n"
        "  echo 'json(main.cache:stats())' | tidemark console 4711",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

static int complain(const char *reason, int status)
{
    fprintf(stderr, "tidemark console: %s\n", reason);
    return status;
}

/* A statement so far: more lines come as long as it is incomplete. */
struct statement {
    char *text;
    size_t count;
};

static void statement_add(struct statement *statement, const char *line)
{
    size_t count = strlen(line);
    statement->text = realloc(statement->text, statement->count + count + 1);
    if (statement->text == NULL)
        abort();
    memcpy(statement->text + statement->count, line, count + 1);
    statement->count += count;
}

static void statement_drop(struct statement *statement)
{
    free(statement->text);
    *statement = (struct statement){0};
}

static void text_print(void *context, const char *bytes, size_t count)
{
    (void)context;
    fwrite(bytes, 1, count, stdout);
    fflush(stdout);
}

/* Runs what there is. An incomplete statement stays, to be added to. */
static enum client_outcome statement_run(struct client *client, struct statement *statement)
{
    enum client_outcome outcome = client_run(client, statement->text, text_print, NULL);
    if (outcome == CLIENT_FAILED || outcome == CLIENT_GONE)
        complain(client_reason(client), 1);
    if (outcome != CLIENT_INCOMPLETE)
        statement_drop(statement);
    return outcome;
}

/* What was typed is over. */
static int statement_end(struct client *client, struct statement *statement)
{
    if (statement->text == NULL)
        return 0;
    complain(client_reason(client), 1); /* why it is incomplete */
    statement_drop(statement);
    return 1;
}

static int lines_run(struct client *client, FILE *in)
{
    struct statement statement = {0};
    char *line = NULL;
    size_t room = 0;
    int status = 0;
    while (getline(&line, &room, in) >= 0) {
        statement_add(&statement, line);
        enum client_outcome outcome = statement_run(client, &statement);
        if (outcome == CLIENT_FAILED || outcome == CLIENT_GONE)
            status = 1;
        if (outcome == CLIENT_GONE)
            break;
    }
    free(line);
    return statement_end(client, &statement) | status;
}

static int eval_run(struct client *client, const char *text)
{
    struct statement statement = {0};
    statement_add(&statement, text);
    enum client_outcome outcome = statement_run(client, &statement);
    return statement_end(client, &statement) | (outcome != CLIENT_DONE);
}

/* Ctrl-C as a descriptor; what was pressed too late is forgotten. */
static int interrupts_open(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void interrupts_forget(int descriptor)
{
    struct signalfd_siginfo info;
    while (read(descriptor, &info, sizeof info) > 0)
        ;
}

static int terminal_run(struct client *client)
{
    struct statement statement = {0};
    enum client_outcome outcome = CLIENT_DONE;
    int interrupts = interrupts_open();
    struct editor *editor = editor_open("tidemark", client);
    client_heed(client, interrupts);
    while (outcome != CLIENT_GONE) {
        const char *line;
        enum editor_outcome read =
            editor_read(editor, statement.text ? PROMPT_MORE : PROMPT, &line);
        if (read == EDITOR_END)
            break;
        interrupts_forget(interrupts);
        if (read == EDITOR_ABANDONED) {
            statement_drop(&statement);
            continue;
        }
        statement_add(&statement, line);
        outcome = statement_run(client, &statement);
    }
    if (outcome != CLIENT_GONE)
        printf("\n");
    statement_drop(&statement);
    editor_close(editor);
    close(interrupts);
    return outcome == CLIENT_GONE;
}

static int console_run(const char *path, const struct console_options *options)
{
    struct error error;
    struct client *client = client_open(path, 0, &error);
    if (client == NULL)
        return complain(error.text, 1);
    int status;
    if (options->statement)
        status = eval_run(client, options->statement);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        status = terminal_run(client);
    else
        status = lines_run(client, stdin);
    client_close(client);
    return status;
}

/* -e is --eval. */
static void short_options_lengthen(int argc, char **argv)
{
    static char eval[] = "--eval";
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-e") == 0)
            argv[i++] = eval;
}

int console_command(int argc, char **argv)
{
    struct console_options options = {0};
    struct error error;
    struct error why;
    struct found_server server;
    int positional;
    short_options_lengthen(argc, argv);
    switch (options_parse(&option_table, argc, argv, &options, &positional, &error)) {
    case OPTIONS_OK:
        break;
    case OPTIONS_WRONG:
        return complain(error.text, 2);
    case OPTIONS_HELP:
        options_help(&option_table, stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    }
    if (positional > 1)
        return complain("give one server: a process id, a socket's path or a policy", 2);
    if (find_server(positional == 1 ? argv[1] : NULL, FIND_CONSOLE, &server, &why) < 0)
        return complain(why.text, 2);
    return console_run(server.console, &options);
}
