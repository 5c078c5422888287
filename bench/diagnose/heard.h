/* heard.h - what a server's console answers, as a look and as what is lost. */
#ifndef HEARD_H
#define HEARD_H

#include "diagnosis.h"

#define HEARD_ERROR_BYTES 256
#define HEARD_NAME_BYTES  64

/* What stays the same from look to look. */
struct heard_server {
    char policy[HEARD_NAME_BYTES], version[HEARD_NAME_BYTES];
    uint64_t pid;
    struct result_limits limits;
};

/* The statements to which these are the answers. */
#define HEARD_LOOK "print(heap.look())"
#define HEARD_LOST "print(json(heap.unreachable()))"

/* 0, or -1 and one line in error. What the kernel knows (rss, vsz) is left 0. */
int heard_look(const char *text, size_t bytes, struct look *look, struct heard_server *server,
               char error[HEARD_ERROR_BYTES]);
int heard_lost(const char *text, size_t bytes, struct lost *lost, char error[HEARD_ERROR_BYTES]);

#endif
