/* log_pattern.h - log lines that a pattern describes, in the letters of goaccess.
 *
 * A pattern is text with specifiers: %h %^ [%t] "%m %u %^" %s %b. Each takes the line up to the
 * text that follows it in the pattern; the last one takes a word, and the rest of the line is
 * ignored. Within double quotes, \" is no end, and a field ends at the closing quote at the latest.
 */
#pragma once

#include "log_entry.h"

#define LOG_PATTERN_STEPS 48
#define LOG_PATTERN_HELP                                                                           \
    "%t or %x a time, %d and %t a date and a time of day, %v host, %r request line, %m method, "   \
    "%U "                                                                                          \
    "(or %u) URL, %q query, %s status, %b bytes, %^ anything, %~ blanks"

struct log_pattern {
    char *text;        /* the literals point into it */
    size_t head_bytes; /* of the text: what the line begins with */
    size_t count;
    struct log_step {
        char letter;
        bool in_quotes;
        const char *next; /* what follows in the pattern */
        size_t next_bytes;
    } steps[LOG_PATTERN_STEPS];
};

/* 0, or -1 and one line in error, which names the pattern as --format `name`. log_pattern_free is
 * needed after both. */
int log_pattern_compile(struct log_pattern *pattern, const char *name, const char *text,
                        struct error *error);
void log_pattern_free(struct log_pattern *pattern);
/* Fills the entry. False: the line does not fit; what was expected and where is in the last two. */
bool log_pattern_match(const struct log_pattern *pattern, struct field line,
                       struct log_entry *entry, const char **expected, struct field *found);
