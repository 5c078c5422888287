/* table.c - text in columns for people. */
#include "table.h"

#include "memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
    size_t column_count, keys;
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
    *table = (struct table){.zone = zone, .columns = columns, .column_count = count, .keys = 1};
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

void table_set_keys(struct table *table, size_t keys)
{
    table->keys = keys;
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

/* A line as it is printed: spaces are owed until a text comes, so that none ends it. */
struct line {
    FILE *out;
    bool colours;
    size_t owed;
};

static void text_print(struct line *line, const char *text, enum table_tone tone,
                       enum table_align align, size_t width)
{
    size_t padding = width - text_width(text);
    bool toned = line->colours && tone != TABLE_PLAIN;
    if (align == TABLE_RIGHT)
        line->owed += padding;
    if (*text != '\0') {
        fprintf(line->out, "%*s%s%s%s", (int)line->owed, "", toned ? tones[tone] : "", text,
                toned ? TONE_END : "");
        line->owed = 0;
    }
    line->owed += (align == TABLE_LEFT ? padding : 0) + GAP;
}

/* A block shows the keys and the columns from..to-1. */
struct block {
    size_t from, to;
};

static bool is_shown(const struct table *table, const struct block *block, size_t column)
{
    return column < table->keys || (column >= block->from && column < block->to);
}

/* Row 0 is that of the heads. */
static void row_print(const struct table *table, const struct block *block, size_t row,
                      bool colours, FILE *out)
{
    struct line line = {.out = out, .colours = colours};
    for (size_t i = 0; i < table->column_count; i++) {
        const struct table_column *column = &table->columns[i];
        size_t cell = row * table->column_count + i - table->column_count;
        if (!is_shown(table, block, i) || (row > 0 && cell >= table->cell_count))
            continue;
        text_print(&line, row == 0 ? column->head : table->cells[cell].text,
                   row == 0 ? TABLE_FAINT : table->cells[cell].tone, column->align,
                   column_width(table, i));
    }
    fputc('\n', out);
}

static size_t keys_width(const struct table *table)
{
    size_t width = 0;
    for (size_t i = 0; i < table->keys; i++)
        width += column_width(table, i) + GAP;
    return width;
}

/* As many columns as fit, but at least one. */
static struct block block_next(const struct table *table, size_t from, size_t width)
{
    struct block block = {from, from + 1};
    size_t used = keys_width(table) + column_width(table, from);
    while (block.to < table->column_count) {
        used += GAP + column_width(table, block.to);
        if (width > 0 && used > width)
            break;
        block.to++;
    }
    return block;
}

void table_print_within(const struct table *table, bool colours, size_t width, FILE *out)
{
    size_t rows = (table->cell_count + table->column_count - 1) / table->column_count;
    struct block block = {0};
    for (size_t from = table->keys; from < table->column_count; from = block.to) {
        if (from > table->keys)
            fputc('\n', out);
        block = block_next(table, from, width);
        for (size_t row = 0; row <= rows; row++)
            row_print(table, &block, row, colours, out);
    }
}

void table_print(const struct table *table, bool colours, FILE *out)
{
    struct winsize size = {0};
    if (isatty(fileno(out)))
        ioctl(fileno(out), TIOCGWINSZ, &size);
    table_print_within(table, colours, size.ws_col, out);
}

bool table_wants_colours(FILE *out)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(fileno(out)) && (refused == NULL || *refused == '\0');
}
