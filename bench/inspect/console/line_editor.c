/* line_editor.c - libedit, with Tab completion of the server's names. */
#include "line_editor.h"

#include "printable.h"
#include "xmalloc.h"

#include <ctype.h>
#include <histedit.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HISTORY_LINES 1000
#define HISTORY_NAME  "tidemark_history"

struct editor {
    EditLine *line;
    History *history;
    struct console_connection *connection;
    const char *prompt;
    bool cancelled;
    char path[PATH_MAX]; /* of the history; "": it is not saved */
};

static struct editor *editor_of(EditLine *line)
{
    void *editor = NULL;
    el_get(line, EL_CLIENTDATA, &editor);
    return editor;
}

static char *prompt_get(EditLine *line)
{
    return (char *)editor_of(line)->prompt;
}

/* Ctrl-C. */
static unsigned char line_cancel(EditLine *line, int key)
{
    editor_of(line)->cancelled = true;
    return CC_NEWLINE;
}

/* Completion. */

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == ':';
}

/* The length of the longest prefix that all lines of the text have in common. */
static size_t common_bytes(const char *text)
{
    size_t common = strcspn(text, "\n");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t same = 0;
        while (same < common && line[same] == text[same])
            same++;
        common = same;
    }
    return common;
}

static unsigned char names_list(const char *text)
{
    printable_print(stdout, "\n%s", text);
    fflush(stdout);
    return CC_REDISPLAY;
}

static unsigned char line_complete(EditLine *line, int key)
{
    struct editor *editor = editor_of(line);
    const LineInfo *info = el_line(line);
    const char *from = info->cursor, *text;
    char prefix[PATH_MAX];
    size_t count;
    while (from > info->buffer && is_name_char(from[-1]))
        from--;
    size_t typed = (size_t)(info->cursor - from);
    if (typed >= sizeof prefix)
        return CC_ERROR;
    memcpy(prefix, from, typed);
    prefix[typed] = '\0';
    if (console_connection_complete(editor->connection, prefix, &text, &count) != CONSOLE_DONE ||
        count == 0)
        return CC_ERROR;
    size_t common = common_bytes(text);
    if (common <= typed)
        return text[common] == '\n' && text[common + 1] == '\0' ? CC_NORM : names_list(text);
    char more[PATH_MAX];
    snprintf(more, sizeof more, "%.*s", (int)(common - typed), text + typed);
    return el_insertstr(line, more) == 0 ? CC_REFRESH : CC_ERROR;
}

/* History. */

/* Creates the missing folders above the path. */
static void folders_create(char *path)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, S_IRWXU);
        *at = '/';
    }
}

static void history_path(char path[PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int count = 0;
    *path = '\0';
    if (state && *state == '/')
        count = snprintf(path, PATH_MAX, "%s/" HISTORY_NAME, state);
    else if (home && *home == '/')
        count = snprintf(path, PATH_MAX, "%s/.local/state/" HISTORY_NAME, home);
    if (count >= PATH_MAX)
        *path = '\0';
    if (*path)
        folders_create(path);
}

static void history_open(struct editor *editor)
{
    HistEvent event;
    editor->history = history_init();
    history(editor->history, &event, H_SETSIZE, HISTORY_LINES);
    history(editor->history, &event, H_SETUNIQUE, 1);
    history_path(editor->path);
    if (*editor->path)
        history(editor->history, &event, H_LOAD, editor->path);
    el_set(editor->line, EL_HIST, history, editor->history);
}

static void history_close(struct editor *editor)
{
    HistEvent event;
    mode_t before = umask(S_IRWXG | S_IRWXO);
    if (*editor->path)
        history(editor->history, &event, H_SAVE, editor->path);
    umask(before);
    history_end(editor->history);
}

struct editor *editor_open(const char *program, struct console_connection *connection)
{
    struct editor *editor = xcalloc(1, sizeof *editor);
    setlocale(LC_CTYPE, "");
    editor->connection = connection;
    editor->line = el_init(program, stdin, stdout, stderr);
    el_set(editor->line, EL_CLIENTDATA, editor);
    el_set(editor->line, EL_PROMPT, prompt_get);
    el_set(editor->line, EL_EDITOR, "emacs");
    /* el_set would copy these texts and never free them. */
    el_wset(editor->line, EL_ADDFN, L"tidemark-complete", L"completes a name", line_complete);
    el_wset(editor->line, EL_ADDFN, L"tidemark-cancel", L"cancels the line", line_cancel);
    el_set(editor->line, EL_BIND, "^I", "tidemark-complete", NULL);
    el_set(editor->line, EL_BIND, "^C", "tidemark-cancel", NULL);
    el_set(editor->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_set(editor->line, EL_SETTY, "-d", "-isig", NULL);
    history_open(editor);
    el_source(editor->line, NULL);
    return editor;
}

void editor_close(struct editor *editor)
{
    history_close(editor);
    el_end(editor->line);
    free(editor);
}

static bool line_is_blank(const char *line)
{
    return line[strspn(line, " \t\n")] == '\0';
}

enum editor_outcome editor_read(struct editor *editor, const char *prompt, const char **line)
{
    HistEvent event;
    int count = 0;
    editor->prompt = prompt;
    editor->cancelled = false;
    *line = el_gets(editor->line, &count);
    if (editor->cancelled)
        return EDITOR_CANCELLED;
    if (*line == NULL || count <= 0)
        return EDITOR_END;
    if (!line_is_blank(*line))
        history(editor->history, &event, H_ENTER, *line);
    return EDITOR_LINE;
}
