/* csv_scan.c - splits simple rows quickly: 64 bytes at a time become masks of delimiters. */
#include "csv.h"

#include LANES_HEADER

#define BLOCK_BYTES 64
#define LANE_BYTES  16

/* Adds the masks of 16 bytes at the position `at` of the block. */
static inline void add_lane(struct csv_scan *scan, const char *bytes, unsigned at, char delimiter)
{
    uint64_t stops = lanes_match(bytes, '\n') | lanes_match(bytes, '"');
    uint64_t marks = stops | lanes_match(bytes, (uint8_t)delimiter);
    if (delimiter == ' ')
        marks |= lanes_match(bytes, '\t');
    scan->stops |= stops << at;
    scan->marks |= marks << at;
}

/* Sets the masks for the block; never looks behind scan->end. */
static void load_block(struct csv_scan *scan, const char *block, char delimiter)
{
    char copy[BLOCK_BYTES];
    const char *bytes = block;
    size_t left = (size_t)(scan->end - block);
    if (left < BLOCK_BYTES) {
        memset(copy, 0, sizeof copy);
        memcpy(copy, block, left);
        bytes = copy;
    }
    scan->block = block;
    scan->marks = scan->stops = 0;
    for (unsigned at = 0; at < BLOCK_BYTES; at += LANE_BYTES)
        add_lane(scan, bytes + at, at, delimiter);
}

/* The next delimiter, newline or quote, which is removed from the mask. There is one: the last byte
 * before scan->end is a newline. */
static inline const char *next_mark(struct csv_scan *scan, char delimiter)
{
    while (scan->marks == 0)
        load_block(scan, scan->block + BLOCK_BYTES, delimiter);
    const char *mark = scan->block + __builtin_ctzll(scan->marks);
    scan->marks &= scan->marks - 1;
    return mark;
}

/* The next newline or quote behind the marks that were taken. */
static inline const char *next_stop(struct csv_scan *scan, char delimiter)
{
    scan->stops &= scan->marks;
    while (scan->stops == 0)
        load_block(scan, scan->block + BLOCK_BYTES, delimiter);
    uint64_t bit = scan->stops & -scan->stops;
    scan->marks &= ~(bit | (bit - 1));
    return scan->block + __builtin_ctzll(bit);
}

/* Whether a field must be read as part of a line. Numbers with blanks are none, and are refused. */
static inline bool is_odd(const struct csv *csv, enum csv_role role, struct field field)
{
    if (field.at == field.end)
        return csv->delimiter == ' ';
    return role >= CSV_OPERATION && (field_is_blank(*field.at) || field_is_blank(field.end[-1]));
}

/* Splits the columns that are needed, and sets *mark to what ends the last. False: not simple. */
static inline bool scan_columns(struct csv_scan *scan, const struct csv *csv, struct csv_row *row,
                                const char **mark)
{
    const char *at = scan->at;
    for (int column = 0;; at = *mark + 1) {
        *mark = next_mark(scan, csv->delimiter);
        struct field field = {at, *mark};
        bool last = ++column == csv->columns;
        if (**mark == '"' || (**mark == '\n' && !last))
            return false;
        field.end -= **mark == '\n' && field.end > at && field.end[-1] == '\r';
        enum csv_role role = csv->role[column - 1];
        if (is_odd(csv, role, field))
            return false;
        row->fields[role] = field;
        if (last)
            return true;
    }
}

bool csv_scan(struct csv_scan *scan, const struct csv *csv, struct csv_row *row)
{
    const char *mark, *at = scan->at;
    if (at == scan->end || *at == '#' || *at == '\n' || *at == '\r')
        return false;
    if (scan->block == NULL)
        load_block(scan, at, csv->delimiter);
    if (!scan_columns(scan, csv, row, &mark))
        return false;
    if (*mark != '\n')
        mark = next_stop(scan, csv->delimiter);
    if (*mark != '\n')
        return false;
    scan->at = mark + 1;
    return true;
}
