/* diagnosis_text.c - one page, a question a paragraph. */
#include "diagnosis_output.h"

#include "table.h"
#include "units.h"

#include <stdlib.h>
#include <string.h>

#define CHANGES_SHOWN  6
#define EXAMPLES_SHOWN 3
#define LINE_WIDTH     96
#define MARGIN_WIDTH   14
#define MARGIN         "              " /* as wide as "is it growing " */

static const char *count_text(char text[UNITS_TEXT_BYTES], uint64_t count)
{
    return units_format_count(text, count);
}

/* With its sign. */
static const char *growth_text(char text[UNITS_TEXT_BYTES], int64_t bytes)
{
    char size[UNITS_TEXT_BYTES];
    units_format_size(size, (double)llabs(bytes));
    snprintf(text, UNITS_TEXT_BYTES, "%c%.30s", bytes < 0 ? '-' : '+', size);
    return text;
}

static void tone_begin(bool colours, bool bad, FILE *out)
{
    if (colours)
        fputs(bad ? "\033[31m" : "\033[32m", out);
}

static void tone_end(bool colours, FILE *out)
{
    if (colours)
        fputs("\033[0m", out);
}

static bool is_ill(const struct diagnosis *diagnosis)
{
    return verdict_is_leak(diagnosis->verdict.class) ||
           diagnosis->verdict.class == VERDICT_FRAGMENTATION;
}

