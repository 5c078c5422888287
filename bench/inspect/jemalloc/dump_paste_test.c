/* dump_paste_test.c - a dump that went through a log, a quote or a string says what it said before.
 */
#include "dump_output.h"
#include "dump_read.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char *const fixtures[] = {
    "threads.txt",        "redis_4.0.3.txt",          "redis_4.0.3_cut.txt",  "jemalloc_3.6.0.txt",
    "jemalloc_5.0.1.txt", "jemalloc_5.2.1_twice.txt", "unbounded_after.json", "jemalloc_5.2.1.txt",
    "program_4.5.0.txt",  "program_5.2.1.txt",
};
#define FIXTURES (sizeof fixtures / sizeof fixtures[0])

static char *fixture_text(const char *name)
{
    char path[512], *text;
    size_t bytes;
    snprintf(path, sizeof path, DUMPS "/%s", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    FILE *out = xmemstream(&text, &bytes);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        fputc(c, out);
    fclose(out);
    fclose(file);
    return text;
}

/* All that is said of the text, as one string. */
static char *explained(const char *text, size_t bytes)
{
    struct error error = {""};
    struct dump_list list = {.dumps = NULL};
    struct facts facts;
    if (dumps_parse(&list, "paste", text, bytes, &error) < 0)
        fail_msg("%s", error.text);
    facts_gather(&facts, list.dumps[list.count - 1], list.count > 1 ? list.dumps[0] : NULL);
    facts.points = &list;
    json_t *json = dump_json(&facts);
    char *dumped = json_dumps(json, JSON_INDENT(1));
    json_decref(json);
    dump_list_clear(&list);
    return dumped;
}

/* Writes the text in some wrapping. */
typedef void wrap(FILE *out, const char *text);

/* Calls `line_write` for each line, without its end. */
static void lines_write(FILE *out, const char *text,
                        void (*line_write)(FILE *out, const char *line, size_t length,
                                           size_t number))
{
    size_t number = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        line_write(out, text, length, number++);
        text += length + (text[length] == '\n');
    }
}

