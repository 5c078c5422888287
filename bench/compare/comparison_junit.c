/* comparison_junit.c - a comparison as JUnit XML. Each gate is a test for each figure it applies
 * to. Without gates, each figure is a test, which fails if it became worse. */
#include "comparison_report.h"

#include <stdint.h>
#include <string.h>

/* The length of the UTF-8 character that begins here; 0: it is malformed, a control
 * character, or XML 1.0 forbids it. */
static size_t character_length(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } kinds[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4; length++) {
        uint32_t code = at[0] & (unsigned char)~kinds[length - 1].mask;
        if ((at[0] & kinds[length - 1].mask) != kinds[length - 1].lead)
            continue;
        for (size_t i = 1; i < length; i++) {
            if ((at[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (at[i] & 0x3f);
        }
        bool allowed = code >= ' '
                           ? (code < 0x7f || code > 0x9f) && (code < 0xd800 || code > 0xdfff) &&
                                 code != 0xfffe && code != 0xffff && code <= 0x10ffff
                           : code == '\t' || code == '\n';
        return allowed && code >= kinds[length - 1].least ? length : 0;
    }
    return 0;
}

static void text_write(const char *text, FILE *out)
{
    static const struct {
        char character;
        const char *name;
    } entities[] = {{'<', "&lt;"},    {'>', "&gt;"},   {'&', "&amp;"}, {'"', "&quot;"},
                    {'\'', "&apos;"}, {'\n', "&#10;"}, {'\t', "&#9;"}};
    while (*text != '\0') {
        size_t length = character_length((const unsigned char *)text), i = 0;
        while (i < sizeof entities / sizeof entities[0] && entities[i].character != *text)
            i++;
        if (i < sizeof entities / sizeof entities[0])
            fputs(entities[i].name, out);
        else if (length == 0)
            fputc('?', out);
        else
            fwrite(text, 1, length, out);
        text += length > 0 ? length : 1;
    }
}

static void attribute_write(const char *name, const char *value, FILE *out)
{
    fprintf(out, " %s=\"", name);
    text_write(value, out);
    fputc('"', out);
}

struct test {
    char name[MEASUREMENTS_REASON_BYTES];
    const char *group, *message;
    const char *outcome; /* the element: "failure", "error"; NULL: it passed */
};

static void test_write(const struct test *test, FILE *out)
{
    fputs("  <testcase", out);
    attribute_write("classname", test->group, out);
    attribute_write("name", test->name, out);
    if (test->outcome == NULL) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n    <%s", test->outcome);
    attribute_write("message", test->message, out);
    fputs("/>\n  </testcase>\n", out);
}

static struct test finding_test(const struct gate_finding *finding)
{
    static const char *const outcomes[] = {
        [GATE_PASSED] = NULL, [GATE_FAILED] = "failure", [GATE_UNDECIDED] = "error"};
    char title[MEASUREMENTS_REASON_BYTES];
    struct test test = {
        .group = "gate", .message = finding->reason, .outcome = outcomes[finding->outcome]};
    comparison_title(finding->comparison, title);
    snprintf(test.name, sizeof test.name, "%s%s%.400s", finding->gate->text,
             title[0] != '\0' ? ": " : "", title);
    return test;
}

static struct test comparison_test(const struct comparison *comparison,
                                   char message[MEASUREMENTS_REASON_BYTES])
{
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES], value[UNITS_TEXT_BYTES];
    struct test test = {.group = "figure",
                        .message = message,
                        .outcome = comparison->outcome == OUTCOME_WORSE ? "failure" : NULL};
    comparison_title(comparison, test.name);
    if (comparison->figure == NULL)
        snprintf(message, MEASUREMENTS_REASON_BYTES, "was %s, is %s",
                 verdict_class_name(comparison->before_class),
                 verdict_class_name(comparison->after_class));
    else
        snprintf(message, MEASUREMENTS_REASON_BYTES, "changed by %s, from %s to %s",
                 comparison_change_format(value, comparison, comparison->change.value),
                 comparison_change_format(low, comparison, comparison->change.low),
                 comparison_change_format(high, comparison, comparison->change.high));
    return test;
}

static struct test refusal_test(const struct comparison_pair *pair)
{
    struct test test = {.group = "comparable", .message = pair->refusal.text, .outcome = "error"};
    snprintf(test.name, sizeof test.name, "%.500s", pair->after->path);
    return test;
}

/* Adds to counts (tests, failures, errors), and writes unless `out` is NULL. */
static void tests_write(const struct comparison_report *report, size_t counts[3], FILE *out)
{
    char message[MEASUREMENTS_REASON_BYTES];
    size_t shown = report->gate_count > 0 ? report->finding_count : report->comparison_count;
    for (size_t i = 0; i < shown + report->pair_count; i++) {
        if (i >= shown && report->pairs[i - shown].refusal.text[0] == '\0')
            continue;
        struct test test = i >= shown ? refusal_test(&report->pairs[i - shown])
                           : report->gate_count > 0
                               ? finding_test(&report->findings[i])
                               : comparison_test(&report->comparisons[i], message);
        counts[0]++;
        counts[1] += test.outcome != NULL && strcmp(test.outcome, "failure") == 0;
        counts[2] += test.outcome != NULL && strcmp(test.outcome, "error") == 0;
        if (out != NULL)
            test_write(&test, out);
    }
}

void comparison_junit(const struct comparison_report *report, FILE *out)
{
    size_t counts[3] = {0};
    tests_write(report, counts, NULL);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"tidemark compare\" "
            "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
            counts[0], counts[1], counts[2]);
    tests_write(report, counts, out);
    fputs("</testsuite>\n", out);
}
