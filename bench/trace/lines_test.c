/* lines_test.c - lines that are no requests: which are skipped, how they are counted, and how many
 * may not be understood. */
#include "trace.h"
#include "trace_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define REQUESTS_MAX 100000
#define LONG_LINES   2000000        /* more than a piece of a mapping has */
#define MARK         "\xef\xbb\xbf" /* UTF-8's byte-order mark */
#define LOG          "h - - [10/Oct/2000:13:55:36 -0700] "
#define GET          LOG "\"GET /a HTTP/1.0\" 200 5\n"

static char path[] = "/tmp/lines-test-XXXXXX";

/* Writes the text to the file `path`. */
static void write_text(const char *text, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

struct outcome {
    size_t requests;
    struct trace_request first, last;
    struct trace_account account;
    char words[TRACE_ACCOUNT_BYTES];
    struct error error; /* "" if there was none */
};

static void read_file(const struct trace_setup *setup, struct outcome *outcome)
{
    static struct trace_request requests[REQUESTS_MAX];
    *outcome = (struct outcome){0};
    struct trace *trace = trace_open(path, setup, &outcome->error);
    if (trace == NULL)
        return;
    outcome->requests = trace_read(trace, requests, REQUESTS_MAX);
    outcome->first = requests[0];
    outcome->last = requests[outcome->requests > 0 ? outcome->requests - 1 : 0];
    outcome->account = *trace_account(trace);
    trace_account_words(&outcome->account, outcome->words);
    if (trace_error(trace) != NULL)
        error_set(&outcome->error, "%s", trace_error(trace));
    trace_close(trace);
}

static void read_text(const char *text, const struct trace_setup *setup, struct outcome *outcome)
{
    write_text(text, strlen(text));
    read_file(setup, outcome);
}

static const struct {
    const char *format, *text;
    size_t requests;
    const char *words;
} skipped[] = {
    {NULL, "1\n2\n\n1\n", 3, "1 of 4 lines skipped: 1 blank"},
    {NULL, "\n \t\r\n1\n2\n", 2, "2 of 4 lines skipped: 2 blank"},
    {NULL, "1\n2\n1\n*\n2\n*\n", 4, "2 of 6 lines skipped: 2 marked *"},
    {NULL, MARK "1\n2 \t \r\n1\t\n", 3, ""},
    {NULL, "id\n1\n2\n", 2, "1 of 3 lines skipped: 1 header"},
    {NULL, "# made by hand\n1\n#2\n3\n", 2, "2 of 4 lines skipped: 2 commented"},
    {NULL, "1\n2\n34", 3, ""},
    {NULL, "1 5 10\n\n2 5 10\n", 2, "1 of 3 lines skipped: 1 blank"},
    {"sized", "time id size\n1 5 10\n2 5 10\n", 2, "1 of 3 lines skipped: 1 header"},
    {NULL, MARK "1 5 10 \r\n2 5 10 \r\n", 2, ""},
    {NULL, "1 5 10\n2 5 10\n3 5", 2, "1 of 3 lines skipped: 1 cut off at the end"},
    {NULL, "time,id,size\n1,a,10\n\n2,a,10\n", 2, "1 of 4 lines skipped: 1 blank"},
    {NULL, MARK "time,id,size\n1,a,10\n# no more\n2,a,10\n3,a", 2,
     "2 of 5 lines skipped: 1 commented, 1 cut off at the end"},
    {NULL, "op,id\nget,1\ndelete,1\nincr,2\nget,1\n", 2,
     "2 of 5 lines skipped: 2 neither read nor stored"},
    {"arc", "3 2 0 0\n\n9 0 0 0\n", 2, "2 of 3 lines skipped: 1 blank, 1 of no ids"},
    {NULL, GET "\n" GET, 2, "1 of 3 lines skipped: 1 blank"},
    {NULL, GET LOG "\"POST /a HTTP/1.0\" 302 5\n" LOG "\"GET /b HTTP/1.0\" 404 5\n" GET, 2,
     "2 of 4 lines skipped: 1 not GET, 1 neither 2xx nor 304"},
    {NULL, LOG "\"POST / HTTP/1.1\" 302 901 \"-\" \"x\"\n", 0, "1 of 1 line skipped: 1 not GET"},
};

static void lines_without_data_are_skipped_and_counted(void **state)
{
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        struct outcome outcome;
        read_text(skipped[i].text, &(struct trace_setup){.format = skipped[i].format}, &outcome);
        if (outcome.error.text[0] != '\0' || strcmp(outcome.words, skipped[i].words) != 0 ||
            outcome.requests != skipped[i].requests)
            fail_msg("\"%s\" gave %zu requests, \"%s\", \"%s\"", skipped[i].text, outcome.requests,
                     outcome.words, outcome.error.text);
    }
}

