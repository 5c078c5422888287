/* dump_text.c - the facts of one or two dumps as tables, and the advice. */
#include "dump_advice.h"
#include "dump_columns.h"
#include "dump_output.h"
#include "options_help.h"
#include "printable.h"
#include "table.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ADVICE_WIDTH     92
#define UTILISATION_BAD  0.5
#define UTILISATION_POOR 0.8
#define HEADINGS_MAX     (DUMP_ARENA_COLUMNS + 1)

static const char *const kind_words[DUMP_ARENA_KINDS] = {
    [DUMP_ARENA_AUTOMATIC] = "assigned to threads by jemalloc",
    [DUMP_ARENA_HUGE] = "jemalloc's, for huge allocations",
    [DUMP_ARENA_MANUAL] = "created by the program",
    [DUMP_ARENA_DESTROYED] = "the rest of destroyed arenas",
};

struct dump_page {
    const struct facts *facts;
    bool colours;
    FILE *out;
};

static void table_finish(const struct dump_page *page, struct table *table)
{
    table_print(table, page->colours, page->out);
    table_destroy(table);
}

static void share_cell(struct table *table, const char *format, double part, double whole)
{
    if (whole > 0)
        table_cell(table, TABLE_PLAIN, format, 100 * part / whole);
    else
        table_cell(table, TABLE_PLAIN, "-");
}

static const char *const family_words[] = {
    [DUMP_FAMILY_3] = "3.x",
    [DUMP_FAMILY_4] = "4.x",
    [DUMP_FAMILY_5] = "5.0 to 5.2",
    [DUMP_FAMILY_5_3] = "5.x",
};

static void heading_print(const struct dump_page *page)
{
    char age[UNITS_TEXT_BYTES];
    const struct dump *dump = page->facts->dump;
    int version = (int)strcspn(dump->version, "-");
    printable_print(page->out, "jemalloc %.*s", version, dump->version);
    if (version == 0 || strncmp(dump->version, "0.0.0", (size_t)version) == 0)
        fprintf(page->out, "%sversion not told, read as %s", version == 0 ? "" : ": ",
                family_words[dump->family]);
    fprintf(page->out, ", read from %s", dump->format);
    if (dump->total.uptime_ns != DUMP_UNTOLD && dump->total.uptime_ns > 0)
        fprintf(page->out, ", %s after the start",
                units_format_duration(age, (double)dump->total.uptime_ns));
    fputs("\n", page->out);
}

/* What was read, where it is more than the two dumps that are compared. */
static void points_print(const struct dump_page *page)
{
    struct table_column headings[DUMP_POINT_COLUMNS + 1] = {{"dump", TABLE_RIGHT}};
    const struct dump_list *points = page->facts->points;
    if (points != NULL && points->left_out > 0)
        fprintf(page->out, "\n%zu dumps without totals are left out.\n", points->left_out);
    if (points == NULL || points->count < 2)
        return;
    fprintf(page->out, "\n%zu dumps; the first and the last are compared\n", points->count);
    row_column_headings(dump_point_columns, DUMP_POINT_COLUMNS, headings + 1);
    struct table *table = table_create(headings, DUMP_POINT_COLUMNS + 1);
    for (size_t i = 0; i < points->count; i++) {
        table_cell(table, TABLE_PLAIN, "%zu", i + 1);
        row_cells(table, TABLE_PLAIN, dump_point_columns, DUMP_POINT_COLUMNS, points->dumps[i]);
    }
    table_finish(page, table);
}

static void doubts_print(const struct dump_page *page)
{
    const struct dump_check *check = &page->facts->check;
    if (check->count > 0)
        fputs("\nWhat is missing or does not add up\n", page->out);
    for (size_t i = 0; i < check->count; i++) {
        fputs("- ", page->out);
        text_wrap(check->doubts[i], 2, 2, ADVICE_WIDTH, page->out);
    }
    if (!page->facts->adds_up && (page->facts->dump->total.class_count > 0))
        fputs("No advice is built on size classes.\n", page->out);
}

