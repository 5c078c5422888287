/* find_server.h - which server is meant: by process, by socket, by policy, or the only one there
 * is. */
#ifndef FIND_SERVER_H
#define FIND_SERVER_H

#include "console_connection.h"
#include "errors.h"

#include <limits.h>

enum find_outcome { FIND_FOUND, FIND_NONE, FIND_SEVERAL };

/* Who: a process id, a path with a slash in it, a policy, or NULL. The socket's path, or in error
 * why not; a list of those that run, if there are several to choose from. */
enum find_outcome find_server(const char *who, char path[PATH_MAX], struct error *error);

#endif
