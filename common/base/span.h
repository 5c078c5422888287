/* span.h - bytes that somebody else owns: an address and a count. */
#ifndef SPAN_H
#define SPAN_H

#include <stddef.h>

struct span {
    const char *bytes; /* not NUL-terminated */
    size_t count;
};

#endif
