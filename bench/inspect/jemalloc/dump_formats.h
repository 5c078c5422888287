/* dump_formats.h - the two formats of a dump: their readers, and the names of figures in both. */
#pragma once

#include "dump.h"
#include "errors.h"

/* Both fill an empty dump. The JSON begins with '{' and may be followed by other text. 0, or -1 and
 * in error what is wrong, without the name of the file. */
int dump_read_json(struct dump *dump, const char *text, size_t bytes, struct error *error);
/* Ignores unknown lines. A text that is cut off leaves a dump that is not complete. */
void dump_read_text(struct dump *dump, const char *text, size_t bytes);

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

/* The figure at the offset in a dump or an arena. */
static inline uint64_t *dump_figure(void *base, size_t offset)
{
    return (uint64_t *)((char *)base + offset);
}
