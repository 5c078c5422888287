/* dump_read_text.c - jemalloc's statistics as the plain text that people paste in bug reports.
 *
 * Lines are `label: values`, or rows of a table whose columns a head names. What is not known is
 * passed over: versions differ, and people cut.
 */
#include "dump_format.h"

#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

/* A line, cut up: what stands before the first colon, and the words after it. */
struct line {
    char *label; /* NULL: there is no colon */
    char *words[WORDS_MAX];
    size_t count;
};

/* Which column is which in the table being read. */
enum { COLUMN_SIZE, COLUMN_LIVE, COLUMN_EXTENTS, COLUMN_SLABS, COLUMN_REGIONS, COLUMN_PAGES };
static const char *const column_names[] = {
    [COLUMN_SIZE] = "size",      [COLUMN_LIVE] = "curregs", [COLUMN_EXTENTS] = "curlextents",
    [COLUMN_SLABS] = "curslabs", [COLUMN_REGIONS] = "regs", [COLUMN_PAGES] = "pgs",
};
#define COLUMNS (sizeof column_names / sizeof column_names[0])

struct reader {
    struct dump *dump;
    struct dump_arena *arena; /* NULL before the first */
    size_t columns[COLUMNS];  /* WORDS_MAX: not there */
    bool in_classes;
};

static uint64_t number_read(const char *text)
{
    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    return errno == 0 && value < FIGURE_MAX ? value : FIGURE_MAX;
}

static const char *word_at(const struct line *line, size_t place)
{
    return place < line->count ? line->words[place] : NULL;
}

static int64_t decay_read(const char *text)
{
    char *end;
    if (text == NULL)
        return DUMP_UNTOLD;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return end == text || errno != 0 ? DUMP_UNTOLD : value;
}

static void line_cut(struct line *line, char *text)
{
    char *rest = strchr(text, ':'), *place;
    line->label = NULL;
    line->count = 0;
    if (rest != NULL) {
        *rest++ = '\0';
        line->label = text + strspn(text, " \t");
    } else {
        rest = text;
    }
    for (char *word = strtok_r(rest, " \t\r", &place); word != NULL && line->count < WORDS_MAX;
         word = strtok_r(NULL, " \t\r", &place))
        line->words[line->count++] = word;
}

/* `opt.x: before (x: now)`: the last word is what holds now. */
static const char *value_now(const struct line *line)
{
    return line->count == 0 ? NULL : line->words[line->count - 1];
}

static bool truth_read(const struct line *line)
{
    const char *now = value_now(line);
    return now != NULL && strncmp(now, "true", 4) == 0;
}

static void version_read(struct reader *reader, const struct line *line)
{
    const char *word = line->count > 0 ? line->words[0] : "";
    char *name = reader->dump->version;
    form_name_copy(name, word + (*word == '"'));
    name[strcspn(name, "\"")] = '\0';
}

static void background_read(struct reader *reader, const struct line *line)
{
    reader->dump->background_thread = truth_read(line);
}

static void profiling_read(struct reader *reader, const struct line *line)
{
    reader->dump->profiling = truth_read(line);
}

static void oblivious_read(struct reader *reader, const struct line *line)
{
    reader->dump->cache_oblivious = truth_read(line);
}

static void automatic_read(struct reader *reader, const struct line *line)
{
    reader->dump->automatic_arenas = number_read(value_now(line));
}

static void oversize_read(struct reader *reader, const struct line *line)
{
    reader->dump->oversize_threshold_bytes = number_read(value_now(line));
}

static void dirty_default_read(struct reader *reader, const struct line *line)
{
    reader->dump->dirty_decay_ms = decay_read(value_now(line));
}

static void muzzy_default_read(struct reader *reader, const struct line *line)
{
    reader->dump->muzzy_decay_ms = decay_read(value_now(line));
}

static void page_read(struct reader *reader, const struct line *line)
{
    uint64_t bytes = number_read(value_now(line));
    if (bytes > 0 && bytes <= FORM_PAGE_BYTES_MAX)
        reader->dump->page_bytes = bytes;
}

/* `Allocated: 1, active: 2, metadata: 3 (n_thp 0), resident: 4, ...` */
static void totals_read(struct reader *reader, const struct line *line)
{
    reader->dump->allocated_bytes = number_read(line->count > 0 ? line->words[0] : NULL);
    for (size_t i = 0; i + 1 < line->count; i++) {
        size_t length = strcspn(line->words[i], ":");
        for (size_t t = 0; t < FORM_TOTALS; t++)
            if (line->words[i][length] == ':' && strlen(form_totals[t].name) == length &&
                memcmp(form_totals[t].name, line->words[i], length) == 0)
                *form_figure(reader->dump, form_totals[t].offset) = number_read(line->words[i + 1]);
    }
}

static void merged_begin(struct reader *reader, const struct line *line)
{
    (void)line;
    memory_free(reader->dump->total.classes);
    form_arena_init(&reader->dump->total, "all");
    reader->arena = &reader->dump->total;
}

static void destroyed_begin(struct reader *reader, const struct line *line)
{
    (void)line;
    reader->arena = form_arena_add(reader->dump, "destroyed");
}

static void end_reached(struct reader *reader, const struct line *line)
{
    (void)line;
    reader->dump->whole = true;
    reader->arena = NULL;
}

