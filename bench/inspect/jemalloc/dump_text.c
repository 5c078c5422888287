/* dump_text.c - the facts of one or two dumps as tables, and advice in words. */
#include "dump_output.h"

#include "dump_advice.h"
#include "dump_layers.h"
#include "table.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define TEXT_WIDTH 92 /* of advice */
#define BAD_USE    0.5
#define POOR_USE   0.8

const struct layer layers[LAYERS] = {
    {" ", "allocated", "allocated_bytes", offsetof(struct facts, allocated),
     "what the program holds, rounded up to size classes"},
    {"+", "jemalloc's records", "internal_bytes", offsetof(struct facts, internal),
     "in the same pages"},
    {"+", "free room in pages", "slack_bytes", offsetof(struct facts, slack),
     "fragmentation: pages stay while anything in them lives"},
    {"=", "active", "active_bytes", offsetof(struct facts, active), "pages in use"},
    {"+", "dirty", "dirty_bytes", offsetof(struct facts, dirty),
     "free pages, not yet returned to the kernel"},
    {"+", "metadata", "metadata_bytes", offsetof(struct facts, metadata), "jemalloc's own pages"},
    {"=", "resident", "resident_bytes", offsetof(struct facts, resident),
     "memory that jemalloc takes: most of RSS"},
    {"+", "untouched or muzzy", "untouched_bytes", offsetof(struct facts, untouched),
     "never written, or given up to the kernel"},
    {"=", "mapped", "mapped_bytes", offsetof(struct facts, mapped), "addresses in use"},
    {" ", "retained", "retained_bytes", offsetof(struct facts, retained),
     "addresses kept, memory given back: only VSZ"},
};

static const char *const kind_words[DUMP_ARENA_KINDS] = {
    [DUMP_ARENA_AUTOMATIC] = "given to threads by jemalloc",
    [DUMP_ARENA_HUGE] = "jemalloc's, for huge allocations",
    [DUMP_ARENA_OWN] = "made by the program for itself",
    [DUMP_ARENA_DESTROYED] = "what destroyed arenas left",
};

struct comparison_report {
    const struct facts *facts;
    bool colours;
    FILE *out;
};

static double layer_value(const struct facts *facts, const struct layer *layer)
{
    return *(const double *)((const char *)facts + layer->offset);
}

static void size_cell(struct table *table, enum table_tone tone, double bytes)
{
    char text[UNITS_TEXT_BYTES];
    table_cell(table, tone, "%s", units_format_size(text, bytes));
}

static void count_cell(struct table *table, double count)
{
    char text[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, (uint64_t)fmin(count, 1e18)));
}

static void size_change_cell(struct table *table, double bytes)
{
    char text[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s%s", bytes < 0 ? "-" : "+",
               units_format_size(text, fabs(bytes)));
}

static void share_cell(struct table *table, double part, double whole)
{
    if (whole > 0)
        table_cell(table, TABLE_PLAIN, "%.1f %%", 100 * part / whole);
    else
        table_cell(table, TABLE_PLAIN, "-");
}

static void table_end(const struct comparison_report *report, struct table *table)
{
    table_print(table, report->colours, report->out);
    table_destroy(table);
}

static void head_show(const struct comparison_report *report)
{
    char age[UNITS_TEXT_BYTES];
    const struct dump *dump = report->facts->dump;
    int version = (int)strcspn(dump->version, "-");
    fprintf(report->out, "jemalloc %.*s, read from %s", version, dump->version, dump->form);
    if (dump->total.uptime_ns > 0)
        fprintf(report->out, ", %s after it began",
                units_format_duration(age, (double)dump->total.uptime_ns));
    fputs("\n", report->out);
}

