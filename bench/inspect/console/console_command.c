/* console_command.c - tidemark console: runs Lua statements inside a running server. */
#include "console_command.h"

#include "command.h"
#include "console_connection.h"
#include "find_server.h"
#include "line_editor.h"
#include "options.h"
#include "printable.h"
#include "xmalloc.h"

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
    {NULL, OPTION_HEADING, 0, NULL, "What to run"},
    {"eval", OPTION_TEXT, offsetof(struct console_options, statement), "STATEMENT",
     "run this statement and leave; -e is short for it"},
};

static const struct option_table option_table = {
    .usage = "tidemark console [OPTIONS] [PID|PATH|POLICY]",
    .summary =
        "Runs Lua statements inside a running server: they show what its cache contains, where its "
        "memory is and what grows. The server keeps serving requests. Without an argument, the "
        "one running server is used.\n\n"
        "Statements are typed at a terminal, or come from --eval or a pipe; then only results are "
        "printed, and the exit status is 1 if a statement failed.",
    .details = "At the prompt, Tab completes a name, Ctrl-C interrupts a statement, and quit(), "
               "exit or Ctrl-D leaves. help() explains the language.\n\n"
               "Examples:\n"
               "  tidemark console\n"
               "  tidemark console lru -e '#main.cache'\n"
               "  echo 'json(main.cache:stats())' | tidemark console 4711",
    .options = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
};

/* The lines of a statement so far. Further lines are added while it is incomplete. */
struct statement {
    char *text; /* NULL: no line yet */
    size_t count, capacity;
};

static void statement_add(struct statement *statement, const char *line)
{
    size_t count = strlen(line);
    statement->text =
        growable(statement->text, &statement->capacity, statement->count + count + 1, 1);
    memcpy(statement->text + statement->count, line, count + 1);
    statement->count += count;
}

static void statement_clear(struct statement *statement)
{
    free(statement->text);
    *statement = (struct statement){0};
}

static void text_print(void *context, const char *bytes, size_t count)
{
    char *text = xmalloc(count);
    memcpy(text, bytes, count);
    bytes_printable(text, count);
    fwrite(text, 1, count, stdout);
    fflush(stdout);
    free(text);
}

/* The exit status: of all statements so far, and of one more. */
static int status_worse(int status, int other)
{
    return status > other ? status : other;
}

/* Runs the statement and clears it, unless it is incomplete. Returns the exit status. */
static int statement_run(struct console_connection *connection, struct statement *statement)
{
    enum console_outcome outcome =
        console_connection_run(connection, statement->text, text_print, NULL);
    if (outcome == CONSOLE_INCOMPLETE)
        return STATUS_OK;
    statement_clear(statement);
    if (outcome == CONSOLE_DONE)
        return STATUS_OK;
    return complain("console", outcome == CONSOLE_FAILED ? STATUS_BAD : STATUS_UNDECIDED, "%s",
                    console_connection_error(connection));
}

/* At the end of the input: an incomplete statement has failed. */
static int statement_end(struct console_connection *connection, struct statement *statement)
{
    if (statement->text == NULL)
        return STATUS_OK;
    statement_clear(statement);
    return complain("console", STATUS_BAD, "%s", console_connection_error(connection));
}

/* Whether the line ends the console. */
static bool line_is_quit(const char *line)
{
    static const char *const words[] = {"quit", "quit()", "exit", "exit()"};
    static const char blanks[] = " \t\r\n;";
    line += strspn(line, blanks);
    size_t count = strcspn(line, blanks);
    if (line[count + strspn(line + count, blanks)] != '\0')
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == count && strncmp(line, words[i], count) == 0)
            return true;
    return false;
}

static int lines_run(struct console_connection *connection, FILE *in)
{
    struct statement statement = {0};
    char *line = NULL;
    size_t capacity = 0;
    int status = STATUS_OK;
    while (status != STATUS_UNDECIDED && getline(&line, &capacity, in) >= 0) {
        if (statement.text == NULL && line_is_quit(line))
            break;
        statement_add(&statement, line);
        status = status_worse(status, statement_run(connection, &statement));
    }
    free(line);
    return status_worse(status, statement_end(connection, &statement));
}

static int eval_run(struct console_connection *connection, const char *text)
{
    struct statement statement = {0};
    statement_add(&statement, text);
    int status = statement_run(connection, &statement);
    return status_worse(status, statement_end(connection, &statement));
}

/* A descriptor that Ctrl-C makes readable. */
static int interrupts_open(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Clears a Ctrl-C that was pressed when no statement ran. */
static void interrupts_clear(int descriptor)
{
    struct signalfd_siginfo info;
    while (read(descriptor, &info, sizeof info) > 0)
        ;
}

/* Returns false at the end of the input or at quit(). */
static bool terminal_step(struct console_connection *connection, struct editor *editor,
                          struct statement *statement, int *status)
{
    const char *line;
    switch (editor_read(editor, statement->text ? PROMPT_MORE : PROMPT, &line)) {
    case EDITOR_END:
        printf("\n");
        return false;
    case EDITOR_CANCELLED:
        statement_clear(statement);
        return true;
    case EDITOR_LINE:
        if (statement->text == NULL && line_is_quit(line))
            return false;
        statement_add(statement, line);
        *status = statement_run(connection, statement);
    }
    return *status != STATUS_UNDECIDED;
}

static int terminal_run(struct console_connection *connection)
{
    struct statement statement = {0};
    int status = STATUS_OK, interrupts = interrupts_open();
    struct editor *editor = editor_open("tidemark", connection);
    console_connection_interrupt_by(connection, interrupts);
    do
        interrupts_clear(interrupts);
    while (terminal_step(connection, editor, &statement, &status));
    statement_clear(&statement);
    editor_close(editor);
    close(interrupts);
    return status == STATUS_UNDECIDED ? status : STATUS_OK;
}

static int console_run(const char *path, const struct console_options *options)
{
    struct error error;
    struct console_connection *connection = console_connection_open(path, 0, &error);
    if (connection == NULL)
        return complain("console", STATUS_USAGE, "%s", error.text);
    int status;
    if (options->statement)
        status = eval_run(connection, options->statement);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        status = terminal_run(connection);
    else
        status = lines_run(connection, stdin);
    console_connection_close(connection);
    return status;
}

/* Replaces -e by --eval. */
static void short_option_replace(int argc, char **argv)
{
    static char eval[] = "--eval";
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-e") == 0)
            argv[i++] = eval;
}

int console_command(int argc, char **argv)
{
    struct console_options options = {0};
    struct found_server server;
    struct error error;
    int positional;
    short_option_replace(argc, argv);
    int status = options_take(&option_table, "tidemark console", argc, argv, &options, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional > 1)
        return complain("console", STATUS_USAGE,
                        "give one server: its process id, its console's socket, or its policy");
    if (find_server(positional == 1 ? argv[1] : NULL, FIND_CONSOLE, &server, &error) < 0)
        return complain("console", STATUS_USAGE, "%s", error.text);
    return console_run(server.console, &options);
}
