/* diagnosis_text.c - a diagnosis as one page: one question, and its answer, per paragraph. */
#include "diagnosis_columns.h"
#include "diagnosis_output.h"
#include "options_help.h"
#include "printable.h"
#include "table.h"
#include "units.h"

#include <math.h>

#define CHANGES_SHOWN  6
#define EXAMPLES_SHOWN 3
#define PAGE_WIDTH     96
#define MARGIN_WIDTH   14
#define MARGIN         "              " /* MARGIN_WIDTH blanks */

/* True: memory grows without end. */
static bool is_bad(const struct diagnosis *diagnosis)
{
    return verdict_is_leak(diagnosis->verdict.class) ||
           diagnosis->verdict.class == VERDICT_FRAGMENTATION;
}

static void heading_print(const struct diagnosis_page *page, FILE *out)
{
    char requests[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    const struct diagnosis *diagnosis = page->diagnosis;
    printable_print(out, "serve-%s[%llu], %zu snapshots in %.1f s: %s requests, %s per second\n\n",
                    page->server->policy, (unsigned long long)page->server->pid, page->snapshots,
                    diagnosis->seconds, units_format_count(requests, (uint64_t)diagnosis->requests),
                    units_format_count(rate, (uint64_t)diagnosis->requests_per_second));
    fprintf(out, "verdict       %s%s%s\n",
            !page->colours      ? ""
            : is_bad(diagnosis) ? "\033[31m"
                                : "\033[32m",
            diagnosis->verdict.words, page->colours ? "\033[0m" : "");
}

static void speed_print(const struct diagnosis *diagnosis, FILE *out)
{
    char second[UNITS_TEXT_BYTES];
    const struct result_verdict *verdict = &diagnosis->verdict;
    if (!is_bad(diagnosis))
        return;
    fprintf(out, "how fast      %s/s at this load",
            units_format_size(second, diagnosis->bytes_per_second));
    if (verdict_is_leak(verdict->class))
        fprintf(out, "; %.2f B/request, between %.2f and %.2f (99.9 %%)",
                verdict->bytes_per_request, verdict->low, verdict->high);
    fputc('\n', out);
}

static void container_print(const struct diagnosis *diagnosis, FILE *out)
{
    if (*diagnosis->container)
        printable_print(out, "what grows    %s%s%s\n", diagnosis->container,
                        *diagnosis->type ? ": " : "", diagnosis->type);
    if (*diagnosis->path)
        printable_print(out, "who holds it  %s\n", diagnosis->path);
}

static void mistake_print(const struct mistake_text *mistake, FILE *out)
{
    int width = printable_print(out, "looks like    %s: ", mistake->name);
    text_wrap(mistake->means, width, MARGIN_WIDTH, PAGE_WIDTH, out);
    width = fprintf(out, "what to do    ");
    text_wrap(mistake->remedy, width, MARGIN_WIDTH, PAGE_WIDTH, out);
}

static void limit_print(const struct diagnosis *diagnosis, FILE *out)
{
    char left[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    const struct headroom *headroom = &diagnosis->headroom;
    if (!is_bad(diagnosis) || !*headroom->limit)
        return;
    fprintf(out, "runs out      %s are left (%s): ",
            units_format_size(left, (double)headroom->left_bytes), headroom->limit);
    if (diagnosis->time_to_limit_ns > 0)
        fprintf(out, "in %s at this load\n",
                units_format_duration(time, (double)diagnosis->time_to_limit_ns));
    else
        fputs("not at this load\n", out);
}

static void changes_print(const struct diagnosis_page *page, FILE *out)
{
    const struct diagnosis *diagnosis = page->diagnosis;
    struct table_column headings[CENSUS_ROW_COLUMNS + CENSUS_CHANGE_COLUMNS + 1];
    double requests =
        (double)(diagnosis->last->sample.requests - diagnosis->first->sample.requests);
    size_t count = row_column_headings(census_row_columns, 2, headings);
    count += row_column_headings(census_change_columns, CENSUS_CHANGE_COLUMNS, headings + count);
    headings[count++] = (struct table_column){"B/request", TABLE_RIGHT};
    count += row_column_headings(census_row_columns + 2, 2, headings + count);
    struct table *table = table_create(headings, count);
    for (size_t i = 0; i < diagnosis->change_count && i < CHANGES_SHOWN; i++) {
        const struct census_change *change = &diagnosis->changes[i];
        row_cells(table, TABLE_PLAIN, census_row_columns, 2, change->row);
        row_cells(table, TABLE_PLAIN, census_change_columns, CENSUS_CHANGE_COLUMNS, change);
        if (requests > 0)
            table_cell(table, TABLE_PLAIN, "%.2f", (double)change->live_bytes / requests);
        else
            table_cell(table, TABLE_FAINT, "-");
        row_cells(table, TABLE_PLAIN, census_row_columns + 2, 2, change->row);
    }
    fprintf(out, "\nChanges in the second half of the time:\n");
    if (diagnosis->change_count > 0)
        table_print(table, page->colours, out);
    else
        fputs("none\n", out);
    table_destroy(table);
    fputc('\n', out);
}

static void example_print(const struct unreachable_example *example, FILE *out)
{
    printable_print(out, MARGIN "%s%s, %llu reference%s\n",
                    *example->cycle ? "" : "(unreachable) -> ",
                    *example->cycle    ? example->cycle
                    : *example->holder ? example->holder
                                       : example->record,
                    (unsigned long long)example->references, example->references == 1 ? "" : "s");
}

static void unreachable_print(const struct unreachable *unreachable, FILE *out)
{
    char count[UNITS_TEXT_BYTES], size[UNITS_TEXT_BYTES];
    uint64_t share = unreachable->share;
    if (unreachable->records > 0)
        fprintf(out, "unreachable   %s%s records, %s\n", share > 1 ? "about " : "",
                units_format_count(count, unreachable->records * share),
                units_format_size(size, (double)(unreachable->record_bytes * share)));
    else if (share > 1)
        fprintf(out, "unreachable   none found (1 of %llu records was examined)\n",
                (unsigned long long)share);
    else
        fputs("unreachable   none found\n", out);
    for (size_t i = 0; i < unreachable->type_count; i++)
        if (unreachable->types[i].count > 0)
            printable_print(out, MARGIN "%s %s objects, %s\n",
                            units_format_count(count, unreachable->types[i].count),
                            unreachable->types[i].type,
                            units_format_size(size, (double)unreachable->types[i].bytes));
    for (size_t i = 0; i < unreachable->example_count && i < EXAMPLES_SHOWN; i++)
        example_print(&unreachable->examples[i], out);
}

static void layers_print(const struct diagnosis *diagnosis, FILE *out)
{
#define LAYER(name) offsetof(struct result_sample, name##_bytes)
    static const struct row_column layers[] = {
        {NULL, "cache", COLUMN_BYTES, LAYER(cache)},
        {NULL, "allocated", COLUMN_BYTES, LAYER(allocated)},
        {NULL, "active", COLUMN_BYTES, LAYER(active)},
        {NULL, "resident", COLUMN_BYTES, LAYER(resident)},
        {NULL, "rss", COLUMN_BYTES, LAYER(rss)},
        {NULL, "vsz", COLUMN_BYTES, LAYER(vsz)},
    };
    fputs("layers        ", out);
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        char size[ROW_TEXT_BYTES], change[UNITS_TEXT_BYTES];
        double growth = row_value(&layers[i], &diagnosis->last->sample) -
                        row_value(&layers[i], &diagnosis->first->sample);
        printable_print(out, "%s%s %s (%c%s)",
                        i == 0   ? ""
                        : i == 3 ? ",\n" MARGIN
                                 : ", ",
                        layers[i].heading, row_text(size, &layers[i], &diagnosis->last->sample),
                        growth < 0 ? '-' : '+', units_format_size(change, fabs(growth)));
    }
    fputc('\n', out);
}

void diagnosis_print(const struct diagnosis_page *page, FILE *out)
{
    heading_print(page, out);
    speed_print(page->diagnosis, out);
    container_print(page->diagnosis, out);
    mistake_print(&mistake_texts[page->diagnosis->mistake], out);
    limit_print(page->diagnosis, out);
    changes_print(page, out);
    unreachable_print(page->unreachable, out);
    layers_print(page->diagnosis, out);
}