static void layers_print(const struct dump_page *page)
{
    static const struct table_column columns[] = {{"", TABLE_LEFT},
                                                  {"layer", TABLE_LEFT},
                                                  {"bytes", TABLE_RIGHT},
                                                  {"of resident", TABLE_RIGHT},
                                                  {"what it is", TABLE_LEFT}};
    char text[UNITS_TEXT_BYTES];
    const struct facts *facts = page->facts;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < DUMP_LAYERS; i++) {
        const struct dump_layer *layer = &dump_layers[i];
        if (isnan(row_value(&layer->column, facts)))
            continue;
        table_cell(table, TABLE_PLAIN, "%s", layer->sign);
        table_cell(table, TABLE_PLAIN, "%s", layer->column.heading);
        row_cells(table, TABLE_PLAIN, &layer->column, 1, facts);
        share_cell(table, "%.1f %%", row_value(&layer->column, facts), facts->resident);
        table_cell(table, TABLE_FAINT, "%s", layer->meaning);
    }
    fputs("\nWhere the bytes are\n", page->out);
    table_finish(page, table);
    if (facts->tcache > 0)
        fprintf(page->out, "%s (%.1f %%) of allocated are free but kept in thread caches.\n",
                units_format_size(text, facts->tcache), 100 * facts->tcache_share);
    if (facts->internal > 0)
        fprintf(page->out, "%s of allocated are metadata.\n",
                units_format_size(text, facts->internal));
}

static void rest_print(const struct dump_page *page, const struct fact_list *list, const char *what)
{
    char text[UNITS_TEXT_BYTES];
    if (list->rest > 0)
        fprintf(page->out, "%zu more: %s %s.\n", list->rest,
                units_format_size(text, list->rest_bytes), what);
}

static enum table_tone utilisation_tone(double utilisation)
{
    return utilisation < UTILISATION_BAD    ? TABLE_BAD
           : utilisation < UTILISATION_POOR ? TABLE_DOUBTFUL
                                            : TABLE_GOOD;
}

static void classes_print(const struct dump_page *page, const struct fact_list *list,
                          const char *title, const char *what)
{
    struct table_column headings[HEADINGS_MAX];
    size_t last = DUMP_CLASS_COLUMNS - 1; /* the utilisation */
    struct table *table = table_create(
        headings, row_column_headings(dump_class_columns, DUMP_CLASS_COLUMNS, headings));
    for (size_t i = 0; i < list->count; i++) {
        const struct fact_class *class = &list->classes[i];
        row_cells(table, TABLE_PLAIN, dump_class_columns, last, class);
        row_cells(table, utilisation_tone(class->utilisation), dump_class_columns + last, 1, class);
    }
    fputs(title, page->out);
    table_finish(page, table);
    rest_print(page, list, what);
}

static void all_classes_print(const struct dump_page *page)
{
    const struct facts *facts = page->facts;
    if (facts->largest.count == 0) {
        fputs("\nThe dump contains no size classes: it was made without arenas or bins.\n",
              page->out);
        return;
    }
    classes_print(page, &facts->largest,
                  "\nSize classes with the most bytes in use (size: bytes per allocation)\n",
                  "used");
    if (facts->wasteful.count > 0)
        classes_print(page, &facts->wasteful,
                      "\nSize classes with the most waste (only allocations of the same size can "
                      "use it)\n",
                      "wasted");
}

