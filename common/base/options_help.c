/* options_help.c - prints a table of options as --help: grouped, wrapped, with defaults. */
#include "options_help.h"

#include "units.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_ELSEWHERE 100 /* when the output is not a terminal */
#define NAMES_WIDTH_MAX 30  /* a longer name gets a line of its own */
#define DEFAULT_BYTES   160

const struct option options_help_row = {
    .name = "help", .kind = OPTION_FLAG, .help = "print this and exit"};
const struct option options_version_row = {
    .name = "version", .kind = OPTION_FLAG, .help = "print the version and exit"};

const struct option *options_row(const struct option_table *table, size_t i)
{
    if (i < table->count)
        return &table->options[i];
    return i == table->count       ? &options_help_row
           : i == table->count + 1 ? &options_version_row
                                   : NULL;
}

bool text_is_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (locale == (locale_t)0)
        return false;
    bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

int text_width(FILE *out)
{
    struct winsize size;
    if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_ELSEWHERE;
    return size.ws_col < OPTIONS_WIDTH_MIN   ? OPTIONS_WIDTH_MIN
           : size.ws_col > OPTIONS_WIDTH_MAX ? OPTIONS_WIDTH_MAX
                                             : size.ws_col;
}

void text_wrap(const char *text, int at, int indent, int width, FILE *out)
{
    while (*text) {
        size_t blanks = strspn(text, " "), letters = strcspn(text + blanks, " \n");
        if (at > indent && at + (int)(blanks + letters) > width) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
            text += blanks;
            blanks = 0;
        }
        fwrite(text, 1, blanks + letters, out);
        at += (int)(blanks + letters);
        text += blanks + letters;
        if (*text == '\n') {
            text++;
            fprintf(out, "\n%*s", *text && *text != '\n' ? indent : 0, "");
            at = indent;
        }
    }
    fputc('\n', out);
}

/* "1 MiB" becomes "1MiB", as it is typed. */
static void blanks_remove(char *text)
{
    char *to = text;
    for (; *text; text++)
        if (*text != ' ')
            *to++ = *text;
    *to = '\0';
}

static void count_show(const void *field, char *text)
{
    static const char units[] = "\0kMG";
    uint64_t count = *(const uint64_t *)field;
    size_t unit = 0;
    if (count == 0)
        return;
    for (; count % 1000 == 0 && unit < 3 && (count >= 10000 || unit > 0); unit++)
        count /= 1000; /* 8000 stays as it is: it may be a port */
    snprintf(text, DEFAULT_BYTES, "%llu%.1s", (unsigned long long)count, &units[unit]);
}

static void size_show(const void *field, char *text)
{
    if (*(const uint64_t *)field != 0)
        blanks_remove(units_format_size(text, (double)*(const uint64_t *)field));
}

static void duration_show(const void *field, char *text)
{
    if (*(const uint64_t *)field != 0)
        blanks_remove(units_format_duration(text, (double)*(const uint64_t *)field));
}

static void text_show(const void *field, char *text)
{
    if (*(const char *const *)field != NULL)
        snprintf(text, DEFAULT_BYTES, "%s", *(const char *const *)field);
}

static void real_show(const void *field, char *text)
{
    if (*(const double *)field > 0)
        snprintf(text, DEFAULT_BYTES, "%g", *(const double *)field);
}

static void share_show(const void *field, char *text)
{
    if (*(const double *)field > 0)
        snprintf(text, DEFAULT_BYTES, "%g%%", 100 * *(const double *)field);
}

static void capacity_show(const void *field, char *text)
{
    const struct option_capacity *capacity = field;
    if (capacity->entries != 0)
        count_show(&capacity->entries, text);
    else
        size_show(&capacity->bytes, text);
}

/* Writes the default as it is typed; "" if there is none. */
static void default_show(const struct option_table *table, const struct option *option, char *text)
{
    static void (*const shows[])(const void *field, char *text) = {
        [OPTION_TEXT] = text_show,         [OPTION_COUNT] = count_show, [OPTION_SIZE] = size_show,
        [OPTION_DURATION] = duration_show, [OPTION_REAL] = real_show,   [OPTION_SHARE] = share_show,
        [OPTION_CAPACITY] = capacity_show, [OPTION_TEXTS] = NULL,
    };
    text[0] = '\0';
    if (table->defaults && option->kind < sizeof shows / sizeof shows[0] && shows[option->kind])
        shows[option->kind]((const char *)table->defaults + option->offset, text);
}

/* "  --capacity LIMIT", "  --json[=FILE]". Returns its length. */
static int name_format(const struct option *option, char *text, size_t room)
{
    const char *before = !option->value ? "" : option->kind == OPTION_OUTPUT ? "[=" : " ";
    return snprintf(text, room, "  --%s%s%s%s", option->name, before,
                    option->value ? option->value : "",
                    option->kind == OPTION_OUTPUT && option->value ? "]" : "");
}

/* The column at which the explanations begin. */
static int names_width(const struct option_table *table)
{
    const struct option *option;
    char name[DEFAULT_BYTES];
    int width = 0;
    for (size_t i = 0; (option = options_row(table, i)); i++) {
        int length = option->name && option->help ? name_format(option, name, sizeof name) : 0;
        if (length > width && length <= NAMES_WIDTH_MAX)
            width = length;
    }
    return width + 2;
}

static void option_print(const struct option_table *table, const struct option *option, int column,
                         FILE *out)
{
    char name[DEFAULT_BYTES], value[DEFAULT_BYTES], help[1024];
    int length = name_format(option, name, sizeof name);
    default_show(table, option, value);
    snprintf(help, sizeof help, "%s%s%s%s", option->help, value[0] ? " (default " : "", value,
             value[0] ? ")" : "");
    if (length + 2 > column)
        fprintf(out, "%s\n%*s", name, column, "");
    else
        fprintf(out, "%-*s", column, name);
    text_wrap(help, column, column, text_width(out), out);
}

void options_help(const struct option_table *table, FILE *out)
{
    const struct option *option;
    int column = names_width(table), width = text_width(out);
    fputs("usage: ", out);
    text_wrap(table->usage, 7, 7, width, out);
    fputc('\n', out);
    text_wrap(table->summary, 0, 0, width, out);
    fputc('\n', out);
    for (size_t i = 0; (option = options_row(table, i)); i++) {
        if (option->kind == OPTION_HEADING)
            fprintf(out, "%s%s:\n", i > 0 ? "\n" : "", option->help);
        else if (option->help != OPTION_HIDDEN)
            option_print(table, option, column, out);
    }
    if (table->details) {
        fputc('\n', out);
        text_wrap(table->details, 0, 0, width, out);
    }
}
