/* comparison_markdown.c - a comparison as Markdown, for example for a comment on a pull request. */
#include "comparison_report.h"
#include "printable.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

/* Escapes what Markdown and HTML take for markup, and makes tabs and newlines spaces. */
static void text_write(const char *from, FILE *out)
{
    char *copy = text_printable(xstrdup(from));
    for (const char *text = copy; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < ' ')
            fputc(' ', out);
        else if (byte == '<' || byte == '>' || byte == '&')
            fputs(byte == '<' ? "&lt;" : byte == '>' ? "&gt;" : "&amp;", out);
        else
            fprintf(out, "%s%c", strchr("|\\`*_[]#~!", byte) != NULL ? "\\" : "", byte);
    }
    free(copy);
}

static void cell_write(const char *text, FILE *out)
{
    text_write(text[0] != '\0' ? text : "-", out);
    fputs(" | ", out);
}

static void interval_write(const struct comparison *comparison, FILE *out)
{
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    if (comparison->method == METHOD_NONE || comparison->method == METHOD_CLASS) {
        fputs("- | - | ", out);
        return;
    }
    cell_write(comparison_change_format(value, comparison, comparison->change.value), out);
    text_write(comparison_change_format(low, comparison, comparison->change.low), out);
    fputs(" to ", out);
    cell_write(comparison_change_format(high, comparison, comparison->change.high), out);
}

static void side_write(const struct comparison *comparison, const struct stats_interval *side,
                       size_t count, enum verdict_class class, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    if (comparison->figure == NULL)
        cell_write(verdict_class_name(class), out);
    else
        cell_write(count > 0 ? figure_format(text, comparison->figure, side->value) : "", out);
}

static void row_write(const struct comparison *comparison, FILE *out)
{
    bool differs = comparison->outcome == OUTCOME_BETTER || comparison->outcome == OUTCOME_WORSE;
    fputs("| ", out);
    cell_write(comparison->workload, out);
    cell_write(comparison->variant, out);
    cell_write(comparison_figure_brief(comparison), out);
    side_write(comparison, &comparison->before, comparison->before_count, comparison->before_class,
               out);
    side_write(comparison, &comparison->after, comparison->after_count, comparison->after_class,
               out);
    interval_write(comparison, out);
    fprintf(out, "%s%s%s |\n", differs ? "**" : "", compare_outcome_names[comparison->outcome],
            differs ? "**" : "");
}

static void line_write(const char *before, const char *text, FILE *out)
{
    fputs(before, out);
    text_write(text, out);
    fputc('\n', out);
}

static void findings_write(const struct comparison_report *report, FILE *out)
{
    char title[MEASUREMENTS_REASON_BYTES];
    if (report->finding_count > 0)
        fputs("\n| gate | of | outcome | |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct gate_finding *finding = &report->findings[i];
        bool passed = finding->outcome == GATE_PASSED;
        comparison_title(finding->comparison, title);
        fputs("| ", out);
        cell_write(finding->gate->text, out);
        cell_write(title, out);
        fprintf(out, "%s%s%s | ", passed ? "" : "**", gate_outcome_names[finding->outcome],
                passed ? "" : "**");
        text_write(finding->reason, out);
        fputs(" |\n", out);
    }
}

void comparison_markdown(const struct comparison_report *report, FILE *out)
{
    fputs("| workload | variant | figure | old | new | change | 95 % interval | verdict |\n"
          "| --- | --- | --- | ---: | ---: | ---: | --- | --- |\n",
          out);
    for (size_t i = 0; i < report->comparison_count; i++)
        row_write(&report->comparisons[i], out);
    findings_write(report, out);
    fputc('\n', out);
    for (size_t i = 0; i < report->pair_count; i++)
        if (report->pairs[i].refusal.text[0] != '\0')
            line_write("- **not compared**: ", report->pairs[i].refusal.text, out);
    char *remarks = comparison_remarks(report), *rest = remarks;
    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0';
         line = strsep(&rest, "\n"))
        line_write("- ", line, out);
    free(remarks);
}
