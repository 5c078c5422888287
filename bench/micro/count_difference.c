/* count_difference.c - reads counts and subtracts them. */
#include "count_difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct stats_interval count_difference(const uint64_t counts[COUNT_STRETCHES])
{
    double each[COUNT_PAIRS];
    for (size_t i = 0; i < COUNT_PAIRS; i++)
        each[i] = ((double)counts[2 * i + 1] - (double)counts[2 * i]) / COUNT_OPERATIONS;
    return (struct stats_interval){stats_percentile(each, COUNT_PAIRS, 50),
                                   stats_percentile(each, COUNT_PAIRS, 0),
                                   stats_percentile(each, COUNT_PAIRS, 100)};
}

/* Reads a number and moves *text behind it. -1: there is none. */
static int number_read(const char **text, uint64_t *number)
{
    char *end;
    const char *start = *text + strspn(*text, " ");
    errno = 0;
    *number = strtoull(start, &end, 10);
    if (*start < '0' || *start > '9' || errno != 0)
        return -1;
    *text = end;
    return 0;
}

int callgrind_total(const char *text, uint64_t *total)
{
    static const char key[] = "\ntotals: ";
    const char *found = strstr(text, key);
    if (found == NULL)
        return -1;
    found += strlen(key);
    return number_read(&found, total);
}

/* Moves *line behind the word and a space. False: it begins with another word. */
static bool word_skip(const char **line, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*line, word, length) != 0 || (*line)[length] != ' ')
        return false;
    *line += length + 1;
    return true;
}

int counted_line(const char *line, const char *policy, const char *operation,
                 uint64_t counts[COUNT_STRETCHES])
{
    if (!word_skip(&line, policy) || !word_skip(&line, operation))
        return -1;
    for (size_t i = 0; i < COUNT_STRETCHES; i++)
        if (number_read(&line, &counts[i]) < 0)
            return -1;
    return *line == '\n' || *line == '\0' ? 0 : -1;
}
