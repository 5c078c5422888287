/* dump_list.c - a growable array of dumps. */
#include "dump_list.h"

#include "xmalloc.h"

#include <stdlib.h>

struct dump *dump_list_add(struct dump_list *list, const char *format)
{
    list->dumps = growable(list->dumps, &list->capacity, list->count + 1, sizeof *list->dumps);
    struct dump *dump = dump_create();
    dump->format = format;
    list->dumps[list->count++] = dump;
    return dump;
}

void dump_list_drop(struct dump_list *list)
{
    dump_destroy(list->dumps[--list->count]);
}

void dump_list_sift(struct dump_list *list, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < list->count; i++) {
        struct dump *dump = list->dumps[i];
        if (dump->allocated_bytes != DUMP_UNTOLD && dump->active_bytes != DUMP_UNTOLD &&
            dump->active_bytes > 0)
            list->dumps[kept++] = dump;
        else
            dump_destroy(dump);
    }
    list->left_out += list->count - kept;
    list->count = kept;
}

void dump_list_clear(struct dump_list *list)
{
    while (list->count > 0)
        dump_list_drop(list);
    free(list->dumps);
    *list = (struct dump_list){.dumps = NULL};
}