static void columns_find(struct reader *reader, const struct line *line)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        reader->columns[c] = WORDS_MAX;
        for (size_t i = line->count; i-- > 0;)
            if (strcmp(line->words[i], column_names[c]) == 0)
                reader->columns[c] = i;
    }
    reader->in_classes =
        reader->columns[COLUMN_SIZE] != WORDS_MAX &&
        (reader->columns[COLUMN_LIVE] != WORDS_MAX || reader->columns[COLUMN_EXTENTS] != WORDS_MAX);
}

static uint64_t column_read(const struct reader *reader, const struct line *line, size_t column)
{
    return number_read(word_at(line, reader->columns[column]));
}

static void class_read(struct reader *reader, const struct line *line)
{
    struct dump_class class = {
        .size_bytes = column_read(reader, line, COLUMN_SIZE),
        .live = column_read(reader, line, COLUMN_LIVE) + column_read(reader, line, COLUMN_EXTENTS),
        .slabs = column_read(reader, line, COLUMN_SLABS),
        .slab_regions = column_read(reader, line, COLUMN_REGIONS),
        .slab_bytes = column_read(reader, line, COLUMN_PAGES) * reader->dump->page_bytes};
    form_class_add(reader->dump, reader->arena, &class);
}

/* `small: allocated nmalloc (#/sec) ndalloc (#/sec) nrequests (#/sec) nfill (#/sec) ...` */
static void sums_read(struct reader *reader, const struct line *line)
{
    enum { SUM_ALLOCATED = 0, SUM_MADE = 1, SUM_FILLS = 7 };
    struct dump_arena *arena = reader->arena;
    arena->allocated_bytes += number_read(word_at(line, SUM_ALLOCATED));
    arena->made += number_read(word_at(line, SUM_MADE));
    arena->fills += number_read(word_at(line, SUM_FILLS));
}

/* `dirty: decay_ms npages ...`; N/A is what jemalloc prints for -1. */
static int64_t decay_line_read(const struct reader *reader, const struct line *line,
                               uint64_t *bytes)
{
    const char *time = word_at(line, 0);
    bool never = time != NULL && strcmp(time, "N/A") == 0;
    *bytes = number_read(word_at(line, 1)) * reader->dump->page_bytes;
    return never ? -1 : decay_read(time);
}

static void dirty_read(struct reader *reader, const struct line *line)
{
    struct dump_arena *arena = reader->arena;
    arena->dirty_decay_ms = decay_line_read(reader, line, &arena->dirty_bytes);
}

static void muzzy_read(struct reader *reader, const struct line *line)
{
    struct dump_arena *arena = reader->arena;
    arena->muzzy_decay_ms = decay_line_read(reader, line, &arena->muzzy_bytes);
}

/* What a label means. */
static const struct label {
    const char *label;
    bool of_arena; /* means something within an arena only */
    void (*read)(struct reader *reader, const struct line *line);
} labels[] = {
    {"Version", false, version_read},
    {"config.prof", false, profiling_read},
    {"config.cache_oblivious", false, oblivious_read},
    {"opt.narenas", false, automatic_read},
    {"opt.oversize_threshold", false, oversize_read},
    {"opt.background_thread", false, background_read},
    {"opt.dirty_decay_ms", false, dirty_default_read},
    {"opt.muzzy_decay_ms", false, muzzy_default_read},
    {"Page size", false, page_read},
    {"Allocated", false, totals_read},
    {"Merged arenas stats", false, merged_begin},
    {"Destroyed arenas stats", false, destroyed_begin},
    {"small", true, sums_read},
    {"large", true, sums_read},
    {"dirty", true, dirty_read},
    {"muzzy", true, muzzy_read},
};

static void arena_field_read(struct dump_arena *arena, const struct line *line)
{
    for (size_t i = 0; i < FORM_FIELDS; i++)
        if (form_fields[i].label != NULL && strcmp(line->label, form_fields[i].label) == 0)
            *form_figure(arena, form_fields[i].offset) = number_read(word_at(line, 0));
}

static void label_read(struct reader *reader, const struct line *line)
{
    static const char arena[] = "arenas[";
    columns_find(reader, line);
    if (reader->in_classes)
        return;
    if (strncmp(line->label, arena, sizeof arena - 1) == 0) {
        char name[DUMP_NAME_BYTES];
        form_name_copy(name, line->label + sizeof arena - 1);
        name[strcspn(name, "]")] = '\0';
        reader->arena = form_arena_add(reader->dump, name);
        return;
    }
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        bool here = !labels[i].of_arena || reader->arena != NULL;
        if (here && strcmp(line->label, labels[i].label) == 0) {
            labels[i].read(reader, line);
            return;
        }
    }
    if (reader->arena != NULL)
        arena_field_read(reader->arena, line);
}

static void line_read(struct reader *reader, char *text)
{
    struct line line;
    if (strstr(text, "End jemalloc statistics") != NULL) {
        end_reached(reader, NULL);
        return;
    }
    line_cut(&line, text);
    if (line.label != NULL)
        label_read(reader, &line);
    else if (reader->in_classes && reader->arena != NULL && line.count > 1)
        class_read(reader, &line);
}

void form_text_parse(struct dump *dump, const char *text, size_t bytes)
{
    struct reader reader = {.dump = dump};
    char *copy = memory_alloc(dump->zone, bytes + 1), *place;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    dump->whole = false;
    for (char *line = strtok_r(copy, "\n", &place); line != NULL && !dump->whole;
         line = strtok_r(NULL, "\n", &place))
        line_read(&reader, line);
    memory_free(copy);
}
