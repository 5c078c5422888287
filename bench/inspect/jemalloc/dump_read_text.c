/* dump_read_text.c - jemalloc's statistics as plain text, as people paste them in bug reports.
 *
 * A line is `label: values`, or a row of a table whose first line names the columns. Unknown lines
 * are ignored, since versions differ.
 */
#include "dump_formats.h"

#include "xmalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

/* A line, split: the text before the first colon, and the words after it. */
struct line {
    char *label; /* NULL: the line has no colon */
    char *words[WORDS_MAX];
    size_t count;
};

/* The columns of a table that are read. */
enum { COLUMN_SIZE, COLUMN_LIVE, COLUMN_EXTENTS, COLUMN_SLABS, COLUMN_REGIONS, COLUMN_PAGES };
static const char *const column_names[] = {
    [COLUMN_SIZE] = "size",      [COLUMN_LIVE] = "curregs", [COLUMN_EXTENTS] = "curlextents",
    [COLUMN_SLABS] = "curslabs", [COLUMN_REGIONS] = "regs", [COLUMN_PAGES] = "pgs",
};
#define COLUMNS (sizeof column_names / sizeof column_names[0])

struct reader {
    struct dump *dump;
    struct dump_arena *arena; /* NULL before the first arena */
    size_t columns[COLUMNS];  /* place of each; WORDS_MAX: not in this table */
    bool in_classes;
};

static uint64_t number_read(const char *text)
{
    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    return errno == 0 && value < DUMP_FIGURE_MAX ? value : DUMP_FIGURE_MAX;
}

static const char *word_at(const struct line *line, size_t place)
{
    return place < line->count ? line->words[place] : NULL;
}

static int64_t decay_read(const char *text)
{
    char *end;
    if (text == NULL)
        return DUMP_UNKNOWN;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return end == text || errno != 0 ? DUMP_UNKNOWN : value;
}

static void line_split(struct line *line, char *text)
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

/* The last word: `opt.x: at start (x: now)` ends with the value that is in force. */
static const char *current_value(const struct line *line)
{
    return line->count == 0 ? NULL : line->words[line->count - 1];
}

static bool flag_read(const struct line *line)
{
    const char *value = current_value(line);
    return value != NULL && strncmp(value, "true", 4) == 0;
}

static void version_read(struct reader *reader, const struct line *line)
{
    const char *word = line->count > 0 ? line->words[0] : "";
    char *name = reader->dump->version;
    dump_name_copy(name, word + (*word == '"'));
    name[strcspn(name, "\"")] = '\0';
}

static void page_read(struct reader *reader, const struct line *line)
{
    uint64_t bytes = number_read(current_value(line));
    if (bytes > 0 && bytes <= DUMP_PAGE_BYTES_MAX)
        reader->dump->page_bytes = bytes;
}

/* `Allocated: 1, active: 2, metadata: 3 (n_thp 0), resident: 4, ...` */
static void totals_read(struct reader *reader, const struct line *line)
{
    reader->dump->allocated_bytes = number_read(line->count > 0 ? line->words[0] : NULL);
    for (size_t i = 0; i + 1 < line->count; i++) {
        size_t length = strcspn(line->words[i], ":");
        for (size_t t = 0; t < DUMP_TOTAL_FIELDS; t++)
            if (line->words[i][length] == ':' && strlen(dump_total_fields[t].name) == length &&
                memcmp(dump_total_fields[t].name, line->words[i], length) == 0)
                *dump_figure(reader->dump, dump_total_fields[t].offset) =
                    number_read(line->words[i + 1]);
    }
}

static void merged_begin(struct reader *reader, const struct line *line)
{
    dump_arena_init(&reader->dump->total, "all");
    reader->arena = &reader->dump->total;
}

static void destroyed_begin(struct reader *reader, const struct line *line)
{
    reader->arena = dump_arena_add(reader->dump, "destroyed");
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
    dump_class_add(reader->arena, &class);
}