#define PREFIX(name, format, ...)                                                                  \
    static void name##_line(FILE *out, const char *line, size_t length, size_t number)             \
    {                                                                                              \
        fprintf(out, format "%.*s\n", __VA_ARGS__(int) length, line);                              \
    }                                                                                              \
    static void name(FILE *out, const char *text)                                                  \
    {                                                                                              \
        lines_write(out, text, name##_line);                                                       \
    }
#define NUMBER (int)number,
PREFIX(quote, "> ", )
PREFIX(quote_twice, "> > ", )
PREFIX(quote_without_blank, ">", )
PREFIX(indented, "    ", )
PREFIX(compose, "redis_1  | ", )
PREFIX(kubernetes, "2024-01-01T00:00:00.%06d000Z stderr F ", NUMBER)
PREFIX(kubectl, "[pod/redis-0/redis] 2024-01-01T00:00:00.%dZ ", NUMBER)
PREFIX(journal, "Nov 30 21:42:36 host redis-server[1%03d]: ", NUMBER)

static void windows_line(FILE *out, const char *line, size_t length, size_t number)
{
    fprintf(out, "%.*s\r\n", (int)length, line);
}

static void windows(FILE *out, const char *text)
{
    fputs("\xEF\xBB\xBF", out);
    lines_write(out, text, windows_line);
}

static void escaped_write(FILE *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\t')
            fputs(text[i] == '\n' ? "\\n" : "\\t", out);
        else
            fprintf(out, "%s%c", text[i] == '"' || text[i] == '\\' ? "\\" : "", text[i]);
}

static void docker_line(FILE *out, const char *line, size_t length, size_t number)
{
    fputs("{\"log\":\"", out);
    escaped_write(out, line, length);
    fputs("\\n\",\"stream\":\"stderr\",\"time\":\"2024-01-01T00:00:00Z\"}\n", out);
}

static void docker(FILE *out, const char *text)
{
    lines_write(out, text, docker_line);
}

static void journal_json_line(FILE *out, const char *line, size_t length, size_t number)
{
    fprintf(out, "{\"_PID\":\"%zu\",\"MESSAGE\":\"", number);
    escaped_write(out, line, length);
    fputs("\"}\n", out);
}

static void journal_json(FILE *out, const char *text)
{
    lines_write(out, text, journal_json_line);
}

static void redis_string(FILE *out, const char *text)
{
    fputc('"', out);
    escaped_write(out, text, strlen(text));
    fputs("\"\n", out);
}

static void json_string_in_log(FILE *out, const char *text)
{
    fputs("{\"level\":\"info\",\"stats\":\"", out);
    escaped_write(out, text, strlen(text));
    fputs("\",\"time\":1}\n", out);
}

static void in_a_log(FILE *out, const char *text)
{
    fputs("Redis Version: 7.0.1, resident: 5 GB\nNov 30 12:00:00 allocated: 7\n", out);
    fprintf(out, "%s\n", text);
    fputs("active: 7\nresident: 12 GB\nOK, total: 3 of 4\n", out);
}

static wrap *const wrappings[] = {
    quote,
    quote_twice,
    quote_without_blank,
    indented,
    compose,
    kubernetes,
    kubectl,
    journal,
    windows,
    docker,
    journal_json,
    redis_string,
    json_string_in_log,
    in_a_log,
};

static void pastes_say_the_same(void **state)
{
    for (size_t f = 0; f < FIXTURES; f++) {
        char *text = fixture_text(fixtures[f]), *right = explained(text, strlen(text));
        for (size_t w = 0; w < sizeof wrappings / sizeof wrappings[0]; w++) {
            char *wrapped;
            size_t bytes;
            FILE *out = xmemstream(&wrapped, &bytes);
            wrappings[w](out, text);
            fclose(out);
            char *said = explained(wrapped, bytes);
            if (strcmp(said, right) != 0)
                fail_msg("%s in wrapping %zu: %s\ninstead of %s", fixtures[f], w, said, right);
            free(said);
            free(wrapped);
        }
        free(right);
        free(text);
    }
}

/* JSON over several lines, as jemalloc 4.3 to 5.2 prints it. */
static void json_with_a_prefix_on_each_line(void **state)
{
    char *text = fixture_text("unbounded_after.json"), *right = explained(text, strlen(text));
    json_t *json = json_loads(text, 0, NULL);
    char *pretty = json_dumps(json, JSON_INDENT(2)), *wrapped;
    size_t bytes;
    FILE *out = xmemstream(&wrapped, &bytes);
    kubernetes(out, pretty);
    fclose(out);
    char *said = explained(wrapped, bytes);
    assert_string_equal(said, right);
    json_decref(json);
    free(said);
    free(wrapped);
    free(pretty);
    free(right);
    free(text);
}

/* Without the lines before `from` and from `to` on; NULL: all. */
static char *part_explained(const char *name, const char *from, const char *to)
{
    char *text = fixture_text(name);
    char *start = from == NULL ? text : strstr(text, from);
    char *end = to == NULL ? strchr(text, '\0') : strstr(text, to);
    assert_true(start != NULL && end != NULL && start < end);
    char *said = explained(start, (size_t)(end - start));
    free(text);
    return said;
}

static double figure(const char *said, const char *name)
{
    json_t *json = json_loads(said, 0, NULL);
    double value = json_number_value(json_object_get(json_object_get(json, "layers"), name));
    json_decref(json);
    return value;
}

static void first_or_last_line_missing(void **state)
{
    static const char *const layers[] = {"allocated_bytes", "dirty_bytes", "metadata_bytes",
                                         "resident_bytes", "muzzy_resident_bytes"};
    char *whole = part_explained("jemalloc_5.2.1.txt", NULL, NULL);
    char *headless = part_explained("jemalloc_5.2.1.txt", "Arenas:", NULL);
    char *endless = part_explained("jemalloc_5.2.1.txt", NULL, "--- End");
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        assert_true(figure(headless, layers[i]) == figure(whole, layers[i]));
        assert_true(figure(endless, layers[i]) == figure(whole, layers[i]));
    }
    assert_true(figure(headless, "metadata_bytes") == 2048000);
    free(whole);
    free(headless);
    free(endless);
}

/* The same for each version: without its first lines it is told by its columns. */
static void versions_are_told_by_their_columns(void **state)
{
    static const char *const names[] = {"threads.txt", "redis_4.0.3.txt", "redis_4.0.3_cut.txt",
                                        "jemalloc_3.6.0.txt", "jemalloc_5.0.1.txt"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *whole = part_explained(names[i], NULL, NULL);
        char *headless = part_explained(names[i], "Allocated:", NULL);
        assert_true(figure(headless, "dirty_bytes") == figure(whole, "dirty_bytes"));
        assert_true(figure(headless, "other_bytes") == figure(whole, "other_bytes"));
        free(whole);
        free(headless);
    }
}

static void what_is_cut_is_not_a_zero(void **state)
{
    char *said = part_explained("jemalloc_5.2.1.txt", NULL, "arenas[0]");
    json_t *json = json_loads(said, 0, NULL), *layers = json_object_get(json, "layers");
    assert_true(json_is_null(json_object_get(layers, "dirty_bytes")));
    assert_true(json_is_null(json_object_get(layers, "tcache_bytes")));
    assert_non_null(strstr(said, "no figures of arenas"));
    json_decref(json);
    free(said);
}

static void json_that_is_cut_off(void **state)
{
    char *said = part_explained("unbounded_after.json", NULL, "\"merged\":");
    assert_true(figure(said, "allocated_bytes") == 43983600);
    assert_non_null(strstr(said, "\"complete\": false"));
    assert_non_null(strstr(said, "no figures of arenas"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pastes_say_the_same),
        cmocka_unit_test(json_with_a_prefix_on_each_line),
        cmocka_unit_test(first_or_last_line_missing),
        cmocka_unit_test(versions_are_told_by_their_columns),
        cmocka_unit_test(what_is_cut_is_not_a_zero),
        cmocka_unit_test(json_that_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
