/* recorder.h - records the requests that a server answers in a file, at little cost per request.
 *
 * Requests are written in the order of the recorder_add calls, with times that never decrease; ids
 * are written as SipHash-1-3 under a key that is not in the file (recording.h has the format).
 * Requests are collected in a block, which is compressed and written by the thread that fills it,
 * or by recorder_tick when it is a second old: that takes about 0.1 ms. There is no thread for it,
 * because the kernel and libc serve a process of one thread faster.
 *
 * When FILE has reached half of the limit, or exists at the start, it is renamed to FILE.1 and a
 * new FILE begins: the two files have the latest requests.
 *
 * Any thread may call recorder_add. When a write fails the recording ends; the server goes on.
 */
#pragma once

#include "errors.h"
#include "record.h"

struct recorder;

struct recorder_setup {
    const char *path;
    const char *key_path; /* a file with 32 hexadecimal digits; NULL: a random key */
    uint64_t limit_bytes; /* of both files together */
    uint64_t now_ns;      /* the caller's monotonic clock */
    uint64_t unix_ns;     /* the time of day at that moment */
    /* Gets one line without a newline, on any thread: why the recording ended. */
    void (*warn)(const char *line);
};

/* NULL: see error. A file that is no recording is not overwritten, nor one in which another process
 * records; that includes FILE.1, then and later. */
struct recorder *recorder_open(const struct recorder_setup *setup, struct error *error);
/* Writes the last block. NULL does nothing. */
void recorder_close(struct recorder *recorder);

void recorder_add(struct recorder *recorder, struct span id, size_t bytes, bool hit,
                  uint64_t now_ns);
/* Writes a block that is a second old; call it regularly. */
void recorder_tick(struct recorder *recorder, uint64_t now_ns);
