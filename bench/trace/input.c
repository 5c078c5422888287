/* input.c - the bytes of a trace: a mapping where that will do, else a buffer that is refilled. */
#include "input.h"

#include "codec.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)1 << 20)
#define RAW_BYTES    ((size_t)256 << 10)
#define PIECE_BYTES  ((size_t)4 << 20) /* of a mapping, a multiple of any page */

struct input_state {
    const char *name;
    struct error *error;
    int fd;
    void *map;
    size_t map_bytes;
    size_t let_go; /* bytes at the mapping's start that will not be seen again */
    char *raw;     /* as it is stored; NULL where it is mapped or in memory */
    const char *raw_at, *raw_end;
    bool raw_ended; /* nothing comes behind raw_end */
    const struct codec *codec;
    void *decoder;
    char *buffer; /* decoded; NULL where that needs no doing */
    size_t buffer_bytes;
    bool ended; /* nothing comes behind end */
};

static int complain(struct input_state *state, const char *what, const char *why)
{
    error_set(state->error, "%s: %s%s%s", state->name, what, why != NULL ? ": " : "",
              why != NULL ? why : "");
    state->ended = true;
    return -1;
}

/* Reads what is stored; all that was there must have been used. */
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
        return complain(state, "cannot be read", strerror(errno));
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

static int prepare_decoding(struct input *input, size_t buffer_bytes)
{
    struct input_state *state = input->state;
    state->decoder = state->codec->create();
    state->buffer = malloc(buffer_bytes);
    state->buffer_bytes = buffer_bytes;
    input->at = input->end = state->buffer;
    return state->decoder != NULL && state->buffer != NULL ? 0
                                                           : complain(state, "out of memory", NULL);
}

/* What is stored plainly and lies in memory need not be moved. */
static int prepare(struct input *input, bool in_memory, size_t buffer_bytes)
{
    struct input_state *state = input->state;
    if (peek_magic(state) != 0)
        return -1;
    if (!in_memory || !codec_is_plain(state->codec))
        return prepare_decoding(input, buffer_bytes);
    input->at = input->end = state->raw_at;
    return 0;
}

static int open_file(struct input_state *state)
{
    struct stat stat;
    state->fd =
        strcmp(state->name, "-") == 0 ? STDIN_FILENO : open(state->name, O_RDONLY | O_CLOEXEC);
    if (state->fd < 0 || fstat(state->fd, &stat) != 0)
        return complain(state, "cannot be opened", strerror(errno));
    if (S_ISDIR(stat.st_mode))
        return complain(state, "is a folder, not a trace", NULL);
    if (S_ISREG(stat.st_mode) && stat.st_size > 0 && state->fd != STDIN_FILENO) {
        state->map = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, state->fd, 0);
        state->map_bytes = (size_t)stat.st_size;
    }
    return 0;
}

static int start_reading(struct input_state *state)
{
    if (state->map != MAP_FAILED) {
        madvise(state->map, state->map_bytes, MADV_SEQUENTIAL);
        state->raw_at = state->map;
        state->raw_end = state->raw_at + state->map_bytes;
        state->raw_ended = true;
        return 0;
    }
    state->raw = malloc(RAW_BYTES);
    state->raw_at = state->raw_end = state->raw;
    return state->raw != NULL ? 0 : complain(state, "out of memory", NULL);
}

static struct input_state *create_state(const char *name, struct error *error)
{
    struct input_state *state = calloc(1, sizeof(*state));
    if (state == NULL) {
        error_set(error, "%s: out of memory", name);
        return NULL;
    }
    state->name = name;
    state->error = error;
    state->fd = -1;
    state->map = MAP_FAILED;
    return state;
}

int input_open(struct input *input, const char *name, struct error *error)
{
    *input = (struct input){.state = create_state(name, error)};
    struct input_state *state = input->state;
    if (state == NULL)
        return -1;
    if (open_file(state) != 0 || start_reading(state) != 0 ||
        prepare(input, state->map != MAP_FAILED, BUFFER_BYTES) != 0) {
        input_close(input);
        return -1;
    }
    return 0;
}

int input_open_memory(struct input *input, const char *name, const char *data, size_t bytes,
                      size_t piece_bytes, struct error *error)
{
    *input = (struct input){.state = create_state(name, error)};
    struct input_state *state = input->state;
    if (state == NULL)
        return -1;
    state->raw_at = data;
    state->raw_end = data + bytes;
    state->raw_ended = true;
    if (prepare(input, piece_bytes == 0, piece_bytes ? piece_bytes : BUFFER_BYTES) != 0) {
        input_close(input);
        return -1;
    }
    return 0;
}

