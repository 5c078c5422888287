/* span.h - bytes owned by another: an address and a length. */
#ifndef SPAN_H
#define SPAN_H

#include <stddef.h>

struct span {
    const char *bytes; /* not NUL-terminated */
    size_t count;
};

#endif
