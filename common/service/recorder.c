/* recorder.c - collects requests in blocks, writes the blocks, and rotates the file. */
#include "recorder.h"

#include "files.h"
#include "recording.h"
#include "siphash.h"
#include "units.h"
#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_US           UINT64_C(1000000)
#define OLDER_SUFFIX       ".1"
#define FILE_MODE          0600
#define KEY_FILE_BYTES_MAX 4096

struct buffer {
    size_t count;
    struct recording_request requests[RECORDING_BLOCK_MAX];
};

/* A thread takes file_lock while it holds `lock`, so that blocks are written in the order in which
 * they were filled. */
struct recorder {
    struct recorder_setup setup;
    struct memory_zone *zone;
    char *path, *older;
    struct siphash_key key;
    uint64_t unix_offset_us; /* time of day minus the caller's clock */

    pthread_mutex_t lock; /* protects the next two lines */
    uint64_t last_us;     /* time of the last request */
    struct buffer *filling, *spare;

    pthread_mutex_t file_lock; /* protects the rest, and the spare buffer */
    struct recording_packer *packer;
    int file; /* -1: a write has failed */
    uint64_t file_bytes;
};

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

/* Whether the path may be written: it has no file, an empty one, or (*older) a recording. */
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

/* Creates the file, or takes an empty one. A lock keeps other recorders away. */
static bool file_begin(struct recorder *recorder)
{
    struct stat state;
    recorder->file = open(recorder->path, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE);
    recorder->file_bytes = RECORDING_MAGIC_BYTES;
    if (recorder->file < 0 || flock(recorder->file, LOCK_EX | LOCK_NB) < 0 ||
        fstat(recorder->file, &state) < 0)
        return false;
    if (state.st_size > 0)
        errno = EEXIST;
    return state.st_size == 0 && write_all(recorder->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
}

/* Whether another process records in the file. */
static bool path_is_locked(const char *path)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool locked = file >= 0 && flock(file, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    if (file >= 0)
        close(file);
    return locked;
}

/* Whether the path still is the file that was written to; true also before the first one. */
static bool file_is_own(const struct recorder *recorder)
{
    struct stat own, there;
    return recorder->file < 0 ||
           (fstat(recorder->file, &own) == 0 && stat(recorder->path, &there) == 0 &&
            own.st_dev == there.st_dev && own.st_ino == there.st_ino);
}

static void file_end(struct recorder *recorder)
{
    if (recorder->file >= 0)
        close(recorder->file);
    recorder->file = -1;
}

/* Only a recording is replaced. */
static bool file_rotate(struct recorder *recorder)
{
    bool older, own = file_is_own(recorder);
    if (!own || !path_is_free(recorder->older, &older)) {
        errno = EEXIST;
        return false;
    }
    file_end(recorder);
    return rename(recorder->path, recorder->older) == 0 && file_begin(recorder);
}

static bool block_write(struct recorder *recorder, const char *block, size_t bytes)
{
    if (recorder->file_bytes + bytes > recorder->setup.limit_bytes / 2 && !file_rotate(recorder))
        return false;
    recorder->file_bytes += bytes;
    return write_all(recorder->file, block, bytes);
}

/* Blocks. */

static void recording_end(struct recorder *recorder)
{
    struct error error;
    error_set(&error, "%s: %s; recording ends here, serving does not", recorder->path,
              strerror(errno));
    recorder->setup.warn(error.text);
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

/* Called with `lock`, which is unlocked before the buffer is compressed and written. */
static void buffer_swap(struct recorder *recorder)
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
    if (time_us > recorder->last_us) /* another thread may have a later time */
        recorder->last_us = time_us;
    buffer->requests[buffer->count++] = (struct recording_request){
        .id = hash, .time_us = recorder->last_us, .bytes = (uint32_t)bytes, .hit = hit};
    if (buffer->count == RECORDING_BLOCK_MAX)
        buffer_swap(recorder);
    else
        pthread_mutex_unlock(&recorder->lock);
}

void recorder_tick(struct recorder *recorder, uint64_t now_ns)
{
    pthread_mutex_lock(&recorder->lock);
    const struct buffer *buffer = recorder->filling;
    if (buffer->count > 0 && time_us_of(recorder, now_ns) > buffer->requests[0].time_us + FLUSH_US)
        buffer_swap(recorder);
    else
        pthread_mutex_unlock(&recorder->lock);
}

/* Opening and closing. */

/* The value of two hexadecimal digits, or -1. */
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

static int key_read(const char *path, unsigned char bytes[SIPHASH_KEY_BYTES], struct error *error)
{
    size_t count;
    char *text = file_read(path, KEY_FILE_BYTES_MAX, &count, error);
    if (text == NULL)
        return -1;
    bool good = key_parse(text, bytes);
    free(text);
    if (good)
        return 0;
    return error_set(error, "%s: a key is 32 hexadecimal digits; openssl rand -hex 16 makes one",
                     path);
}

static int key_open(struct recorder *recorder, struct error *error)
{
    unsigned char bytes[SIPHASH_KEY_BYTES];
    const char *path = recorder->setup.key_path;
    if (path != NULL && key_read(path, bytes, error) < 0)
        return -1;
    if (path == NULL && getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return error_set(error, "getrandom: %s", strerror(errno));
    recorder->key = siphash_key_read(bytes);
    return 0;
}

static int path_open(struct recorder *recorder, struct error *error)
{
    bool older, oldest;
    bool free = path_is_free(recorder->path, &older);
    if (!free || (older && !path_is_free(recorder->older, &oldest)))
        return error_set(error, "%s: there is something else than a recording; name another file",
                         free ? recorder->older : recorder->path);
    if (path_is_locked(recorder->path))
        return error_set(error, "%s: another process records there; name another file",
                         recorder->path);
    if (older ? file_rotate(recorder) : file_begin(recorder))
        return 0;
    return error_set(error, "%s: %s", recorder->path, strerror(errno));
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
    free(recorder->path);
    free(recorder->older);
    memory_free(recorder);
    memory_zone_destroy(zone);
}

static struct recorder *recorder_create(const struct recorder_setup *setup)
{
    struct memory_zone *zone = memory_zone_create();
    struct recorder *recorder = memory_alloc_zeroed(zone, sizeof *recorder);
    recorder->setup = *setup;
    recorder->zone = zone;
    recorder->path = xstrdup(setup->path);
    recorder->older = xasprintf("%s" OLDER_SUFFIX, setup->path);
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
    if (key_open(recorder, error) == 0 && path_open(recorder, error) == 0)
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