/* `small: allocated nmalloc (#/sec) ndalloc (#/sec) nrequests (#/sec) nfill (#/sec) ...` */
static void sums_read(struct reader *reader, const struct line *line)
{
    enum { SUM_ALLOCATED = 0, SUM_ALLOCATIONS = 1, SUM_FILLS = 7 };
    struct dump_arena *arena = reader->arena;
    arena->allocated_bytes += number_read(word_at(line, SUM_ALLOCATED));
    arena->allocations += number_read(word_at(line, SUM_ALLOCATIONS));
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

/* Lines with a reader of their own. */
static const struct label {
    const char *label;
    bool of_arena; /* ignored before the first arena */
    void (*read)(struct reader *reader, const struct line *line);
} labels[] = {
    {"Version", false, version_read},
    {"Page size", false, page_read},
    {"Allocated", false, totals_read},
    {"Merged arenas stats", false, merged_begin},
    {"Destroyed arenas stats", false, destroyed_begin},
    {"small", true, sums_read},
    {"large", true, sums_read},
    {"dirty", true, dirty_read},
    {"muzzy", true, muzzy_read},
};

/* Lines with one setting of the whole dump. */
#define SETTING(name) offsetof(struct dump, name)
static const struct setting {
    const char *label;
    enum { SETTING_FLAG, SETTING_NUMBER, SETTING_DECAY } kind;
    size_t offset;
} settings[] = {
    {"config.prof", SETTING_FLAG, SETTING(profiling)},
    {"config.cache_oblivious", SETTING_FLAG, SETTING(cache_oblivious)},
    {"opt.background_thread", SETTING_FLAG, SETTING(background_thread)},
    {"opt.narenas", SETTING_NUMBER, SETTING(automatic_arenas)},
    {"opt.oversize_threshold", SETTING_NUMBER, SETTING(oversize_threshold_bytes)},
    {"opt.dirty_decay_ms", SETTING_DECAY, SETTING(dirty_decay_ms)},
    {"opt.muzzy_decay_ms", SETTING_DECAY, SETTING(muzzy_decay_ms)},
};

/* False: the label is none of these. */
static bool setting_read(struct dump *dump, const struct line *line)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        void *field = (char *)dump + settings[i].offset;
        if (strcmp(line->label, settings[i].label) != 0)
            continue;
        if (settings[i].kind == SETTING_FLAG)
            *(bool *)field = flag_read(line);
        else if (settings[i].kind == SETTING_NUMBER)
            *(uint64_t *)field = number_read(current_value(line));
        else
            *(int64_t *)field = decay_read(current_value(line));
        return true;
    }
    return false;
}

static void arena_field_read(struct dump_arena *arena, const struct line *line)
{
    for (size_t i = 0; i < DUMP_ARENA_FIELDS; i++)
        if (dump_arena_fields[i].label != NULL &&
            strcmp(line->label, dump_arena_fields[i].label) == 0)
            *dump_figure(arena, dump_arena_fields[i].offset) = number_read(word_at(line, 0));
}

static void label_read(struct reader *reader, const struct line *line)
{
    static const char arena[] = "arenas[";
    columns_find(reader, line);
    if (reader->in_classes || setting_read(reader->dump, line))
        return;
    if (strncmp(line->label, arena, sizeof arena - 1) == 0) {
        char name[DUMP_NAME_BYTES];
        dump_name_copy(name, line->label + sizeof arena - 1);
        name[strcspn(name, "]")] = '\0';
        reader->arena = dump_arena_add(reader->dump, name);
        return;
    }
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        bool applies = !labels[i].of_arena || reader->arena != NULL;
        if (applies && strcmp(line->label, labels[i].label) == 0) {
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
        reader->dump->complete = true;
        return;
    }
    line_split(&line, text);
    if (line.label != NULL)
        label_read(reader, &line);
    else if (reader->in_classes && reader->arena != NULL && line.count > 1)
        class_read(reader, &line);
}

void dump_read_text(struct dump *dump, const char *text, size_t bytes)
{
    struct reader reader = {.dump = dump};
    char *copy = xmalloc(bytes + 1), *place;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    dump->complete = false;
    for (char *line = strtok_r(copy, "\n", &place); line != NULL && !dump->complete;
         line = strtok_r(NULL, "\n", &place))
        line_read(&reader, line);
    free(copy);
}
