/* console_reply.h - what a server's console answers, as a look and as what is lost. */
#ifndef CONSOLE_REPLY_H
#define CONSOLE_REPLY_H

#include "diagnosis.h"
#include "errors.h"

#define HEARD_NAME_BYTES 64

/* What stays the same from look to look. */
struct console_reply_server {
    char policy[HEARD_NAME_BYTES], version[HEARD_NAME_BYTES];
    uint64_t pid;
    struct result_limits limits;
};

/* The statements to which these are the answers. */
#define HEARD_LOOK "print(heap.look())"
#define HEARD_LOST "print(json(heap.unreachable()))"

/* 0, or -1 and one line in error. What the kernel knows (rss, vsz) is left 0. */
int console_reply_look(const char *text, size_t bytes, struct look *look,
                       struct console_reply_server *server, struct error *error);
int console_reply_lost(const char *text, size_t bytes, struct lost *lost, struct error *error);

#endif
