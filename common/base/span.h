/* span.h - bytes owned by another: an address and a length. */
#pragma once

#include <stddef.h>

struct span {
    const char *bytes; /* not NUL-terminated */
    size_t count;
};