static void layers_show(const struct comparison_report *report)
{
    static const struct table_column columns[] = {{"", TABLE_LEFT},
                                                  {"layer", TABLE_LEFT},
                                                  {"bytes", TABLE_RIGHT},
                                                  {"of resident", TABLE_RIGHT},
                                                  {"what it is", TABLE_LEFT}};
    const struct facts *facts = report->facts;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < LAYERS; i++) {
        table_cell(table, TABLE_PLAIN, "%s", layers[i].sign);
        table_cell(table, TABLE_PLAIN, "%s", layers[i].name);
        size_cell(table, TABLE_PLAIN, layer_value(facts, &layers[i]));
        share_cell(table, layer_value(facts, &layers[i]), facts->resident);
        table_cell(table, TABLE_FAINT, "%s", layers[i].meaning);
    }
    fputs("\nWhere the bytes are\n", report->out);
    table_end(report, table);
    if (facts->tcache > 0) {
        char text[UNITS_TEXT_BYTES];
        fprintf(report->out, "Of allocated, %s (%.1f %%) are free, but kept in thread caches.\n",
                units_format_size(text, facts->tcache), 100 * facts->tcache_share);
    }
}

static enum table_tone use_tone(double utilisation)
{
    return utilisation < BAD_USE ? TABLE_BAD : utilisation < POOR_USE ? TABLE_DOUBTFUL : TABLE_GOOD;
}

static void rest_show(const struct comparison_report *report, const struct fact_list *list,
                      const char *what)
{
    char text[UNITS_TEXT_BYTES];
    if (list->rest > 0)
        fprintf(report->out, "%zu more: %s %s.\n", list->rest,
                units_format_size(text, list->rest_bytes), what);
}

static void classes_show(const struct comparison_report *report, const struct fact_list *list)
{
    static const struct table_column columns[] = {
        {"size", TABLE_RIGHT},  {"kind", TABLE_LEFT},  {"live", TABLE_RIGHT},
        {"used", TABLE_RIGHT},  {"held", TABLE_RIGHT}, {"utilisation", TABLE_RIGHT},
        {"wasted", TABLE_RIGHT}};
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < list->count; i++) {
        const struct fact_class *class = &list->classes[i];
        count_cell(table, class->size_bytes);
        table_cell(table, TABLE_PLAIN, "%s", class->large ? "large" : "small");
        count_cell(table, class->live);
        size_cell(table, TABLE_PLAIN, class->used_bytes);
        size_cell(table, TABLE_PLAIN, class->held_bytes);
        table_cell(table, use_tone(class->utilisation), "%.1f %%", 100 * class->utilisation);
        size_cell(table, TABLE_PLAIN, class->wasted_bytes);
    }
    table_end(report, table);
}

static void all_classes_show(const struct comparison_report *report)
{
    const struct facts *facts = report->facts;
    if (facts->weighty.count == 0) {
        fputs("\nThe dump says nothing about size classes: it was made without arenas or bins.\n",
              report->out);
        return;
    }
    fputs("\nSizes that the program holds most of (size: what an allocation takes, in bytes)\n",
          report->out);
    classes_show(report, &facts->weighty);
    rest_show(report, &facts->weighty, "used");
    if (facts->wasteful.count == 0)
        return;
    fputs("\nSizes that waste most (held, but not used: only the same size can use it)\n",
          report->out);
    classes_show(report, &facts->wasteful);
    rest_show(report, &facts->wasteful, "wasted");
}