void input_close(struct input *input)
{
    struct input_state *state = input->state;
    if (state->decoder != NULL)
        state->codec->destroy(state->decoder);
    if (state->map != MAP_FAILED)
        munmap(state->map, state->map_bytes);
    if (state->fd > STDIN_FILENO)
        close(state->fd);
    free(state->raw);
    free(state->buffer);
    free(state);
}

/* Makes room behind the bytes that are left, which move to the buffer's start. */
static int make_room(struct input *input)
{
    struct input_state *state = input->state;
    size_t left = (size_t)(input->end - input->at);
    if (left == state->buffer_bytes) {
        char *larger = realloc(state->buffer, left * 2);
        if (larger == NULL)
            return complain(state, "out of memory", NULL);
        input->at = larger + (input->at - state->buffer);
        state->buffer = larger;
        state->buffer_bytes = left * 2;
    }
    memmove(state->buffer, input->at, left);
    input->at = state->buffer;
    input->end = state->buffer + left;
    return 0;
}

/* One step of decoding into the room behind end. -1 on error; at the end, ended is set. */
static int decode_some(struct input *input)
{
    struct input_state *state = input->state;
    if (state->raw_at == state->raw_end && !state->raw_ended && fill_raw(state) != 0)
        return -1;
    size_t seen = (size_t)(input->end - state->buffer);
    struct codec_buffers buffers = {state->raw_at, (size_t)(state->raw_end - state->raw_at),
                                    state->buffer + seen, state->buffer_bytes - seen,
                                    state->raw_ended};
    const char *problem = state->codec->decode(state->decoder, &buffers);
    if (problem != NULL)
        return complain(state, state->codec->name, problem);
    bool stands = buffers.in == state->raw_at && buffers.out == input->end;
    state->raw_at = buffers.in;
    input->end = buffers.out;
    if (!stands || !state->raw_ended)
        return 0;
    state->ended = true;
    return state->codec->is_whole(state->decoder)
               ? 0
               : complain(state, state->codec->name, "the data end too early");
}

/* Fetches the mapping's next piece in one go, which costs less than faulting its pages in, and lets
 * go what lies behind at. Both are advice: nothing depends on it. */
static void turn_page(struct input *input, size_t bytes)
{
    struct input_state *state = input->state;
    char *map = state->map;
    size_t used = (size_t)(input->at - map) / PIECE_BYTES * PIECE_BYTES;
    madvise(map + (input->end - map), bytes, MADV_POPULATE_READ);
    madvise(map + state->let_go, used - state->let_go, MADV_DONTNEED);
    state->let_go = used;
}

/* As input_more, for what lies in memory as it is. */
static bool show_more(struct input *input)
{
    struct input_state *state = input->state;
    size_t bytes = (size_t)(state->raw_end - input->end);
    if (bytes == 0)
        return false;
    if (state->map != MAP_FAILED) {
        bytes = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
        turn_page(input, bytes);
    }
    input->end += bytes;
    return true;
}

bool input_more(struct input *input)
{
    struct input_state *state = input->state;
    if (state->buffer == NULL)
        return show_more(input);
    if (state->ended || make_room(input) != 0)
        return false;
    const char *end = input->end;
    while (input->end == end && !state->ended) {
        if (decode_some(input) != 0)
            return false;
    }
    return input->end != end;
}

/* Copies the last line, which has no newline, to where one can be put behind it. */
static const char *terminate(struct input *input)
{
    struct input_state *state = input->state;
    size_t left = (size_t)(input->end - input->at);
    char *line = left < INPUT_LINE_MAX ? malloc(left + 1) : NULL;
    if (line == NULL) {
        complain(state, "a line is longer than 16 MiB", "is it text?");
        return NULL;
    }
    memcpy(line, input->at, left);
    line[left] = '\n';
    free(state->buffer);
    state->buffer = line;
    state->buffer_bytes = left + 1;
    state->ended = true;
    input->at = line;
    input->end = line + left + 1;
    return input->end;
}

const char *input_lines(struct input *input)
{
    size_t seen;
    do {
        seen = (size_t)(input->end - input->at);
        const char *last = memrchr(input->at, '\n', seen);
        if (last != NULL)
            return last + 1;
    } while (seen < INPUT_LINE_MAX && input_more(input));
    if (seen == 0 || input->state->error->text[0] != '\0')
        return NULL;
    return terminate(input);
}
