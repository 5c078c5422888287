/* input.c - the bytes of a trace: mapped if it is a plain file, else through a buffer. */
#include "input.h"

#include "codec.h"
#include "mapping.h"
#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)1 << 20)
#define RAW_BYTES    ((size_t)256 << 10)
#define PIECE_BYTES  ((size_t)4 << 20) /* of a mapping; a multiple of any page size */

struct input_state {
    const char *name;
    struct error *error;
    int fd;
    struct mapping map;
    size_t released_bytes; /* at the start of the mapping, given back to the kernel */
    char *raw;             /* the bytes as stored; NULL if they are mapped or in memory */
    const char *raw_at, *raw_end;
    bool raw_ended; /* nothing follows raw_end */
    const struct codec *codec;
    void *decoder;
    struct codec_buffers decoding;
    char *buffer; /* the decoded bytes; NULL if the bytes are used where they are */
    size_t buffer_bytes;
    bool ended; /* nothing follows input.end */
    bool cut;   /* input.end is the end of a line that had no newline */
};

/* Always -1. */
static int input_fail(struct input_state *state, const char *what, const char *why)
{
    state->ended = true;
    return error_set(state->error, "%s: %s%s%s", state->name, what, why != NULL ? ": " : "",
                     why != NULL ? why : "");
}