/* The text `good` so many times, with a line `bad` after each `every` of them. */
static void write_lines(const char *good, size_t count, const char *bad, size_t every)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 1; i <= count; i++) {
        fputs(good, file);
        if (i % every == 0)
            fputs(bad, file);
    }
    assert_int_equal(fclose(file), 0);
}

static void one_percent_may_not_be_understood(void **state)
{
    struct outcome outcome;
    write_lines("1 2 3\n", 990, "1 x\n", 99); /* 10 of 1,000 */
    read_file(&(struct trace_setup){0}, &outcome);
    assert_string_equal(outcome.error.text, "");
    assert_int_equal(outcome.requests, 990);
    assert_string_equal(outcome.words,
                        "10 of 1,000 lines skipped: 10 not understood, the first is line 100: "
                        "expected \"time id size\": a size, found nothing at column 4");
    write_lines("1 2 3\n", 990, "1 x\n", 90); /* 11 of 1,001 */
    read_file(&(struct trace_setup){0}, &outcome);
    assert_non_null(strstr(outcome.error.text, ":91: expected \"time id size\": a size, found "
                                               "nothing at column 4; 11 of 1,001 lines are not "
                                               "understood; --skip-bad skips them"));
    read_file(&(struct trace_setup){.skip_bad = true}, &outcome);
    assert_string_equal(outcome.error.text, "");
    assert_int_equal(outcome.requests, 990);
    assert_int_equal(outcome.account.bad, 11);
}

/* A foreign line is no error in itself: the lines around it count. */
static void a_foreign_line_is_said(void **state)
{
    struct outcome outcome;
    const char *text = GET "nginx: [alert] could not open error log file\n" GET;
    read_text(text, &(struct trace_setup){.skip_bad = true}, &outcome);
    assert_string_equal(outcome.error.text, "");
    assert_int_equal(outcome.requests, 2);
    assert_int_equal(outcome.account.first_bad, 2);
    read_text(text, &(struct trace_setup){0}, &outcome);
    assert_non_null(strstr(outcome.error.text, "1 of 3 lines is not understood; --skip-bad"));
}

/* The limit ends the trace, and what lies before it is judged. */
static void a_limit_is_judged(void **state)
{
    struct outcome outcome;
    write_lines("1 2 3\n", 1000, "bad 1\n", 10);
    read_file(&(struct trace_setup){.limit = 9}, &outcome);
    assert_string_equal(outcome.error.text, "");
    read_file(&(struct trace_setup){.limit = 11}, &outcome);
    assert_non_null(strstr(outcome.error.text, "1 of 12 lines is not understood"));
}

/* A stream that is of another format ends early, though it never ends. */
static void a_hopeless_trace_ends_early(void **state)
{
    struct outcome outcome;
    write_lines("1 2 x\n", 50000, "", 50000);
    read_file(&(struct trace_setup){.format = "sized"}, &outcome);
    assert_non_null(strstr(outcome.error.text, "1,001 of 1,001 lines are not understood"));
    read_file(&(struct trace_setup){.format = "sized", .skip_bad = true}, &outcome);
    assert_string_equal(outcome.error.text, "");
    assert_int_equal(outcome.account.bad, 50000);
}

