/* table.c - text in columns for people. */
#include "table.h"

#include "memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CELL_BYTES 128
#define GAP        2

struct cell {
    char text[CELL_BYTES];
    enum table_tone tone;
};

struct table {
    struct memory_zone *zone;
    const struct table_column *columns;
    size_t column_count;
    struct cell *cells;
    size_t cell_count, cell_room;
};

static const char *const tones[] = {
    [TABLE_PLAIN] = "",         [TABLE_GOOD] = "\033[32m",
    [TABLE_BAD] = "\033[1;31m", [TABLE_DOUBTFUL] = "\033[33m",
    [TABLE_FAINT] = "\033[2m",
};
#define TONE_END "\033[0m"

struct table *table_create(const struct table_column *columns, size_t count)
{
    struct memory_zone *zone = memory_zone_create();
    struct table *table = memory_alloc_zeroed(zone, sizeof *table);
    *table = (struct table){.zone = zone, .columns = columns, .column_count = count};
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL)
        return;
    struct memory_zone *zone = table->zone;
    memory_free(table->cells);
    memory_free(table);
    memory_zone_destroy(zone);
}

static struct cell *cell_add(struct table *table)
{
    if (table->cell_count == table->cell_room) {
        size_t room = table->cell_room == 0 ? 64 : 2 * table->cell_room;
        struct cell *grown = memory_alloc(table->zone, room * sizeof *grown);
        if (table->cell_count > 0)
            memcpy(grown, table->cells, table->cell_count * sizeof *grown);
        memory_free(table->cells);
        table->cells = grown;
        table->cell_room = room;
    }
    return &table->cells[table->cell_count++];
}

void table_cell(struct table *table, enum table_tone tone, const char *format, ...)
{
    struct cell *cell = cell_add(table);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cell->text, sizeof cell->text, format, arguments);
    va_end(arguments);
    cell->tone = tone;
}

/* Characters of UTF-8: all bytes but the continuing ones. */
static size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t width = text_width(table->columns[column].head);
    for (size_t i = column; i < table->cell_count; i += table->column_count)
        if (text_width(table->cells[i].text) > width)
            width = text_width(table->cells[i].text);
    return width;
}

/* *owed: spaces that are due before the next text, so that none ends a line. */
static void text_print(const char *text, enum table_tone tone, enum table_align align, size_t width,
                       bool colours, size_t *owed, FILE *out)
{
    size_t padding = width - text_width(text);
    bool toned = colours && tone != TABLE_PLAIN;
    if (align == TABLE_RIGHT)
        *owed += padding;
    if (*text != '\0') {
        fprintf(out, "%*s%s%s%s", (int)*owed, "", toned ? tones[tone] : "", text,
                toned ? TONE_END : "");
        *owed = 0;
    }
    *owed += (align == TABLE_LEFT ? padding : 0) + GAP;
}

static void head_print(const struct table *table, bool colours, FILE *out)
{
    size_t owed = 0;
    for (size_t i = 0; i < table->column_count; i++)
        text_print(table->columns[i].head, TABLE_FAINT, table->columns[i].align,
                   column_width(table, i), colours, &owed, out);
    fputc('\n', out);
}

void table_print(const struct table *table, bool colours, FILE *out)
{
    size_t owed = 0;
    head_print(table, colours, out);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % table->column_count;
        const struct cell *cell = &table->cells[i];
        text_print(cell->text, cell->tone, table->columns[column].align,
                   column_width(table, column), colours, &owed, out);
        if (column + 1 == table->column_count || i + 1 == table->cell_count) {
            fputc('\n', out);
            owed = 0;
        }
    }
}

bool table_wants_colours(FILE *out)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(fileno(out)) && (refused == NULL || *refused == '\0');
}
