/* array.c - chunks behind a list of pointers to them. */
#include "array.h"

#include <string.h>

#define FIRST_ROOM 16

void array_create(struct array *array, struct account *above, const char *name,
                  size_t element_bytes)
{
    *array = (struct array){.element_bytes = element_bytes};
    account_open(&array->account, above, name);
}

void array_destroy(struct array *array)
{
    for (uint32_t i = 0; i < array->chunk_count; i++)
        account_free(&array->account, array->chunks[i]);
    account_free(&array->account, array->chunks);
    account_close(&array->account);
}

static void array_lengthen(struct array *array)
{
    uint32_t room = array->chunk_room == 0 ? FIRST_ROOM : array->chunk_room * 2;
    char **chunks = account_alloc(&array->account, room * sizeof *chunks);
    if (array->chunk_count > 0)
        memcpy(chunks, array->chunks, array->chunk_count * sizeof *chunks);
    account_free(&array->account, array->chunks);
    array->chunks = chunks;
    array->chunk_room = room;
}

void array_push(struct array *array)
{
    if (array->count++ < array->chunk_count << ARRAY_CHUNK_BITS)
        return;
    if (array->chunk_count == array->chunk_room)
        array_lengthen(array);
    array->chunks[array->chunk_count++] =
        account_alloc(&array->account, array->element_bytes << ARRAY_CHUNK_BITS);
}

void array_pop(struct array *array)
{
    array->count--;
    uint32_t needed = (array->count >> ARRAY_CHUNK_BITS) + 2;
    while (array->chunk_count > needed)
        account_free(&array->account, array->chunks[--array->chunk_count]);
}
