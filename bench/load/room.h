/* room.h - memory that grows; there is none, and the program ends. */
#ifndef ROOM_H
#define ROOM_H

#include <stddef.h>

/* The block with room for `needed` elements at least, at twice the room that it had if it must
 * grow. The caller frees it. */
void *room_grow(void *block, size_t *room, size_t needed, size_t element_bytes);

#endif