/* Reads more of the bytes as stored, behind those that are left. */
static int fill_raw(struct input_state *state)
{
    size_t left = (size_t)(state->raw_end - state->raw_at);
    if (state->raw_at != state->raw)
        memmove(state->raw, state->raw_at, left);
    ssize_t got;
    do {
        got = read(state->fd, state->raw + left, RAW_BYTES - left);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return input_fail(state, "cannot be read", strerror(errno));
    state->raw_at = state->raw;
    state->raw_end = state->raw + left + got;
    state->raw_ended = got == 0;
    return 0;
}

static int peek_magic(struct input_state *state)
{
    while (!state->raw_ended && state->raw_end - state->raw_at < CODEC_MAGIC_BYTES) {
        if (fill_raw(state) != 0)
            return -1;
    }
    state->codec = codec_find(state->raw_at, (size_t)(state->raw_end - state->raw_at));
    return 0;
}

/* Plain bytes that are in memory already are used where they are. */
static int prepare(struct input *input, bool in_memory, size_t buffer_bytes)
{
    struct input_state *state = input->state;
    if (peek_magic(state) != 0)
        return -1;
    if (in_memory && codec_is_plain(state->codec)) {
        input->at = input->end = state->raw_at;
        return 0;
    }
    if (state->codec->create != NULL)
        state->decoder = state->codec->create();
    state->buffer = xmalloc(buffer_bytes);
    state->buffer_bytes = buffer_bytes;
    input->at = input->end = state->buffer;
    return 0;
}

static int open_file(struct input_state *state)
{
    struct stat stat;
    state->fd =
        strcmp(state->name, "-") == 0 ? STDIN_FILENO : open(state->name, O_RDONLY | O_CLOEXEC);
    if (state->fd < 0 || fstat(state->fd, &stat) != 0)
        return input_fail(state, "cannot be opened", strerror(errno));
    if (S_ISDIR(stat.st_mode))
        return input_fail(state, "is a directory, not a file", NULL);
    if (S_ISREG(stat.st_mode) && stat.st_size > 0 && state->fd != STDIN_FILENO)
        state->map = mapping_open(state->fd, (size_t)stat.st_size);
    return 0;
}

static void start_reading(struct input_state *state)
{
    if (state->map.at == NULL) {
        state->raw = xmalloc(RAW_BYTES);
        state->raw_at = state->raw_end = state->raw;
        return;
    }
    madvise(state->map.at, state->map.bytes, MADV_SEQUENTIAL);
    state->raw_at = state->map.at;
    state->raw_end = state->raw_at + state->map.bytes;
    state->raw_ended = true;
}

static struct input_state *state_create(struct input *input, const char *name, struct error *error)
{
    struct input_state *state = xmalloc(sizeof *state);
    *state = (struct input_state){.name = name, .error = error, .fd = -1};
    *input = (struct input){.state = state};
    return state;
}

int input_open(struct input *input, const char *name, struct error *error)
{
    struct input_state *state = state_create(input, name, error);
    if (open_file(state) != 0)
        return -1;
    start_reading(state);
    return prepare(input, state->map.at != NULL, BUFFER_BYTES);
}

int input_open_memory(struct input *input, const char *name, const char *data, size_t bytes,
                      size_t piece_bytes, struct error *error)
{
    struct input_state *state = state_create(input, name, error);
    state->raw_at = data;
    state->raw_end = data + bytes;
    state->raw_ended = true;
    return prepare(input, piece_bytes == 0, piece_bytes ? piece_bytes : BUFFER_BYTES);
}

void input_close(struct input *input)
{
    struct input_state *state = input->state;
    if (state->decoder != NULL)
        state->codec->destroy(state->decoder);
    mapping_close(&state->map);
    if (state->fd > STDIN_FILENO)
        close(state->fd);
    free(state->raw);
    free(state->buffer);
    free(state);
}

/* Moves the bytes that are left to the start of the buffer, which grows if they fill it. */
static void buffer_reserve(struct input *input)
{
    struct input_state *state = input->state;
    size_t left = (size_t)(input->end - input->at), offset = (size_t)(input->at - state->buffer);
    if (left == state->buffer_bytes) {
        state->buffer_bytes *= 2;
        state->buffer = xreallocarray(state->buffer, state->buffer_bytes, 1);
    }
    memmove(state->buffer, state->buffer + offset, left);
    input->at = state->buffer;
    input->end = state->buffer + left;
}

/* Decodes once, into the free part of the buffer. -1 after an error; sets `ended` at the end. */
static int decode_some(struct input *input)
{
    struct input_state *state = input->state;
    struct codec_buffers *decoding = &state->decoding;
    if (state->raw_at == state->raw_end && !state->raw_ended && fill_raw(state) != 0)
        return -1;
    size_t used = (size_t)(input->end - state->buffer);
    *decoding =
        (struct codec_buffers){state->raw_at,        (size_t)(state->raw_end - state->raw_at),
                               state->buffer + used, state->buffer_bytes - used,
                               state->raw_ended,     decoding->ended};
    const char *problem = NULL;
    if (!decoding->ended || decoding->in_bytes > 0)
        problem = state->codec->decode(state->decoder, decoding);
    if (problem != NULL)
        return input_fail(state, state->codec->name, problem);
    bool progress = decoding->in != state->raw_at || decoding->out != input->end;
    state->raw_at = decoding->in;
    input->end = decoding->out;
    if (progress || !state->raw_ended)
        return 0;
    state->ended = true;
    return decoding->ended ? 0 : input_fail(state, state->codec->name, "the data end too early");
}

/* Reads the mapping's next piece at once, which is faster than a page fault for each page, and
 * gives back the pages before `at`. Both are hints: the result does not depend on them. */
static void advise(struct input *input, size_t bytes)
{
    struct input_state *state = input->state;
    char *map = state->map.at;
    size_t used = (size_t)(input->at - map) / PIECE_BYTES * PIECE_BYTES;
    madvise(map + (input->end - map), bytes, MADV_POPULATE_READ);
    madvise(map + state->released_bytes, used - state->released_bytes, MADV_DONTNEED);
    state->released_bytes = used;
}

/* As input_more, for plain bytes in memory. */
static bool more_in_memory(struct input *input)
{
    struct input_state *state = input->state;
    size_t bytes = (size_t)(state->raw_end - input->end);
    if (bytes == 0)
        return false;
    if (state->map.at != NULL) {
        bytes = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
        advise(input, bytes);
    }
    input->end += bytes;
    return true;
}

bool input_more(struct input *input)
{
    struct input_state *state = input->state;
    if (state->buffer == NULL)
        return more_in_memory(input);
    if (state->ended)
        return false;
    buffer_reserve(input);
    const char *end = input->end;
    while (input->end == end && !state->ended)
        if (decode_some(input) != 0)
            return false;
    return input->end != end;
}

/* Copies the last line, which has no newline, to memory that has space for one. */
static const char *terminate(struct input *input)
{
    struct input_state *state = input->state;
    size_t left = (size_t)(input->end - input->at);
    if (left >= INPUT_LINE_MAX) {
        input_fail(state, "a line is longer than 16 MiB", "is it text?");
        return NULL;
    }
    char *line = xmalloc(left + 1);
    memcpy(line, input->at, left);
    line[left] = '\n';
    free(state->buffer);
    state->buffer = line;
    state->buffer_bytes = left + 1;
    state->ended = state->cut = true;
    input->at = line;
    input->end = line + left + 1;
    return input->end;
}

bool input_was_truncated(const struct input *input)
{
    return mapping_is_cut(&input->state->map);
}

bool input_is_cut(const struct input *input)
{
    return input->state->cut;
}

const char *input_lines(struct input *input)
{
    size_t available;
    do {
        available = (size_t)(input->end - input->at);
        const char *last = memrchr(input->at, '\n', available);
        if (last != NULL)
            return last + 1;
    } while (available < INPUT_LINE_MAX && input_more(input));
    if (available == 0 || input->state->error->text[0] != '\0')
        return NULL;
    return terminate(input);
}
