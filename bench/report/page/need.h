/* need.h - memory that is there; where there is none, the program ends. */
#ifndef NEED_H
#define NEED_H

#include <stdlib.h>

static inline void *memory_need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

#endif
