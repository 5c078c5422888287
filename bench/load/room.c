/* room.c - memory that doubles when it is full. */
#include "room.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOM_FIRST 64

void *room_grow(void *block, size_t *room, size_t needed, size_t element_bytes)
{
    size_t wanted = *room ? *room : ROOM_FIRST;

    while (wanted < needed)
        wanted *= 2;
    if (wanted == *room)
        return block;
    block = realloc(block, wanted * element_bytes);
    if (block == NULL) {
        fprintf(stderr, "tidemark load: out of memory\n");
        abort();
    }
    *room = wanted;
    return block;
}
