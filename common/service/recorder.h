/* recorder.h - keeps what a server was asked for in a file, and hardly makes it wait.
 *
 * Requests are written in the order of recorder_add, times never running back, ids as SipHash-1-3
 * under a key that is not in the file (recording.h has the form). A block is packed and written
 * when it is full, by whoever filled it, or when it is a second old, by the tick: a tenth of a
 * millisecond. (A thread of its own would be dearer: the kernel and libc serve a process of one
 * thread faster.) When the file has reached half the limit, or one is there at the start, it
 * becomes PATH.1 and a new one begins: the latest requests are kept, in two files.
 *
 * Any thread may call recorder_add. A write that fails ends the recording and nothing else.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "errors.h"
#include "record.h"

struct recorder;

struct recorder_setup {
    const char *path;
    const char *key_path; /* 32 hexadecimal digits; NULL: a key that nobody knows */
    uint64_t limit_bytes; /* of the files together */
    uint64_t now_ns;      /* the caller's clock, monotonic */
    uint64_t unix_ns;     /* the time at that moment */
    /* Gets a line without its end, from any thread: why the recording ended. */
    void (*tell)(const char *line);
};

/* NULL: error says why in one line. Whatever else lies at the path is left alone. */
struct recorder *recorder_open(const struct recorder_setup *setup, struct error *error);
/* Writes what is left. Nobody notes any more. */
void recorder_close(struct recorder *recorder); /* NULL does nothing */

void recorder_add(struct recorder *recorder, struct span id, size_t bytes, bool hit,
                  uint64_t now_ns);
/* To be called now and then, so that a block is written though nothing more comes. */
void recorder_tick(struct recorder *recorder, uint64_t now_ns);

#endif
