/* mapping.h - a file in memory that may be truncated meanwhile.
 *
 * The kernel sends SIGBUS to who reads a mapped page beyond the end of its file, as where logrotate
 * truncates a log. Here such pages become zeros, and mapping_is_cut tells. The handler of SIGBUS is
 * process-wide; it passes every other fault on to the handler that was there before. Safe to use by
 * several threads at once, each with mappings of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct mapping {
    char *at; /* NULL: it could not be mapped */
    size_t bytes;
    int slot;
};

struct mapping mapping_open(int fd, size_t bytes);
/* True: the file became shorter than what was mapped, and zeros were read in its place. */
bool mapping_is_cut(const struct mapping *mapping);
void mapping_close(struct mapping *mapping);
