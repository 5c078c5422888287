/* table.c - text in aligned columns. */
#include "table.h"

#include "printable.h"
#include "xmalloc.h"

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
    const struct table_column *columns;
    size_t column_count, keys, widest;
    struct cell *cells;
    size_t cell_count, cell_capacity;
};

static const char *const tones[] = {
    [TABLE_PLAIN] = "",         [TABLE_GOOD] = "\033[32m",
    [TABLE_BAD] = "\033[1;31m", [TABLE_DOUBTFUL] = "\033[33m",
    [TABLE_FAINT] = "\033[2m",
};
#define TONE_END "\033[0m"

struct table *table_create(const struct table_column *columns, size_t count)
{
    struct table *table = xcalloc(1, sizeof *table);
    *table = (struct table){.columns = columns, .column_count = count, .keys = 1};
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL)
        return;
    free(table->cells);
    free(table);
}

void table_set_keys(struct table *table, size_t keys)
{
    table->keys = keys;
}

void table_set_width(struct table *table, size_t widest)
{
    table->widest = widest;
}

void table_cell(struct table *table, enum table_tone tone, const char *format, ...)
{
    table->cells =
        growable(table->cells, &table->cell_capacity, table->cell_count + 1, sizeof *table->cells);
    struct cell *cell = &table->cells[table->cell_count++];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cell->text, sizeof cell->text, format, arguments);
    va_end(arguments);
    text_printable(cell->text);
    cell->tone = tone;
}

/* Counts the characters of UTF-8: all bytes but continuation bytes. */
static size_t character_count(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t width = character_count(table->columns[column].head);
    for (size_t i = column; i < table->cell_count; i += table->column_count)
        if (character_count(table->cells[i].text) > width)
            width = character_count(table->cells[i].text);
    return width;
}

/* A line that is printed. Spaces are printed only before the next text, so none ends the line. */
struct line {
    FILE *out;
    bool colours;
    size_t pending;
};

static void text_print(struct line *line, const char *text, enum table_tone tone,
                       enum table_align align, size_t width)
{
    size_t padding = width - character_count(text);
    bool toned = line->colours && tone != TABLE_PLAIN;
    if (align == TABLE_RIGHT)
        line->pending += padding;
    if (*text != '\0') {
        fprintf(line->out, "%*s%s%s%s", (int)line->pending, "", toned ? tones[tone] : "", text,
                toned ? TONE_END : "");
        line->pending = 0;
    }
    line->pending += (align == TABLE_LEFT ? padding : 0) + GAP;
}

/* A block shows the keys and the columns from `from` to `to` - 1. */
struct block {
    size_t from, to;
};

static bool is_shown(const struct table *table, const struct block *block, size_t column)
{
    return column < table->keys || (column >= block->from && column < block->to);
}

/* Row 0 has the heads. */
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

/* As many columns as fit, at least one. */
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
    size_t width = size.ws_col;
    if (table->widest > 0 && (width == 0 || width > table->widest))
        width = table->widest;
    table_print_within(table, colours, width, out);
}

bool table_wants_colours(FILE *out)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(fileno(out)) && (refused == NULL || *refused == '\0');
}
