/* dump_list.h - the dumps of a file or of several, in order of reading: points of one process. */
#pragma once

#include "dump.h"

struct dump_list {
    struct dump **dumps; /* owned */
    size_t count, capacity;
    size_t left_out; /* dumps without totals, beside others */
};

/* Appends an empty dump of the format and returns it. */
struct dump *dump_list_add(struct dump_list *list, const char *format);
/* Removes and releases the last dump. */
void dump_list_drop(struct dump_list *list);
/* Removes and releases those from `first` on that have no totals, and counts them. */
void dump_list_sift(struct dump_list *list, size_t first);
/* Releases the dumps and empties the list. */
void dump_list_clear(struct dump_list *list);
