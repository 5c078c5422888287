/* dump_line.c - splits a line at blanks. */
#include "dump_line.h"

#include "dump_formats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void dump_line_split(struct dump_line *line, char *text)
{
    char *place;
    line->count = 0;
    for (char *word = strtok_r(text, " \t\r", &place); word != NULL;
         word = strtok_r(NULL, " \t\r", &place)) {
        if (line->count == LINE_WORDS_MAX) {
            line->count = 0;
            return;
        }
        line->words[line->count++] = word;
    }
}

uint64_t dump_line_number(const struct dump_line *line, size_t place)
{
    if (place >= line->count)
        return DUMP_UNTOLD;
    const char *text = line->words[place];
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || (text[digits] != '\0' && strcmp(text + digits, ",") != 0))
        return DUMP_UNTOLD;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    return errno == 0 && value < DUMP_FIGURE_MAX ? value : DUMP_FIGURE_MAX;
}

size_t dump_line_find(const struct dump_line *line, const char *word)
{
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->words[i], word) == 0)
            return i;
    return LINE_WORDS_MAX;
}

uint64_t dump_line_number_after(const struct dump_line *line, const char *word)
{
    size_t place = dump_line_find(line, word);
    return place < line->count ? dump_line_number(line, place + 1) : DUMP_UNTOLD;
}

int64_t dump_line_setting(const struct dump_line *line, size_t place)
{
    char *end;
    if (place >= line->count)
        return DUMP_UNKNOWN;
    if (strncmp(line->words[place], "N/A", 3) == 0)
        return -1;
    errno = 0;
    long long value = strtoll(line->words[place], &end, 10);
    return end == line->words[place] || errno != 0 || value < -1 ? DUMP_UNKNOWN : value;
}