static void the_format_is_said(void **state)
{
    struct outcome outcome;
    read_text("1 2 3\n", &(struct trace_setup){0}, &outcome);
    assert_string_equal(outcome.account.format, "sized");
    read_text("1\n", &(struct trace_setup){0}, &outcome);
    assert_string_equal(outcome.account.format, "text");
    read_text(GET, &(struct trace_setup){0}, &outcome);
    assert_string_equal(outcome.account.format, "access-log");
}

static void the_account_is_json(void **state)
{
    struct trace_account account = {
        .format = "text", .lines = 12, .bad = 1, .first_bad = 3, .why = "expected an id"};
    trace_account_skip(&account, "blank");
    trace_account_skip(&account, "blank");
    json_t *json = trace_account_json(&account);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, "{\"format\":\"text\",\"lines\":12,\"lines_skipped\":3,\"reasons\":{"
                              "\"blank\":2},\"not_understood\":1,\"first_not_understood\":{"
                              "\"line\":3,\"why\":\"expected an id\"}}");
    free(text);
    json_decref(json);
}

static void query_strings_belong_to_the_id(void **state)
{
    struct outcome outcome;
    const char *text = LOG "\"GET /a?x=1 HTTP/1.0\" 200 5\n" LOG "\"GET /a?x=2 HTTP/1.0\" 200 5\n";
    read_text(text, &(struct trace_setup){0}, &outcome);
    assert_int_equal(outcome.first.id, XXH3_64bits("/a?x=1", 6));
    assert_int_equal(outcome.last.id, XXH3_64bits("/a?x=2", 6));
    read_text(text, &(struct trace_setup){.ignore_query = true}, &outcome);
    assert_int_equal(outcome.first.id, XXH3_64bits("/a", 2));
    assert_int_equal(outcome.last.id, outcome.first.id);
    read_text("1\n", &(struct trace_setup){.ignore_query = true}, &outcome);
    assert_non_null(strstr(outcome.error.text, "--ignore-query is for access logs, not for text"));
}

static void a_block_has_an_end(void **state)
{
    struct outcome outcome;
    read_text("5 18446744073709551610 0 0\n", &(struct trace_setup){.format = "arc"}, &outcome);
    assert_int_equal(outcome.requests, 0);
    assert_non_null(strstr(outcome.error.text, "expected at most 16777216 ids in one line"));
}

/* As where logrotate copies a log and truncates it. The pages that are gone would be SIGBUS. */
static void a_truncated_file_is_an_error(void **state)
{
    static struct trace_request requests[REQUESTS_MAX];
    struct error error = {""};
    write_lines("1234567\n", LONG_LINES, "", LONG_LINES);
    struct trace *trace = trace_open(path, &(struct trace_setup){0}, &error);
    assert_non_null(trace);
    assert_int_equal(trace_read(trace, requests, REQUESTS_MAX), REQUESTS_MAX);
    assert_int_equal(truncate(path, 100), 0);
    while (trace_read(trace, requests, REQUESTS_MAX) == REQUESTS_MAX)
        ;
    assert_non_null(trace_error(trace));
    assert_non_null(strstr(trace_error(trace), "it was truncated while it was read"));
    trace_close(trace);
}

static int make_file(void **state)
{
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_without_data_are_skipped_and_counted),
        cmocka_unit_test(one_percent_may_not_be_understood),
        cmocka_unit_test(a_foreign_line_is_said),
        cmocka_unit_test(a_limit_is_judged),
        cmocka_unit_test(a_hopeless_trace_ends_early),
        cmocka_unit_test(the_format_is_said),
        cmocka_unit_test(the_account_is_json),
        cmocka_unit_test(query_strings_belong_to_the_id),
        cmocka_unit_test(a_block_has_an_end),
        cmocka_unit_test(a_truncated_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
