/* input.h - the bytes of a trace, from a file, standard input or memory, decompressed.
 *
 * What is seen lies from at to end; whoever parses moves at forward. One thread at a time.
 */
#ifndef INPUT_H
#define INPUT_H

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>

#define INPUT_LINE_MAX ((size_t)16 << 20)

struct input {
    const char *at, *end;
    struct input_state *state;
};

/* "-" is standard input. -1: the reason stands in error, which is kept for
 * later complaints, as is the name. */
int input_open(struct input *input, const char *name, struct error *error);
/* Bytes that outlive the input. They are seen in pieces of piece_bytes, or whole if that is 0 and
 * they are not compressed. */
int input_open_memory(struct input *input, const char *name, const char *data, size_t bytes,
                      size_t piece_bytes, struct error *error);
void input_close(struct input *input);

/* Brings more bytes into sight behind those that are left; at and end move. False: there are no
 * more, or error says why not. */
bool input_more(struct input *input);
/* The end of the last whole line in sight; a newline is put behind the trace's last line if it
 * has none. NULL at the end of the trace, or error says why. */
const char *input_lines(struct input *input);

#endif