static void head_show(const struct diagnosis *diagnosis, const struct console_reply_server *server,
                      size_t looks, FILE *out)
{
    char requests[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    bool colours = table_wants_colours(out);
    fprintf(out, "serve-%s[%llu], %zu looks in %.1f s: %s requests, %s a second\n\n",
            server->policy, (unsigned long long)server->pid, looks, diagnosis->seconds,
            count_text(requests, (uint64_t)diagnosis->requests),
            count_text(rate, (uint64_t)diagnosis->requests_per_second));
    fputs("is it growing ", out);
    tone_begin(colours, is_ill(diagnosis), out);
    fprintf(out, "%s", diagnosis->verdict.words);
    tone_end(colours, out);
    fputc('\n', out);
}

static void speed_show(const struct diagnosis *diagnosis, FILE *out)
{
    char second[UNITS_TEXT_BYTES];
    const struct result_verdict *verdict = &diagnosis->verdict;
    if (!is_ill(diagnosis))
        return;
    fprintf(out, "how fast      %s/s at this load",
            units_format_size(second, diagnosis->bytes_per_second));
    if (verdict_is_leak(verdict->class))
        fprintf(out, "; %.2f B/request, between %.2f and %.2f (99.9 %%)",
                verdict->bytes_per_request, verdict->low, verdict->high);
    fputc('\n', out);
}

static void change_row(struct table *table, const struct census_change *change, double requests)
{
    char bytes[UNITS_TEXT_BYTES], now[UNITS_TEXT_BYTES], live[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s", change->row->container);
    table_cell(table, TABLE_PLAIN, "%s", change->row->type);
    table_cell(table, TABLE_PLAIN, "%s", growth_text(bytes, change->live_bytes));
    table_cell(table, TABLE_PLAIN, "%.2f", (double)change->live_bytes / requests);
    table_cell(table, TABLE_PLAIN, "%+lld", (long long)change->live);
    table_cell(table, TABLE_PLAIN, "%s", count_text(live, change->row->live));
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(now, (double)change->row->live_bytes));
}

static void changes_show(const struct diagnosis *diagnosis, FILE *out)
{
    static const struct table_column columns[] = {
        {"container", TABLE_LEFT},  {"type", TABLE_LEFT},     {"bytes", TABLE_RIGHT},
        {"B/request", TABLE_RIGHT}, {"objects", TABLE_RIGHT}, {"now", TABLE_RIGHT},
        {"bytes now", TABLE_RIGHT}};
    double requests =
        (double)(diagnosis->last->sample.requests - diagnosis->first->sample.requests);
    size_t count = 0;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (; count < diagnosis->change_count && count < CHANGES_SHOWN; count++)
        change_row(table, &diagnosis->changes[count], requests > 0 ? requests : 1);
    fprintf(out, "\nWhat changed in the second half of the time:\n");
    if (count > 0)
        table_print(table, table_wants_colours(out), out);
    else
        fputs("nothing\n", out);
    table_destroy(table);
    fputc('\n', out);
}

/* What is asked in the margin, and the answer, in lines that a terminal holds. */
static void answer_show(const char *question, const char *name, const char *sentence, FILE *out)
{
    size_t column = (size_t)fprintf(out, "%-*s", MARGIN_WIDTH, question);
    column += (size_t)fprintf(out, "%s%s", name, *name ? ":" : "");
    for (const char *at = sentence; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (column + 1 + word > LINE_WIDTH)
            column = (size_t)fprintf(out, "\n" MARGIN "%.*s", (int)word, at) - 1;
        else
            column +=
                (size_t)fprintf(out, "%s%.*s", column > MARGIN_WIDTH ? " " : "", (int)word, at);
        at += word + strspn(at + word, " ");
    }
    fputc('\n', out);
}

static void lost_show(const struct lost *lost, FILE *out)
{
    char count[UNITS_TEXT_BYTES], size[UNITS_TEXT_BYTES];
    if (lost->records > 0)
        fprintf(out, "unreachable   %s%s records, %s\n", lost->share > 1 ? "about " : "",
                count_text(count, lost->records * lost->share),
                units_format_size(size, (double)(lost->record_bytes * lost->share)));
    else
        fprintf(out, "unreachable   no record (of one in %llu)\n", (unsigned long long)lost->share);
    for (size_t i = 0; i < lost->kind_count; i++)
        if (lost->kinds[i].count > 0)
            fprintf(out, MARGIN "%s %s objects, %s\n", count_text(count, lost->kinds[i].count),
                    lost->kinds[i].type, units_format_size(size, (double)lost->kinds[i].bytes));
    for (size_t i = 0; i < lost->example_count && i < EXAMPLES_SHOWN; i++) {
        const struct lost_example *example = &lost->examples[i];
        fprintf(out, MARGIN "%s%s, %llu reference%s\n", *example->cycle ? "" : "(nobody) -> ",
                *example->cycle    ? example->cycle
                : *example->holder ? example->holder
                                   : example->record,
                (unsigned long long)example->references, example->references == 1 ? "" : "s");
    }
}

static void limit_show(const struct diagnosis *diagnosis, FILE *out)
{
    char left[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    const struct headroom *room = &diagnosis->room;
    if (!is_ill(diagnosis) || !*room->limit)
        return;
    fprintf(out,
            "runs out      %s are left (%s): ", units_format_size(left, (double)room->left_bytes),
            room->limit);
    if (diagnosis->time_to_limit_ns > 0)
        fprintf(out, "in %s at this load\n",
                units_format_duration(time, (double)diagnosis->time_to_limit_ns));
    else
        fputs("not at this load\n", out);
}

static void layers_show(const struct diagnosis *diagnosis, FILE *out)
{
    static const struct {
        const char *name;
        size_t offset;
    } rows[] = {{"cache", offsetof(struct result_sample, cache_bytes)},
                {"allocated", offsetof(struct result_sample, allocated_bytes)},
                {"active", offsetof(struct result_sample, active_bytes)},
                {"resident", offsetof(struct result_sample, resident_bytes)},
                {"rss", offsetof(struct result_sample, rss_bytes)},
                {"vsz", offsetof(struct result_sample, vsz_bytes)}};
    fputs("layers        ", out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char size[UNITS_TEXT_BYTES], growth[UNITS_TEXT_BYTES];
        uint64_t to = *(const uint64_t *)((const char *)&diagnosis->last->sample + rows[i].offset);
        uint64_t from =
            *(const uint64_t *)((const char *)&diagnosis->first->sample + rows[i].offset);
        fprintf(out, "%s%s %s (%s)",
                i == 0   ? ""
                : i == 3 ? ",\n" MARGIN
                         : ", ",
                rows[i].name, units_format_size(size, (double)to),
                growth_text(growth, (int64_t)(to - from)));
    }
    fputc('\n', out);
}

void diagnosis_show(const struct diagnosis *diagnosis, const struct console_reply_server *server,
                    const struct lost *lost, size_t looks, FILE *out)
{
    head_show(diagnosis, server, looks, out);
    speed_show(diagnosis, out);
    if (*diagnosis->container)
        fprintf(out, "what grows    %s%s%s\n", diagnosis->container, *diagnosis->type ? ": " : "",
                diagnosis->type);
    if (*diagnosis->path)
        fprintf(out, "who holds it  %s\n", diagnosis->path);
    answer_show("looks like", mistake_name(diagnosis->mistake), mistake_means(diagnosis->mistake),
                out);
    answer_show("what to do", "", mistake_remedy(diagnosis->mistake), out);
    limit_show(diagnosis, out);
    changes_show(diagnosis, out);
    lost_show(lost, out);
    layers_show(diagnosis, out);
}
