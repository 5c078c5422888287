/* dump_formats.h - the two formats of a dump: their readers, and the names of figures in both. */
#pragma once

#include "dump.h"
#include "dump_list.h"
#include "errors.h"
#include "span.h"

/* Fills an empty dump from JSON that begins with '{'; *used is how many bytes it takes, and other
 * text may follow. JSON that is cut off leaves what was there. 0, or -1 and in error what is wrong,
 * without the name of the file. */
int dump_read_json(struct dump *dump, struct span text, size_t *used, struct error *error);
/* Appends the dumps in the text to the list. A dump begins with its first line or, where that is
 * missing, with any line that only a dump has. Whatever stands before a line's label or before the
 * cells of a row is a prefix and is ignored, as are unknown lines. */
void dump_read_text(struct dump_list *list, struct span text);

#define DUMP_PAGE_BYTES_MAX (1 << 20)
/* Larger figures are taken for damage and cut to this. */
#define DUMP_FIGURE_MAX (UINT64_C(1) << 60)

/* A figure of an arena. */
struct dump_arena_field {
    const char *key, *label; /* in JSON, in text; NULL: it does not occur there */
    bool key_in_pages;       /* in JSON the figure counts pages, not bytes */
    size_t offset;           /* of a uint64_t in struct dump_arena */
};
#define DUMP_ARENA_FIELDS 12
extern const struct dump_arena_field dump_arena_fields[DUMP_ARENA_FIELDS];

/* A figure of the process, with the same name in both. */
struct dump_total_field {
    const char *name;
    size_t offset; /* of a uint64_t in struct dump */
};
#define DUMP_TOTAL_FIELDS 6
extern const struct dump_total_field dump_total_fields[DUMP_TOTAL_FIELDS];

/* Decay times of 4.x are told in seconds; values below 1 mean never, at once or unknown. */
static inline int64_t dump_decay_ms_of(int64_t seconds)
{
    return seconds > 0 && seconds < INT32_MAX ? seconds * 1000 : seconds;
}

/* Sets the page size, unless it cannot be one. */
void dump_page_set(struct dump *dump, uint64_t page_bytes);
