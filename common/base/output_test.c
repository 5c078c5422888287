/* output_test.c - error texts, reading and writing of files, --help. */
#include "errors.h"
#include "file_replace.h"
#include "files.h"
#include "options.h"
#include "options_help.h"
#include "units.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void an_error_is_one_printable_line(void **state)
{
    struct error error;
    assert_int_equal(error_set(&error, "%s: %d", "a\nb\033[2J", 7), -1);
    assert_string_equal(error.text, "a?b?[2J: 7");
    assert_int_equal(error_set(&error, "line 3: %s", error.text), -1);
    assert_string_equal(error.text, "line 3: a?b?[2J: 7");
    error_add(&error, "\n  more\t");
    assert_string_equal(error.text, "line 3: a?b?[2J: 7\n  more?");
}

static void a_long_error_is_cut_off(void **state)
{
    struct error error;
    char text[2 * ERROR_TEXT_BYTES];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    error_set(&error, "%s", text);
    assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
    error_add(&error, "y");
    assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
}

/* A folder of the test's own, and a file in it. */
struct scratch {
    char folder[64], path[128];
};

static void scratch_make(struct scratch *scratch)
{
    strcpy(scratch->folder, "/tmp/tidemark-output-XXXXXX");
    assert_non_null(mkdtemp(scratch->folder));
    snprintf(scratch->path, sizeof scratch->path, "%s/file", scratch->folder);
}

static void scratch_remove(const struct scratch *scratch)
{
    unlink(scratch->path);
    assert_int_equal(rmdir(scratch->folder), 0); /* nothing else was left in it */
}

static void assert_holds(const char *path, const char *expected)
{
    struct error error = {""};
    size_t bytes;
    char *text = file_read(path, 100, &bytes, &error);
    assert_string_equal(error.text, "");
    assert_string_equal(text, expected);
    assert_int_equal(bytes, strlen(expected));
    free(text);
}

static void a_file_is_replaced_whole(void **state)
{
    struct scratch scratch;
    struct error error = {""};
    scratch_make(&scratch);
    assert_int_equal(file_write(scratch.path, "old", 3, &error), 0);
    assert_int_equal(file_write(scratch.path, "newer", 5, &error), 0);
    assert_holds(scratch.path, "newer");
    scratch_remove(&scratch);
}

static void what_cannot_be_written_is_an_error(void **state)
{
    struct error error = {""};
    struct stat full;
    assert_int_equal(file_write("/dev/full", "text", 4, &error), -1);
    assert_string_equal(error.text, "/dev/full: No space left on device");
    assert_int_equal(stat("/dev/full", &full), 0);
    assert_true(S_ISCHR(full.st_mode)); /* it was not replaced */
    assert_int_equal(file_write("/nowhere/file", "text", 4, &error), -1);
    assert_string_equal(error.text, "/nowhere/file: No such file or directory");
}

/* Also a file that would exist under another name in between. */
static void a_name_that_is_too_long_is_an_error(void **state)
{
    struct scratch scratch;
    struct error error = {""};
    char path[64 + 256];
    scratch_make(&scratch);
    snprintf(path, sizeof path, "%s/%0250d", scratch.folder, 0);
    assert_int_equal(file_check_writable(path, &error), -1);
    assert_non_null(strstr(error.text, "name too long"));
    assert_int_equal(file_write(path, "text", 4, &error), -1);
    scratch_remove(&scratch);
}

static void checking_leaves_the_file_alone(void **state)
{
    struct scratch scratch;
    struct error error = {""};
    scratch_make(&scratch);
    assert_int_equal(file_check_writable(scratch.path, &error), 0);
    assert_int_equal(access(scratch.path, F_OK), -1);
    assert_int_equal(file_write(scratch.path, "old", 3, &error), 0);
    assert_int_equal(file_check_writable(scratch.path, &error), 0);
    assert_holds(scratch.path, "old");
    assert_int_equal(file_check_writable(NULL, &error), 0);
    assert_int_equal(file_check_writable("-", &error), 0);
    assert_int_equal(file_check_writable("/dev/null", &error), 0);
    assert_int_equal(file_check_writable(scratch.folder, &error), -1);
    assert_non_null(strstr(error.text, "it is a folder"));
    assert_int_equal(file_check_writable("/nowhere/file", &error), -1);
    assert_string_equal(error.text, "/nowhere/file: cannot write to it: No such file or directory");
    scratch_remove(&scratch);
}

/* Such as /dev/stdout when standard output is a file. */
static void a_link_to_an_open_file_is_not_replaced(void **state)
{
    struct scratch scratch;
    struct error error = {""};
    char link[64];
    scratch_make(&scratch);
    FILE *file = fopen(scratch.path, "we");
    snprintf(link, sizeof link, "/dev/fd/%d", fileno(file));
    assert_int_equal(file_write(link, "text", 4, &error), 0);
    fclose(file);
    assert_holds(scratch.path, "text");
    scratch_remove(&scratch);
}

static void files_are_replaced_together_or_not_at_all(void **state)
{
    struct scratch scratch;
    char other[128 + 8];
    scratch_make(&scratch);
    snprintf(other, sizeof other, "%s.other", scratch.path);
    struct file_content contents[] = {{scratch.path, "one", 3}, {other, "two", 3}};
    assert_int_equal(files_replace(contents, 2), 0);
    assert_holds(scratch.path, "one");
    assert_holds(other, "two");
    contents[0].text = "new";
    contents[1].path = "/nowhere/file";
    assert_int_equal(files_replace(contents, 2), -1);
    assert_holds(scratch.path, "one");
    contents[1].path = scratch.folder;
    assert_int_equal(files_replace(contents, 2), -1);
    assert_holds(scratch.path, "one");
    contents[1] = (struct file_content){.path = other};
    assert_int_equal(files_replace(contents, 2), 0);
    assert_holds(scratch.path, "new");
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(files_replace(contents, 2), 0); /* nothing is there to remove */
    scratch_remove(&scratch);
}

