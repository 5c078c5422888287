/* options.c - parses a command line by a table. */
#include "options.h"

#include "files.h"
#include "options_help.h"
#include "units.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARS_MAX  40 /* the longest name for which an option is suggested */
#define VALUE_CHARS_MAX 80 /* of a value or name shown in an error */

static int text_store(const char *value, void *field)
{
    *(const char **)field = value;
    return 0;
}

static int count_store(const char *value, void *field)
{
    return units_parse_count(value, field);
}

static int size_store(const char *value, void *field)
{
    return units_parse_size(value, field);
}

static int real_store(const char *value, void *field)
{
    char *end;
    if (!*value || strspn(value, "0123456789.eE+-") != strlen(value) || strchr("+-eE", *value))
        return -1;
    double real = strtod(value, &end);
    if (*end || !isfinite(real))
        return -1;
    *(double *)field = real;
    return 0;
}

static int share_store(const char *value, void *field)
{
    char text[VALUE_CHARS_MAX + 1];
    double share;
    size_t length = strlen(value);
    if (length == 0 || length > VALUE_CHARS_MAX)
        return -1;
    bool percent = value[length - 1] == '%';
    memcpy(text, value, length + 1);
    text[length - percent] = '\0';
    if (real_store(text, &share) < 0 || share > (percent ? 100 : 1))
        return -1;
    *(double *)field = percent ? share / 100 : share;
    return 0;
}

/* A number without a unit is in seconds. */
static int duration_store(const char *value, void *field)
{
    double seconds;
    if (units_parse_duration(value, field) == 0)
        return 0;
    if (real_store(value, &seconds) < 0 || seconds > (double)(UINT64_MAX / NS_PER_SECOND / 2))
        return -1;
    *(uint64_t *)field = (uint64_t)(seconds * (double)NS_PER_SECOND + 0.5);
    return 0;
}

static int capacity_store(const char *value, void *field)
{
    struct option_capacity capacity = {0};
    if (units_parse_count(value, &capacity.entries) < 0 &&
        units_parse_size(value, &capacity.bytes) < 0)
        return -1;
    *(struct option_capacity *)field = capacity;
    return 0;
}

/* No value means standard output. */
static int output_store(const char *value, void *field)
{
    *(const char **)field = value ? value : "-";
    return value && !*value ? -1 : 0;
}

static int texts_store(const char *value, void *field)
{
    struct option_texts *texts = field;
    if (texts->count == OPTION_TEXTS_MAX)
        return -1;
    texts->texts[texts->count++] = value;
    return 0;
}

