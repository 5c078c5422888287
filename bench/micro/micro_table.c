/* micro_table.c - a row for each policy, every figure with its spread. */
#include "micro_output.h"

#include "count_plan.h"
#include "stats.h"
#include "table.h"
#include "units.h"

#include <math.h>
#include <unistd.h>

#define COLUMNS_MAX (1 + 2 * OPERATIONS + 2)
#define WIDTH_MAX   100

/* A figure with this uncertainty is rounded to a multiple of it. */
static double rounded_to(double half)
{
    return half < 0.05 ? 0.01 : half < 1 ? 0.1 : half < 100 ? 1 : half < 1000 ? 10 : 100;
}

/* "24.9 +-0.3", "1040 +-180"; "152" if it is a count that does not vary by 0.5; "-" if it is not
 * known. */
static void interval_cell(struct table *table, struct stats_interval interval, bool count)
{
    double half = fmax(interval.high - interval.value, interval.value - interval.low);
    double unit = count && half < 1 ? 1 : rounded_to(half);
    int decimals = unit >= 1 ? 0 : unit >= 0.1 ? 1 : 2;
    double value = round(interval.value / unit) * unit;
    if (!isfinite(interval.value))
        table_cell(table, TABLE_PLAIN, "-");
    else if (count && half < 0.5)
        table_cell(table, TABLE_PLAIN, "%.0f", value);
    else
        table_cell(table, TABLE_PLAIN, "%.*f +-%.*f", decimals, value, decimals,
                   round(half / unit) * unit);
}

static void bytes_cell(struct table *table, const struct footprint *footprint)
{
    double bytes = footprint->overhead_bytes + footprint->rounding_bytes;
    table_cell(table, TABLE_PLAIN, isfinite(bytes) ? "%.0f" : "-", bytes);
}

/* With a star if pauses were left out. */
static void pause_cell(struct table *table, const struct footprint *footprint)
{
    double longest = fmax(footprint->put_max_ns, footprint->remove_max_ns);
    if (isfinite(longest))
        table_cell(table, TABLE_PLAIN, "%.0f%s", longest / (double)NS_PER_US,
                   footprint->interrupted > 0 ? "*" : " ");
    else
        table_cell(table, TABLE_PLAIN, "- ");
}

/* In a file, or a pipe, it is never wider than a README. */
static void table_end(struct table *table, FILE *out)
{
    if (isatty(fileno(out)))
        table_print(table, table_wants_colours(out), out);
    else
        table_print_within(table, false, WIDTH_MAX, out);
    table_destroy(table);
}

static size_t columns_add(struct table_column *columns, size_t count, const char *const heads[],
                          size_t more)
{
    for (size_t i = 0; i < more; i++)
        columns[count + i] = (struct table_column){heads[i], TABLE_RIGHT};
    return count + more;
}

/* The columns that are wanted, with the times at the smallest size. */
static size_t columns_make(struct table_column *columns, const struct micro_wanted *wanted)
{
    static const char *const counted[] = {"instr hit", "miss", "put"};
    static const char *const timed[] = {"ns hit", "miss", "put"};
    static const char *const kept[] = {"bytes", "pause us "};
    size_t count = 1;
    columns[0] = (struct table_column){"policy", TABLE_LEFT};
    if (wanted->instructions)
        count = columns_add(columns, count, counted, OPERATIONS);
    if (wanted->times)
        count = columns_add(columns, count, timed, OPERATIONS);
    return wanted->footprints ? columns_add(columns, count, kept, 2) : count;
}

static void row_add(struct table *table, const struct micro_row *row,
                    const struct micro_wanted *wanted)
{
    table_cell(table, TABLE_PLAIN, "%s", row->policy->name);
    for (int operation = 0; wanted->instructions && operation < OPERATIONS; operation++)
        interval_cell(table, row->instructions.of[operation], true);
    for (int operation = 0; wanted->times && operation < OPERATIONS; operation++)
        interval_cell(table, row->cpu_ns[0][operation], false);
    if (wanted->footprints) {
        bytes_cell(table, &row->footprint);
        pause_cell(table, &row->footprint);
    }
}

static void all_print(const struct micro_results *results, const struct micro_wanted *wanted,
                      FILE *out)
{
    struct table_column columns[COLUMNS_MAX];
    struct table *table = table_create(columns, columns_make(columns, wanted));
    for (size_t i = 0; i < results->count; i++)
        row_add(table, &results->rows[i], wanted);
    table_end(table, out);
}

/* The times at a further size. */
static void times_print(const struct micro_results *results, size_t size, FILE *out)
{
    static const struct table_column columns[] = {{"policy", TABLE_LEFT},
                                                  {"ns hit", TABLE_RIGHT},
                                                  {"miss", TABLE_RIGHT},
                                                  {"put", TABLE_RIGHT}};
    char entries[UNITS_TEXT_BYTES];
    struct table *table = table_create(columns, 1 + OPERATIONS);
    fprintf(out, "\nCPU time at %s entries\n", units_format_count(entries, results->sizes[size]));
    for (size_t i = 0; i < results->count; i++) {
        table_cell(table, TABLE_PLAIN, "%s", results->rows[i].policy->name);
        for (int operation = 0; operation < OPERATIONS; operation++)
            interval_cell(table, results->rows[i].cpu_ns[size][operation], false);
    }
    table_end(table, out);
}

static bool any_interrupted(const struct micro_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        if (results->rows[i].footprint.interrupted > 0)
            return true;
    return false;
}

/* Under the table: what its columns are, and why some have no figures. */
static void notes_print(const struct micro_results *results, const struct micro_wanted *wanted,
                        FILE *out)
{
    char size[UNITS_TEXT_BYTES];
    if (wanted->instructions && results->source == INSTRUCTIONS_UNKNOWN)
        fprintf(
            out,
            "instr: not known. This machine has no counter of instructions that may be used, and "
            "no count\n  by callgrind (Debian's package valgrind): %.60s\n",
            results->why.text);
    else if (wanted->instructions)
        fprintf(out, "instr: instructions, by %s\n",
                results->source == INSTRUCTIONS_COUNTER ? "the processor's counter" : "callgrind");
    if (wanted->times)
        fprintf(out, "ns: CPU time, median of %llu repetitions and %s\n",
                (unsigned long long)results->repetitions,
                results->repetitions < STATS_BOOTSTRAP_MIN ? "their range" : "its 95 % interval");
    if (!wanted->footprints)
        return;
    units_format_count(size, results->footprint_entries);
    fprintf(out, "bytes: per entry, beyond key and body, at %s entries\n", size);
    fprintf(out, "pause: longest put or removal while growing to %s entries and shrinking\n", size);
    if (any_interrupted(results))
        fprintf(out, "*: disturbed; operations during which another program ran are left out\n");
}

void micro_tables_print(const struct micro_results *results, const struct micro_wanted *wanted,
                        FILE *out)
{
    char entries[UNITS_TEXT_BYTES];
    fprintf(out, "One operation at %s entries; null stores nothing, and is the floor\n",
            units_format_count(entries, COUNT_ENTRIES));
    all_print(results, wanted, out);
    notes_print(results, wanted, out);
    for (size_t size = 1; wanted->times && size < results->size_count; size++)
        times_print(results, size, out);
}
