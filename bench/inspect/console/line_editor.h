/* line_editor.h - lines typed at a terminal: editing, history, completion. */
#ifndef LINE_EDITOR_H
#define LINE_EDITOR_H

#include "console_connection.h"

struct editor;

/* The client completes what the tab key is pressed behind. The history is read from, and kept in,
 * $XDG_STATE_HOME/tidemark_history (~/.local/state), which nobody else may read. */
struct editor *editor_open(const char *program, struct client *client);
void editor_close(struct editor *editor);

enum editor_outcome { EDITOR_LINE, EDITOR_ABANDONED, EDITOR_END };

/* The line, with its newline, until the next call. ABANDONED: Ctrl-C. END: Ctrl-D. */
enum editor_outcome editor_read(struct editor *editor, const char *prompt, const char **line);

#endif