static void decay_line_print(const struct dump_page *page, const char *name, double bytes,
                             double decay_ms, const char *what)
{
    char size[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    if (isnan(bytes))
        return;
    fprintf(page->out, "%s pages: %s. ", name, units_format_size(size, bytes));
    if (decay_ms < -1)
        fputs("The dump does not contain their decay time.\n", page->out);
    else if (decay_ms == -1)
        fprintf(page->out, "They never decay (%s_decay_ms:-1).\n", name);
    else if (decay_ms == 0)
        fprintf(page->out, "They %s at once (%s_decay_ms:0).\n", what, name);
    else
        fprintf(page->out, "They %s within %s of being freed (%s_decay_ms:%.0f).\n", what,
                units_format_duration(time, decay_ms * (double)NS_PER_MS), name, decay_ms);
}

/* 3.x and 4.x: by ratio, or by decay. */
static void old_decay_print(const struct dump_page *page)
{
    char size[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    const struct facts *facts = page->facts;
    fprintf(page->out, "dirty pages: %s. ", units_format_size(size, facts->dirty));
    if (facts->dirty_ratio > 0)
        fprintf(page->out, "Returned when there is more than one to %.0f pages in use.\n",
                facts->dirty_ratio);
    else if (facts->dirty_ratio < 0 || facts->dirty_decay_ms == -1)
        fputs("They are never returned.\n", page->out);
    else if (facts->dirty_decay_ms >= 0)
        fprintf(page->out, "They are returned within %s of being freed.\n",
                units_format_duration(time, facts->dirty_decay_ms * (double)NS_PER_MS));
    else
        fputs("The dump does not contain when they are returned.\n", page->out);
}

static void decay_print(const struct dump_page *page)
{
    const struct facts *facts = page->facts;
    fputs("\nFree pages that are not yet returned to the kernel\n", page->out);
    if (isnan(facts->dirty)) {
        fputs("The dump does not tell how many there are.\n", page->out);
        return;
    }
    if (facts->dump->family < DUMP_FAMILY_5) {
        old_decay_print(page);
        return;
    }
    decay_line_print(page, "dirty", facts->dirty, facts->dirty_decay_ms, "become muzzy");
    decay_line_print(page, "muzzy", facts->muzzy, facts->muzzy_decay_ms, "are returned for good");
    fputs(facts->dump->background_thread
              ? "A background thread does this, even while the program is idle.\n"
              : "No background thread: pages decay only while the program allocates and frees.\n",
          page->out);
}

/* Resident bytes or, before 5.0, active ones. */
static uint64_t arena_weight(const struct dump_arena *arena)
{
    return dump_sum(
        arena->resident_bytes == DUMP_UNTOLD ? arena->active_bytes : arena->resident_bytes, 0);
}

/* By weight, largest first; equal ones in the order of the dump. */
static int arenas_compare(const void *one, const void *two)
{
    const struct dump_arena *a = *(const struct dump_arena *const *)one;
    const struct dump_arena *b = *(const struct dump_arena *const *)two;
    uint64_t weight_a = arena_weight(a), weight_b = arena_weight(b);
    if (weight_a != weight_b)
        return weight_a < weight_b ? 1 : -1;
    return a < b ? -1 : 1;
}

/* Whether the dump shows that no thread cache ever served the arena. */
static bool is_uncached(const struct dump_arena *arena)
{
    return arena->fills == 0 && arena->allocations != DUMP_UNTOLD && arena->allocations > 0 &&
           dump_sum(arena->tcache_bytes, 0) == 0;
}

static struct table *arenas_table(const struct dump *dump, const struct dump_arena **sorted,
                                  size_t shown, struct table_column headings[HEADINGS_MAX])
{
    size_t count = row_column_headings(dump_arena_columns, DUMP_ARENA_COLUMNS, headings);
    headings[count++] = (struct table_column){"what it is", TABLE_LEFT};
    struct table *table = table_create(headings, count);
    for (size_t i = 0; i < shown; i++) {
        const struct dump_arena *arena = sorted[i];
        row_cells(table, TABLE_PLAIN, dump_arena_columns, DUMP_ARENA_COLUMNS, arena);
        table_cell(table, TABLE_FAINT, "%s%s", kind_words[dump_arena_kind(dump, arena)],
                   is_uncached(arena) ? ", no thread cache" : "");
    }
    return table;
}

static void arenas_print(const struct dump_page *page)
{
    struct table_column headings[HEADINGS_MAX];
    const struct dump *dump = page->facts->dump;
    size_t count = dump->arena_count, shown = count < FACTS_LIST_MAX ? count : FACTS_LIST_MAX;
    if (count == 0)
        return;
    const struct dump_arena **sorted = xcalloc(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &dump->arenas[i];
    qsort(sorted, count, sizeof *sorted, arenas_compare);
    fprintf(page->out, "\nArenas: %zu, the largest first\n", count);
    table_finish(page, arenas_table(dump, sorted, shown, headings));
    if (count > shown)
        fprintf(page->out, "%zu smaller ones.\n", count - shown);
    free(sorted);
}

struct layer_change {
    const char *name;
    double before, after;
    int64_t change;
};

static int changes_compare(const void *one, const void *two)
{
    int64_t a = llabs(((const struct layer_change *)one)->change);
    int64_t b = llabs(((const struct layer_change *)two)->change);
    return a < b ? 1 : a > b ? -1 : 0;
}

static void layer_changes_print(const struct dump_page *page)
{
#define CHANGE(name) offsetof(struct layer_change, name)
    static const struct row_column columns[] = {
        {NULL, "layer", COLUMN_TEXT, CHANGE(name)},
        {NULL, "before", COLUMN_REAL_BYTES, CHANGE(before)},
        {NULL, "after", COLUMN_REAL_BYTES, CHANGE(after)},
        {NULL, "change", COLUMN_BYTES_CHANGE, CHANGE(change)},
    };
    enum { COLUMNS = sizeof columns / sizeof columns[0] };
    struct table_column headings[COLUMNS + 1] = {[COLUMNS] = {"", TABLE_RIGHT}};
    struct layer_change changes[DUMP_LAYERS];
    struct facts before;
    facts_gather(&before, page->facts->before, NULL);
    for (size_t i = 0; i < DUMP_LAYERS; i++) {
        const struct row_column *column = &dump_layers[i].column;
        double from = row_value(column, &before), to = row_value(column, page->facts);
        int64_t change = isnan(to - from) ? 0 : (int64_t)(to - from);
        changes[i] = (struct layer_change){column->heading, from, to, change};
    }
    qsort(changes, DUMP_LAYERS, sizeof changes[0], changes_compare);
    row_column_headings(columns, COLUMNS, headings);
    struct table *table = table_create(headings, COLUMNS + 1);
    for (size_t i = 0; i < DUMP_LAYERS && changes[i].change != 0; i++) {
        row_cells(table, TABLE_PLAIN, columns, COLUMNS, &changes[i]);
        share_cell(table, "%+.1f %%", (double)changes[i].change, changes[i].before);
    }
    table_finish(page, table);
}

static void class_change_print(const struct dump_page *page, const struct fact_class *class)
{
    char size[ROW_TEXT_BYTES], count[ROW_TEXT_BYTES], bytes[ROW_TEXT_BYTES];
    fprintf(page->out, "  %s-byte allocations: %s%s of them, %s",
            row_text(size, &dump_class_columns[0], class), class->grown < 0 ? "" : "+",
            row_text(count, &dump_change_columns[0], class),
            row_text(bytes, &dump_change_columns[1], class));
    if (class->arena != NULL && page->facts->dump->arena_count > 1)
        fprintf(page->out, ", most in arena %s", class->arena);
    fputc('\n', page->out);
}

static void changes_print(const struct dump_page *page)
{
    char time[UNITS_TEXT_BYTES];
    const struct facts *facts = page->facts;
    fputs("\nWhat changed", page->out);
    if (facts->seconds > 0)
        fprintf(page->out, " in %s",
                units_format_duration(time, facts->seconds * (double)NS_PER_SECOND));
    fputs(", the largest change first\n", page->out);
    layer_changes_print(page);
    fputs("\nChanges by size class, the largest first\n", page->out);
    for (size_t i = 0; i < facts->changed.count; i++)
        class_change_print(page, &facts->changed.classes[i]);
    if (facts->changed.count == 0)
        fputs("  none\n", page->out);
    rest_print(page, &facts->changed, "changed");
}

static void advice_print(const struct dump_page *page)
{
    struct advice advice;
    size_t next = 0;
    fputs("\nWhat to do\n", page->out);
    while (advice_next(page->facts, &next, &advice)) {
        fputs("- ", page->out);
        text_wrap(advice.words, 2, 2, ADVICE_WIDTH, page->out);
    }
}

void dump_print(const struct facts *facts, bool colours, FILE *out)
{
    const struct dump_page page = {facts, colours, out};
    heading_print(&page);
    points_print(&page);
    doubts_print(&page);
    if (facts->before != NULL)
        changes_print(&page);
    layers_print(&page);
    all_classes_print(&page);
    decay_print(&page);
    arenas_print(&page);
    advice_print(&page);
}