static const struct kind {
    int (*store)(const char *value, void *field); /* 0, or -1: refused */
    const char *expected;                         /* for errors */
} kinds[] = {
    [OPTION_TEXT] = {text_store, "a value"},
    [OPTION_COUNT] = {count_store, "a count (10000, 10k)"},
    [OPTION_SIZE] = {size_store, "a size (64MiB)"},
    [OPTION_DURATION] = {duration_store, "a duration (2ms, 60s, 1.5min, or a number of seconds)"},
    [OPTION_SHARE] = {share_store, "a share (2%, 0.02)"},
    [OPTION_REAL] = {real_store, "a number from 0 up (0.99)"},
    [OPTION_CAPACITY] = {capacity_store, "a number of entries (10000) or size (64MiB)"},
    [OPTION_OUTPUT] = {output_store, "a file name"},
    [OPTION_TEXTS] = {texts_store, "a value, or there are too many"},
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number of letters to change, add or remove to get from one name to the other. */
static size_t edit_distance(const char *from, size_t from_count, const char *to)
{
    size_t row[NAME_CHARS_MAX + 1], to_count = strlen(to);
    if (from_count > NAME_CHARS_MAX || to_count > NAME_CHARS_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= to_count; j++)
        row[j] = j;
    for (size_t i = 1; i <= from_count; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= to_count; j++) {
            size_t changed = diagonal + (from[i - 1] != to[j - 1]);
            diagonal = row[j];
            row[j] = smaller(changed, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[to_count];
}

/* The option that was probably meant, or NULL. */
static const struct option *option_nearest(const struct option_table *table, const char *name,
                                           size_t count)
{
    const struct option *nearest = NULL, *option;
    size_t least = count / 3 + 2; /* more differences are not a typing error */
    for (size_t i = 0; (option = options_row(table, i)); i++) {
        if (option->kind == OPTION_HEADING || option->help == OPTION_HIDDEN)
            continue;
        size_t distance = edit_distance(name, count, option->name);
        if (count > 1 && strncmp(option->name, name, count) == 0)
            distance = 0;
        if (distance < least && distance < count) {
            least = distance;
            nearest = option;
        }
    }
    return nearest;
}

static const struct option *option_find(const struct option_table *table, const char *name,
                                        size_t count)
{
    const struct option *option;
    for (size_t i = 0; (option = options_row(table, i)); i++)
        if (option->kind != OPTION_HEADING && strlen(option->name) == count &&
            memcmp(option->name, name, count) == 0)
            return option;
    return NULL;
}

static void unknown_error(const struct option_table *table, const char *argument, size_t count,
                          struct error *error)
{
    size_t dashes = strncmp(argument, "--", 2) == 0 ? 2 : 1;
    const struct option *nearest = option_nearest(table, argument + dashes, count - dashes);
    int shown = (int)smaller(count, VALUE_CHARS_MAX);
    if (nearest)
        error_set(error, "%.*s: unknown option; did you mean --%s?", shown, argument,
                  nearest->name);
    else
        error_set(error, "%.*s: unknown option; see --help", shown, argument);
}

static enum options_outcome flag_store(const struct option *option, const char *value,
                                       void *settings, struct error *error)
{
    if (value) {
        error_set(error, "--%s: takes no value", option->name);
        return OPTIONS_WRONG;
    }
    if (option == &options_help_row)
        return OPTIONS_HELP;
    if (option == &options_version_row)
        return OPTIONS_VERSION;
    *(bool *)((char *)settings + option->offset) = true;
    return OPTIONS_OK;
}

static enum options_outcome value_store(const struct option *option, const char *value,
                                        void *settings, struct error *error)
{
    const struct kind *kind = &kinds[option->kind];
    if (!value && option->kind != OPTION_OUTPUT) {
        error_set(error, "--%s: needs %s", option->name, kind->expected);
        return OPTIONS_WRONG;
    }
    if (kind->store(value, (char *)settings + option->offset) < 0) {
        error_set(error, "--%s: '%.*s' is not %s", option->name, VALUE_CHARS_MAX, value,
                  kind->expected);
        return OPTIONS_WRONG;
    }
    return OPTIONS_OK;
}

/* Parses the option at argv[*at] and its value; leaves *at at the last word it used. */
static enum options_outcome option_take(const struct option_table *table, int argc, char **argv,
                                        int *at, void *settings, struct error *error)
{
    const char *argument = argv[*at];
    size_t count = strcspn(argument, "=");
    const char *value = argument[count] ? argument + count + 1 : NULL;
    const struct option *option =
        strncmp(argument, "--", 2) == 0 ? option_find(table, argument + 2, count - 2) : NULL;
    if (!option) {
        unknown_error(table, argument, count, error);
        return OPTIONS_WRONG;
    }
    if (option->kind == OPTION_FLAG)
        return flag_store(option, value, settings, error);
    if (option->kind == OPTION_OUTPUT)
        return value_store(option, value, settings, error);
    if (!value && *at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0)
        value = argv[++*at];
    return value_store(option, value, settings, error);
}

static void argument_move(char **argv, int to, int from)
{
    char *moved = argv[from];
    argv[from] = argv[to];
    argv[to] = moved;
}

enum options_outcome options_parse(const struct option_table *table, int argc, char **argv,
                                   void *settings, int *positional, struct error *error)
{
    bool ended = false;
    *positional = 0;
    for (int i = 1; i < argc; i++) {
        if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
            argument_move(argv, ++*positional, i);
        } else if (strcmp(argv[i], "--") == 0) {
            ended = true;
        } else {
            enum options_outcome outcome = option_take(table, argc, argv, &i, settings, error);
            if (outcome != OPTIONS_OK)
                return outcome;
        }
    }
    return OPTIONS_OK;
}

static int error_print(const char *program, int status, const struct error *error)
{
    fprintf(stderr, "%s: %s\n", program, error->text);
    return status;
}

/* The exit status after --help or --version. */
static int printed_end(const char *program)
{
    struct error error;
    return stdout_flush(&error) == 0 ? 0 : error_print(program, 3, &error);
}

int options_take(const struct option_table *table, const char *program, int argc, char **argv,
                 void *settings, int *positional)
{
    struct error error;
    int count;
    switch (options_parse(table, argc, argv, settings, &count, &error)) {
    case OPTIONS_HELP:
        options_help(table, stdout);
        return printed_end(program);
    case OPTIONS_VERSION:
        printf("%.*s %s\n", (int)strcspn(program, " "), program, TIDEMARK_VERSION);
        return printed_end(program);
    case OPTIONS_WRONG:
        return error_print(program, 2, &error);
    case OPTIONS_OK:
        break;
    }
    if (positional != NULL)
        *positional = count;
    if (positional != NULL || count == 0)
        return OPTIONS_GO_ON;
    error_set(&error, "there is no option '%.*s'; see --help", VALUE_CHARS_MAX, argv[1]);
    return error_print(program, 2, &error);
}