static void what_cannot_be_read_is_an_error(void **state)
{
    struct scratch scratch;
    struct error error = {""};
    size_t bytes;
    scratch_make(&scratch);
    assert_null(file_read(scratch.path, 100, &bytes, &error));
    assert_non_null(strstr(error.text, "No such file"));
    assert_null(file_read(scratch.folder, 100, &bytes, &error));
    assert_non_null(strstr(error.text, "Is a directory"));
    assert_int_equal(file_write(scratch.path, "12345", 5, &error), 0);
    assert_null(file_read(scratch.path, 4, &bytes, &error));
    assert_non_null(strstr(error.text, "File too large"));
    scratch_remove(&scratch);
}

static void a_list_grows_by_doubling(void **state)
{
    size_t capacity = 0;
    uint32_t *list = growable(NULL, &capacity, 1, sizeof *list);
    assert_int_equal(capacity, 64);
    list[63] = 7;
    list = growable(list, &capacity, 64, sizeof *list);
    assert_int_equal(capacity, 64);
    list = growable(list, &capacity, 129, sizeof *list);
    assert_int_equal(capacity, 256);
    assert_int_equal(list[63], 7);
    free(list);
}

struct settings {
    const char *name;
    uint64_t count, bytes, length_ns;
    double share;
    struct option_capacity capacity;
    const char *json;
};

#define FIELD(field) offsetof(struct settings, field)
static const struct option rows[] = {
    {.kind = OPTION_HEADING, .help = "What to do"},
    {"name", OPTION_TEXT, FIELD(name), "NAME", "who"},
    {"count", OPTION_COUNT, FIELD(count), "N",
     "so many words that they do not fit into the hundred columns that a line of help may have"},
    {"bytes", OPTION_SIZE, FIELD(bytes), "SIZE", "how large"},
    {"length", OPTION_DURATION, FIELD(length_ns), "TIME", "how long"},
    {"size", OPTION_SIZE, FIELD(bytes), "SIZE", OPTION_HIDDEN},
    {.kind = OPTION_HEADING, .help = "Output"},
    {"share", OPTION_SHARE, FIELD(share), "SHARE", "of all"},
    {"capacity", OPTION_CAPACITY, FIELD(capacity), "LIMIT", "what fits"},
    {"json", OPTION_OUTPUT, FIELD(json), "FILE", "print JSON"},
};

static const struct option_table table = {
    .usage = "probe [OPTIONS]",
    .summary = "Probes.",
    .options = rows,
    .count = sizeof rows / sizeof rows[0],
    .defaults = &(const struct settings){.name = "lru",
                                         .count = 10000,
                                         .length_ns = 2 * NS_PER_SECOND,
                                         .share = 0.01,
                                         .capacity = {.bytes = 1 << 20}}};

static void help_is_grouped_and_shows_defaults(void **state)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    options_help(&table, out);
    fclose(out);
    assert_string_equal(text, "usage: probe [OPTIONS]\n"
                              "\n"
                              "Probes.\n"
                              "\n"
                              "What to do:\n"
                              "  --name NAME       who (default lru)\n"
                              "  --count N         so many words that they do not fit into the "
                              "hundred columns that a line of help\n"
                              "                    may have (default 10k)\n"
                              "  --bytes SIZE      how large\n"
                              "  --length TIME     how long (default 2s)\n"
                              "\n"
                              "Output:\n"
                              "  --share SHARE     of all (default 1%)\n"
                              "  --capacity LIMIT  what fits (default 1MiB)\n"
                              "  --json[=FILE]     print JSON\n"
                              "  --help            print this and exit\n"
                              "  --version         print the version and exit\n");
    free(text);
}

static void json_goes_to_standard_output_or_a_file(void **state)
{
    struct settings settings = {0};
    struct error error;
    int positional;
    char *bare[] = {(char *)"probe", (char *)"--json", (char *)"in.json"};
    char *named[] = {(char *)"probe", (char *)"--json=out.json"};
    char *empty[] = {(char *)"probe", (char *)"--json="};
    assert_int_equal(options_parse(&table, 3, bare, &settings, &positional, &error), OPTIONS_OK);
    assert_string_equal(settings.json, "-");
    assert_int_equal(positional, 1);
    assert_int_equal(options_parse(&table, 2, named, &settings, &positional, &error), OPTIONS_OK);
    assert_string_equal(settings.json, "out.json");
    assert_int_equal(options_parse(&table, 2, empty, &settings, &positional, &error),
                     OPTIONS_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_one_printable_line),
        cmocka_unit_test(a_long_error_is_cut_off),
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(what_cannot_be_written_is_an_error),
        cmocka_unit_test(a_name_that_is_too_long_is_an_error),
        cmocka_unit_test(checking_leaves_the_file_alone),
        cmocka_unit_test(a_link_to_an_open_file_is_not_replaced),
        cmocka_unit_test(files_are_replaced_together_or_not_at_all),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
        cmocka_unit_test(a_list_grows_by_doubling),
        cmocka_unit_test(help_is_grouped_and_shows_defaults),
        cmocka_unit_test(json_goes_to_standard_output_or_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