static void decay_say(const struct comparison_report *report, const char *name, double bytes,
                      double decay_ms, const char *afterwards)
{
    char size[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    fprintf(report->out, "%s pages: %s. ", name, units_format_size(size, bytes));
    if (decay_ms < -1)
        fputs("The dump does not tell their decay time.\n", report->out);
    else if (decay_ms == -1)
        fprintf(report->out, "They never decay (%s_decay_ms:-1).\n", name);
    else if (decay_ms == 0)
        fprintf(report->out, "They %s at once (%s_decay_ms:0).\n", afterwards, name);
    else
        fprintf(report->out, "They %s within %s of being freed (%s_decay_ms:%.0f).\n", afterwards,
                units_format_duration(time, decay_ms * (double)NS_PER_MS), name, decay_ms);
}

static void decay_show(const struct comparison_report *report)
{
    const struct facts *facts = report->facts;
    fputs("\nFree pages on their way back to the kernel\n", report->out);
    if (facts->dump->total.active_bytes == 0)
        fputs("The dump has no figures of arenas: what is dirty counts as metadata here.\n",
              report->out);
    decay_say(report, "dirty", facts->dirty, facts->dirty_decay_ms, "are given up");
    decay_say(report, "muzzy", facts->muzzy, facts->muzzy_decay_ms, "are given back for good");
    fputs(facts->dump->background_thread
              ? "A background thread sees to it, even while the program is idle.\n"
              : "No background thread: pages decay only while the program allocates and frees.\n",
          report->out);
}

static void arena_row(const struct dump *dump, const struct dump_arena *arena, struct table *table)
{
    bool cached = arena->fills > 0 || arena->tcache_bytes > 0;
    table_cell(table, TABLE_PLAIN, "%s", arena->name);
    count_cell(table, (double)arena->threads);
    size_cell(table, TABLE_PLAIN, (double)arena->allocated_bytes);
    size_cell(table, TABLE_PLAIN, (double)arena->active_bytes);
    size_cell(table, TABLE_PLAIN, (double)arena->dirty_bytes);
    size_cell(table, TABLE_PLAIN, (double)arena->resident_bytes);
    size_cell(table, TABLE_PLAIN, (double)arena->retained_bytes);
    size_cell(table, TABLE_PLAIN, (double)arena->tcache_bytes);
    table_cell(table, TABLE_FAINT, "%s%s", kind_words[dump_arena_kind(dump, arena)],
               cached || arena->made == 0 ? "" : ", no thread cache");
}

/* The next smaller one by resident bytes, by place among equals; NULL after the last. */
static const struct dump_arena *arena_next(const struct dump *dump, const struct dump_arena *last)
{
    const struct dump_arena *next = NULL;
    if (last != NULL && last->resident_bytes == 0)
        return NULL;
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        bool after = last == NULL || arena->resident_bytes < last->resident_bytes ||
                     (arena->resident_bytes == last->resident_bytes && arena > last);
        if (after && (next == NULL || arena->resident_bytes > next->resident_bytes))
            next = arena;
    }
    return next;
}

static void arenas_show(const struct comparison_report *report)
{
    static const struct table_column columns[] = {
        {"arena", TABLE_LEFT},     {"threads", TABLE_RIGHT}, {"allocated", TABLE_RIGHT},
        {"active", TABLE_RIGHT},   {"dirty", TABLE_RIGHT},   {"resident", TABLE_RIGHT},
        {"retained", TABLE_RIGHT}, {"tcache", TABLE_RIGHT},  {"what it is", TABLE_LEFT}};
    const struct dump *dump = report->facts->dump;
    const struct dump_arena *arena = NULL;
    size_t shown = 0;
    if (dump->arena_count == 0)
        return;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    while (shown < FACTS_TOP && (arena = arena_next(dump, arena)) != NULL) {
        arena_row(dump, arena, table);
        shown++;
    }
    fprintf(report->out, "\nArenas: %zu, the largest first\n", dump->arena_count);
    table_end(report, table);
    if (dump->arena_count > shown)
        fprintf(report->out, "%zu smaller ones.\n", dump->arena_count - shown);
}

static void layer_change_row(struct table *table, const struct layer *layer, double now,
                             double then)
{
    table_cell(table, TABLE_PLAIN, "%s", layer->name);
    size_cell(table, TABLE_PLAIN, then);
    size_cell(table, TABLE_PLAIN, now);
    size_change_cell(table, now - then);
    if (then > 0)
        table_cell(table, TABLE_PLAIN, "%+.1f %%", 100 * (now - then) / then);
    else
        table_cell(table, TABLE_PLAIN, "-");
}

