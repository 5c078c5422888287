/* input.h - the bytes of a trace: from a file, standard input or memory, decompressed.
 *
 * The bytes that are available now lie from `at` to `end`; the caller moves `at` forward past what
 * it has read. One thread at a time.
 */
#pragma once

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>

#define INPUT_LINE_MAX ((size_t)16 << 20)

struct input {
    const char *at, *end;
    struct input_state *state;
};

/* Opens the file; "-" is standard input. 0, or -1 and one line in error; input_close is needed
 * after both. The input keeps the pointers `name` and `error`, for errors while it is read. */
int input_open(struct input *input, const char *name, struct error *error);
/* The same for bytes that outlive the input. They become available in pieces of `piece_bytes`
 * bytes; 0: all at once, unless they are compressed. */
int input_open_memory(struct input *input, const char *name, const char *data, size_t bytes,
                      size_t piece_bytes, struct error *error);
void input_close(struct input *input);

/* Makes more bytes available behind those that are left, and moves `at` and `end` accordingly.
 * False: there are no more, or there was an error. */
bool input_more(struct input *input);
/* True: the file became shorter while it was read, and what was read since is not in it. */
bool input_was_truncated(const struct input *input);
/* True: the last line of the trace is available, and had no newline. */
bool input_is_cut(const struct input *input);
/* The end of the last whole line that is available; reads on until there is one. A newline is
 * added to the trace's last line if it has none. NULL: the trace has ended, or there was an error.
 */
const char *input_lines(struct input *input);
