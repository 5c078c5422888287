/* console_reply.h - parses what a server's console answers: snapshots and unreachable objects. */
#pragma once

#include "diagnosis.h"
#include "errors.h"

#define CONSOLE_REPLY_NAME_BYTES 64

/* What is the same in every snapshot. */
struct console_reply_server {
    char policy[CONSOLE_REPLY_NAME_BYTES];
    uint64_t pid;
    struct result_limits limits;
};

/* The statements that produce these answers. */
#define CONSOLE_SNAPSHOT    "print(heap.snapshot())"
#define CONSOLE_UNREACHABLE "print(json(heap.unreachable()))"

/* 0, or -1 and one line in error: something is missing. Figures of the kernel (rss, vsz) are 0. */
int console_reply_snapshot(const char *text, size_t bytes, struct snapshot *snapshot,
                           struct console_reply_server *server, struct error *error);
/* 0, or -1 and one line in error. */
int console_reply_unreachable(const char *text, size_t bytes, struct unreachable *unreachable,
                              struct error *error);