/* The layer that changed most of those not yet shown, or LAYERS. */
static size_t layer_changed_most(const double changes[LAYERS], const bool shown[LAYERS])
{
    size_t most = LAYERS;
    for (size_t i = 0; i < LAYERS; i++)
        if (!shown[i] && changes[i] != 0 &&
            (most == LAYERS || fabs(changes[i]) > fabs(changes[most])))
            most = i;
    return most;
}

static void layer_changes_show(const struct comparison_report *report)
{
    static const struct table_column columns[] = {{"layer", TABLE_LEFT},
                                                  {"before", TABLE_RIGHT},
                                                  {"after", TABLE_RIGHT},
                                                  {"change", TABLE_RIGHT},
                                                  {"", TABLE_RIGHT}};
    const struct facts *facts = report->facts;
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    double changes[LAYERS];
    bool shown[LAYERS] = {false};
    struct facts then;
    size_t most;
    facts_gather(&then, facts->before, NULL);
    for (size_t i = 0; i < LAYERS; i++)
        changes[i] = layer_value(facts, &layers[i]) - layer_value(&then, &layers[i]);
    while ((most = layer_changed_most(changes, shown)) < LAYERS) {
        shown[most] = true;
        layer_change_row(table, &layers[most], layer_value(facts, &layers[most]),
                         layer_value(&then, &layers[most]));
    }
    table_end(report, table);
}

static void class_change_say(const struct comparison_report *report, const struct fact_class *class)
{
    char size[UNITS_TEXT_BYTES], count[UNITS_TEXT_BYTES], bytes[UNITS_TEXT_BYTES];
    bool less = class->grown < 0;
    fprintf(report->out, "  %s-byte allocations: %c%s of them, %s%s",
            units_format_count(size, (uint64_t)fmin(class->size_bytes, 1e18)), less ? '-' : '+',
            units_format_count(count, (uint64_t)fmin(fabs(class->grown), 1e18)), less ? "-" : "",
            units_format_size(bytes, fabs(class->grown_bytes)));
    if (class->arena != NULL && report->facts->dump->arena_count > 1)
        fprintf(report->out, ", most in arena %s", class->arena);
    fputc('\n', report->out);
}

static void changes_show(const struct comparison_report *report)
{
    char time[UNITS_TEXT_BYTES];
    const struct facts *facts = report->facts;
    fputs("\nWhat changed", report->out);
    if (facts->seconds > 0)
        fprintf(report->out, " in %s",
                units_format_duration(time, facts->seconds * (double)NS_PER_SECOND));
    fputs(", the largest change first\n", report->out);
    layer_changes_show(report);
    fputs("\nSizes that came and went, the largest change first\n", report->out);
    for (size_t i = 0; i < facts->growing.count; i++)
        class_change_say(report, &facts->growing.classes[i]);
    if (facts->growing.count == 0)
        fputs("  none\n", report->out);
    rest_show(report, &facts->growing, "came or went");
}

/* Breaks the words into lines, under a dash. */
static void words_show(const char *words, FILE *out)
{
    size_t column = 0;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        bool begins = column == 0, full = column + 1 + length > TEXT_WIDTH;
        fprintf(out, "%s%.*s", begins ? "- " : full ? "\n  " : " ", (int)length, words);
        column = (begins || full ? 2 : column + 1) + length;
        words += length;
        words += strspn(words, " ");
    }
    fputc('\n', out);
}

static void advice_show(const struct comparison_report *report)
{
    struct advice advice;
    size_t next = 0;
    fputs("\nWhat to do\n", report->out);
    while (advice_next(report->facts, &next, &advice))
        words_show(advice.words, report->out);
}

void show_text(const struct facts *facts, bool colours, FILE *out)
{
    const struct comparison_report report = {facts, colours, out};
    head_show(&report);
    if (facts->before != NULL)
        changes_show(&report);
    layers_show(&report);
    all_classes_show(&report);
    decay_show(&report);
    arenas_show(&report);
    advice_show(&report);
}
