/* find_server.h - the process that an argument names: by process id, console socket or policy. */
#pragma once

#include "errors.h"

#include <limits.h>
#include <sys/types.h>

enum find_target {
    FIND_CONSOLE, /* the console of one of our servers */
    FIND_PROCESS, /* the process; a process id may be that of any program */
};

struct found_server {
    pid_t pid;              /* 0: not looked for (FIND_CONSOLE and a socket's path) */
    char console[PATH_MAX]; /* the path of its socket; "" where FIND_PROCESS needs none */
};

/* `name` is a process id ("4711"), a socket's path (it contains a slash), a policy ("lru"), or NULL
 * for the one running server. 0, or -1 and in error why: no server has this name, or several
 * have, which are listed one per line. */
int find_server(const char *name, enum find_target target, struct found_server *server,
                struct error *error);
