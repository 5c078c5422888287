/* array.h - an array that grows and shrinks at its end in chunks and never copies its elements.
 *
 * A chunk has 512 elements of one size. One empty chunk past the end stays allocated; the others
 * are freed.
 */
#pragma once

#include "account.h"

#define ARRAY_CHUNK_BITS 9

struct array {
    char **chunks;
    size_t element_bytes;
    uint32_t count;       /* elements */
    uint32_t chunk_count; /* chunks allocated */
    uint32_t chunk_room;  /* capacity of `chunks` */
    struct account account;
};

/* The array must not be moved. `name` is for its account. */
void array_create(struct array *array, struct account *above, const char *name,
                  size_t element_bytes);
void array_destroy(struct array *array);
/* Adds an element at index count - 1; its bytes are undefined. */
void array_push(struct array *array);
/* Removes the last element. */
void array_pop(struct array *array);

static inline void *array_at(const struct array *array, uint32_t index)
{
    return array->chunks[index >> ARRAY_CHUNK_BITS] +
           (size_t)(index & ((1u << ARRAY_CHUNK_BITS) - 1)) * array->element_bytes;
}
