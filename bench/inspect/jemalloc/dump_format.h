/* dump_format.h - what the two readers of a dump share. */
#ifndef DUMP_FORMAT_H
#define DUMP_FORMAT_H

#include "dump.h"
#include "errors.h"

#define FORM_PAGE_BYTES     4096 /* until a dump says otherwise */
#define FORM_PAGE_BYTES_MAX (1 << 20)

/* Figures beyond this are nonsense. */
#define FIGURE_MAX (UINT64_C(1) << 60)

/* A figure of an arena: how JSON and text call it. */
struct form_field {
    const char *key, *label; /* NULL where it is not told like that */
    bool key_in_pages;
    size_t offset;
};
#define FORM_FIELDS 12
extern const struct form_field form_fields[FORM_FIELDS];

/* A figure of the whole, called the same in both. */
struct form_total {
    const char *name;
    size_t offset;
};
#define FORM_TOTALS 6
extern const struct form_total form_totals[FORM_TOTALS];

static inline uint64_t *form_figure(void *where, size_t offset)
{
    return (uint64_t *)((char *)where + offset);
}

void form_name_copy(char name[DUMP_NAME_BYTES], const char *text);
void form_arena_init(struct dump_arena *arena, const char *name);
/* Lives as long as the dump, but moves when the next one is added. */
struct dump_arena *form_arena_add(struct dump *dump, const char *name);
/* In the order of size. One without a size or without anything in it is left out. */
void form_class_add(struct dump *dump, struct dump_arena *arena, const struct dump_class *class);

/* Both fill a fresh dump. 0, or -1 and in error what is wrong, without the file's name. */
int form_json_parse(struct dump *dump, const char *text, size_t bytes, struct error *error);
/* Takes what it finds: a text that is cut off is not whole. */
void form_text_parse(struct dump *dump, const char *text, size_t bytes);

#endif
