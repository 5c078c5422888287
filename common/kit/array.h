/* array.h - a list that grows and shrinks at its end in chunks, without ever copying its elements.
 *
 * Elements of one size, a power of two of them a chunk. What lies in the last chunk but one past
 * the end stays allocated; emptier chunks are given back.
 */
#ifndef ARRAY_H
#define ARRAY_H

#include "account.h"

#define ARRAY_CHUNK_BITS 9

struct array {
    char **chunks;
    size_t element_bytes;
    uint32_t count;       /* elements */
    uint32_t chunk_count; /* chunks that are there */
    uint32_t chunk_room;  /* length of the list of chunks */
    struct account account;
};

/* In place, like all that has an account. The name is its account's. */
void array_create(struct array *array, struct account *above, const char *name,
                  size_t element_bytes);
void array_destroy(struct array *array);
/* One element more, at index count - 1, its bytes undefined. */
void array_push(struct array *array);
/* One element less. */
void array_pop(struct array *array);

static inline void *array_at(const struct array *array, uint32_t index)
{
    return array->chunks[index >> ARRAY_CHUNK_BITS] +
           (size_t)(index & ((1u << ARRAY_CHUNK_BITS) - 1)) * array->element_bytes;
}

#endif
