/* recorder.c - keeps what a server was asked for in a file, and hardly makes it wait. */
#include "recorder.h"

#include "recording.h"
#include "siphash.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_US     UINT64_C(1000000)
#define OLDER_SUFFIX ".1"
#define FILE_MODE    0600
#define LINE_BYTES   512

struct buffer {
    size_t count;
    struct recording_request requests[RECORDING_BLOCK_MAX];
};

/* Who holds the lock of the file got it while holding that of the buffer, so that blocks are
 * written in the order in which they were filled. */
struct recorder {
    struct recorder_setup setup;
    struct memory_zone *zone;
    char *path, *older;
    struct siphash_key key;
    uint64_t unix_offset_us; /* of the caller's clock */

    pthread_mutex_t lock; /* around what follows */
    uint64_t last_us;     /* time of the last request */
    struct buffer *filling, *spare;

    pthread_mutex_t file_lock; /* around what follows, and the spare buffer */
    struct recording_packer *packer;
    int file; /* -1: writing has failed */
    uint64_t file_bytes;
};

static void tell(struct recorder *recorder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct recorder *recorder, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    recorder->setup.tell(line);
}

/* The file. */

static bool write_all(int file, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno != EINTR)
            return false;
        bytes += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool file_begin(struct recorder *recorder)
{
    recorder->file = open(recorder->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    recorder->file_bytes = RECORDING_MAGIC_BYTES;
    return recorder->file >= 0 && write_all(recorder->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
}

static void file_end(struct recorder *recorder)
{
    if (recorder->file >= 0)
        close(recorder->file);
    recorder->file = -1;
}

static bool file_turn(struct recorder *recorder)
{
    file_end(recorder);
    return rename(recorder->path, recorder->older) == 0 && file_begin(recorder);
}

static bool block_write(struct recorder *recorder, const char *block, size_t bytes)
{
    if (recorder->file_bytes + bytes > recorder->setup.limit_bytes / 2 && !file_turn(recorder))
        return false;
    recorder->file_bytes += bytes;
    return write_all(recorder->file, block, bytes);
}

/* Blocks. */

static void recording_end(struct recorder *recorder)
{
    tell(recorder, "%s: %s; recording ends here, serving does not", recorder->path,
         strerror(errno));
    file_end(recorder);
}

static void buffer_write(struct recorder *recorder, struct buffer *buffer)
{
    const char *block;
    if (recorder->file >= 0) {
        size_t bytes = recording_pack(recorder->packer, buffer->requests, buffer->count, &block);
        if (!block_write(recorder, block, bytes))
            recording_end(recorder);
    }
    buffer->count = 0;
}

/* Takes the lock over, and gives it back before the buffer is packed. */
static void buffer_turn(struct recorder *recorder)
{
    struct buffer *full = recorder->filling;
    pthread_mutex_lock(&recorder->file_lock);
    recorder->filling = recorder->spare;
    recorder->spare = full;
    pthread_mutex_unlock(&recorder->lock);
    buffer_write(recorder, full);
    pthread_mutex_unlock(&recorder->file_lock);
}

static uint64_t time_us_of(const struct recorder *recorder, uint64_t now_ns)
{
    return recorder->unix_offset_us + now_ns / NS_PER_US;
}

void recorder_add(struct recorder *recorder, struct span id, size_t bytes, bool hit,
                  uint64_t now_ns)
{
    uint64_t hash = siphash(&recorder->key, id.bytes, id.count);
    uint64_t time_us = time_us_of(recorder, now_ns);
    pthread_mutex_lock(&recorder->lock);
    struct buffer *buffer = recorder->filling;
    if (time_us > recorder->last_us) /* another thread may have looked at the clock later */
        recorder->last_us = time_us;
    buffer->requests[buffer->count++] = (struct recording_request){
        .id = hash, .time_us = recorder->last_us, .bytes = (uint32_t)bytes, .hit = hit};
    if (buffer->count == RECORDING_BLOCK_MAX)
        buffer_turn(recorder);
    else
        pthread_mutex_unlock(&recorder->lock);
}

void recorder_tick(struct recorder *recorder, uint64_t now_ns)
{
    pthread_mutex_lock(&recorder->lock);
    const struct buffer *buffer = recorder->filling;
    if (buffer->count > 0 && time_us_of(recorder, now_ns) > buffer->requests[0].time_us + FLUSH_US)
        buffer_turn(recorder);
    else
        pthread_mutex_unlock(&recorder->lock);
}

/* Opening and closing. */

static void refuse(struct error *error, const char *path, const char *reason)
{
    error_set(error, "%.150s: %s", path, reason);
}

/* Two digits' value, or -1. */
static int byte_parse(const char *digits)
{
    static const char known[] = "0123456789abcdef0123456789ABCDEF";
    const char *high = digits[0] ? strchr(known, digits[0]) : NULL;
    const char *low = high && digits[1] ? strchr(known, digits[1]) : NULL;
    return low ? (int)((high - known) % 16 * 16 + (low - known) % 16) : -1;
}

static bool key_parse(const char *text, unsigned char bytes[SIPHASH_KEY_BYTES])
{
    for (int i = 0; i < SIPHASH_KEY_BYTES; i++) {
        int byte = byte_parse(text + (size_t)i * 2);
        if (byte < 0)
            return false;
        bytes[i] = (unsigned char)byte;
    }
    text += (size_t)SIPHASH_KEY_BYTES * 2;
    return text[strspn(text, "\r\n")] == '\0';
}

static bool key_read(const char *path, unsigned char bytes[SIPHASH_KEY_BYTES], struct error *error)
{
    char text[2 * SIPHASH_KEY_BYTES + 4] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        refuse(error, path, strerror(errno));
        return false;
    }
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    if (key_parse(text, bytes))
        return true;
    refuse(error, path, "a key is 32 hexadecimal digits, as from openssl rand -hex 16");
    return false;
}

static bool key_open(struct recorder *recorder, struct error *error)
{
    unsigned char bytes[SIPHASH_KEY_BYTES];
    const char *path = recorder->setup.key_path;
    if (path != NULL && !key_read(path, bytes, error))
        return false;
    if (path == NULL && getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        refuse(error, "getrandom", strerror(errno));
        return false;
    }
    recorder->key = siphash_key_read(bytes);
    return true;
}

/* Is it safe to put a recording there? An older one, or nothing, may lie there. */
static bool path_is_free(const char *path, bool *older)
{
    char magic[RECORDING_MAGIC_BYTES];
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat state;
    *older = false;
    if (file < 0)
        return errno == ENOENT;
    bool regular = fstat(file, &state) == 0 && S_ISREG(state.st_mode);
    ssize_t count = regular ? read(file, magic, sizeof magic) : -1;
    close(file);
    *older = count == sizeof magic && memcmp(magic, RECORDING_MAGIC, sizeof magic) == 0;
    return count == 0 || *older;
}

static bool path_open(struct recorder *recorder, struct error *error)
{
    bool older;
    if (!path_is_free(recorder->path, &older)) {
        refuse(error, recorder->path,
               "there is something else than a recording; name another file");
        return false;
    }
    if (older ? file_turn(recorder) : file_begin(recorder))
        return true;
    refuse(error, recorder->path, strerror(errno));
    return false;
}

static void recorder_free(struct recorder *recorder)
{
    struct memory_zone *zone = recorder->zone;
    file_end(recorder);
    recording_packer_destroy(recorder->packer);
    pthread_mutex_destroy(&recorder->file_lock);
    pthread_mutex_destroy(&recorder->lock);
    memory_free(recorder->filling);
    memory_free(recorder->spare);
    memory_free(recorder->path);
    memory_free(recorder->older);
    memory_free(recorder);
    memory_zone_destroy(zone);
}

static char *text_join(struct memory_zone *zone, const char *first, const char *second)
{
    size_t bytes = strlen(first) + strlen(second) + 1;
    char *joined = memory_alloc(zone, bytes);
    snprintf(joined, bytes, "%s%s", first, second);
    return joined;
}

static struct recorder *recorder_create(const struct recorder_setup *setup)
{
    struct memory_zone *zone = memory_zone_create();
    struct recorder *recorder = memory_alloc_zeroed(zone, sizeof *recorder);
    recorder->setup = *setup;
    recorder->zone = zone;
    recorder->path = text_join(zone, setup->path, "");
    recorder->older = text_join(zone, setup->path, OLDER_SUFFIX);
    recorder->unix_offset_us = (setup->unix_ns - setup->now_ns) / NS_PER_US;
    recorder->file = -1;
    recorder->packer = recording_packer_create();
    pthread_mutex_init(&recorder->lock, NULL);
    pthread_mutex_init(&recorder->file_lock, NULL);
    recorder->filling = memory_alloc_zeroed(zone, sizeof(struct buffer));
    recorder->spare = memory_alloc_zeroed(zone, sizeof(struct buffer));
    return recorder;
}

struct recorder *recorder_open(const struct recorder_setup *setup, struct error *error)
{
    struct recorder *recorder = recorder_create(setup);
    if (key_open(recorder, error) && path_open(recorder, error))
        return recorder;
    recorder_free(recorder);
    return NULL;
}

void recorder_close(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    if (recorder->filling->count > 0)
        buffer_write(recorder, recorder->filling);
    recorder_free(recorder);
}
