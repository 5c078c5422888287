/* line_editor.h - reads lines from a terminal, with editing, history and completion. */
#pragma once

#include "console_connection.h"

struct editor;

/* Tab completes names, by a request to the connected server. The history is kept between sessions
 * in $XDG_STATE_HOME/tidemark_history (default ~/.local/state), which only its owner may read. */
struct editor *editor_open(const char *program, struct console_connection *connection);
void editor_close(struct editor *editor);

enum editor_outcome {
    EDITOR_LINE,
    EDITOR_CANCELLED, /* Ctrl-C */
    EDITOR_END,       /* Ctrl-D */
};

/* *line is the line with its newline, until the next call. */
enum editor_outcome editor_read(struct editor *editor, const char *prompt, const char **line);
