/* dump_read_text.c - jemalloc's statistics as plain text, as people paste them in bug reports.
 *
 * A line is `label: values`, or a row of a table whose first line names the columns. A label is
 * found anywhere in its line, and a row's cells are the last words of its line, so that prefixes of
 * logs and quotes do no harm.
 */
#include "dump_formats.h"
#include "dump_line.h"

#include "xmalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum table_kind { TABLE_NONE, TABLE_SMALL, TABLE_LARGE, TABLE_HUGE };

/* The columns of a table of size classes. Which names stand for a column depends on the version. */
enum {
    COLUMN_SIZE,
    COLUMN_LIVE,
    COLUMN_ALLOCATED,
    COLUMN_SLABS,
    COLUMN_REGIONS,
    COLUMN_PAGES,
    COLUMN_FILLS,
    COLUMNS
};
static const struct {
    const char *name;
    int small, large; /* which column it is in such a table; -1: none */
} column_names[] = {
    {"size", COLUMN_SIZE, COLUMN_SIZE}, {"allocated", COLUMN_ALLOCATED, COLUMN_ALLOCATED},
    {"curregs", COLUMN_LIVE, -1},       {"curlextents", -1, COLUMN_LIVE},
    {"curhchunks", -1, COLUMN_LIVE},    {"curruns", COLUMN_SLABS, COLUMN_LIVE},
    {"curslabs", COLUMN_SLABS, -1},     {"regs", COLUMN_REGIONS, -1},
    {"pgs", COLUMN_PAGES, -1},          {"nfills", COLUMN_FILLS, -1},
};

struct reader {
    struct dump_list *list;
    struct dump *dump;        /* NULL: outside of a dump */
    bool begun;               /* by its first line */
    struct dump_arena *arena; /* NULL before the first arena */
    enum table_kind table;
    size_t columns[COLUMNS], cells;    /* of the table; LINE_WORDS_MAX: it lacks the column */
    uint64_t last_size_bytes;          /* of the table's rows, which ascend */
    size_t sum_allocations, sum_fills; /* columns of the sums, from the first number on */
    bool huge_follows;                 /* 3.x: the next line has the huge allocations */
};

/* Ends the dump at hand. What is no dump after all is dropped. */
static void dump_end(struct reader *reader)
{
    struct dump *dump = reader->dump;
    if (dump != NULL && !reader->begun && dump->allocated_bytes == DUMP_UNTOLD &&
        dump->arena_count == 0)
        dump_list_drop(reader->list);
    *reader = (struct reader){.list = reader->list};
}

static void dump_begin(struct reader *reader, bool begun)
{
    dump_end(reader);
    reader->dump = dump_list_add(reader->list, "plain text");
    reader->begun = begun;
    reader->sum_allocations = 1;
    reader->sum_fills = LINE_WORDS_MAX;
}

static void version_read(struct reader *reader, const struct dump_line *line)
{
    const char *word = line->count > 0 ? line->words[0] : "";
    char *name = reader->dump->version;
    dump_name_copy(name, word + (*word == '"'));
    name[strcspn(name, "\"")] = '\0';
}

static void page_read(struct reader *reader, const struct dump_line *line)
{
    uint64_t bytes = dump_line_number(line, 0);
    if (bytes != DUMP_UNTOLD)
        dump_page_set(reader->dump, bytes);
}

/* `Allocated: 1, active: 2, metadata: 3 (n_thp 0), resident: 4, ...` */
static void totals_read(struct reader *reader, const struct dump_line *line)
{
    uint64_t allocated = dump_line_number(line, 0);
    if (allocated == DUMP_UNTOLD || dump_line_find(line, "active:") != 1 ||
        dump_line_number(line, 2) == DUMP_UNTOLD)
        return;
    if (reader->dump->allocated_bytes != DUMP_UNTOLD)
        dump_begin(reader, false);
    reader->dump->allocated_bytes = allocated;
    for (size_t t = 0; t < DUMP_TOTAL_FIELDS; t++) {
        char word[DUMP_NAME_BYTES];
        uint64_t *figure = dump_figure(reader->dump, dump_total_fields[t].offset);
        snprintf(word, sizeof word, "%s:", dump_total_fields[t].name);
        if (*figure == DUMP_UNTOLD)
            *figure = dump_line_number_after(line, word);
    }
}

static void merged_begin(struct reader *reader, const struct dump_line *line)
{
    dump_arena_init(&reader->dump->total, "all");
    reader->arena = &reader->dump->total;
}

static void destroyed_begin(struct reader *reader, const struct dump_line *line)
{
    reader->arena = dump_arena_add(reader->dump, "destroyed");
}

static int column_of(size_t name, enum table_kind table)
{
    return table == TABLE_SMALL ? column_names[name].small : column_names[name].large;
}

/* Classes whose columns are not known are not listed. */
static void table_begin(struct reader *reader, const struct dump_line *line, enum table_kind table)
{
    struct dump_arena *arena = reader->arena;
    for (size_t c = 0; c < COLUMNS; c++)
        reader->columns[c] = LINE_WORDS_MAX;
    for (size_t i = 0; i < sizeof column_names / sizeof column_names[0]; i++) {
        int column = column_of(i, table);
        if (column >= 0 && reader->columns[column] == LINE_WORDS_MAX)
            reader->columns[column] = dump_line_find(line, column_names[i].name);
    }
    bool known = reader->columns[COLUMN_SIZE] != LINE_WORDS_MAX &&
                 (reader->columns[COLUMN_LIVE] != LINE_WORDS_MAX ||
                  reader->columns[COLUMN_ALLOCATED] != LINE_WORDS_MAX);
    if (table == TABLE_SMALL)
        known = known && reader->columns[COLUMN_SLABS] != LINE_WORDS_MAX &&
                reader->columns[COLUMN_REGIONS] != LINE_WORDS_MAX &&
                reader->columns[COLUMN_PAGES] != LINE_WORDS_MAX;
    reader->cells = line->count;
    reader->last_size_bytes = 0;
    reader->table = known ? table : TABLE_NONE;
    if (known && table == TABLE_SMALL)
        arena->small_listed = true;
    else if (known)
        arena->large_listed = true;
}

/* `small: allocated nmalloc ...`, in the order of the columns named above it. After the total,
 * other tables have rows of the same names. */
static void sums_read(struct reader *reader, const struct dump_line *line, uint64_t *bytes)
{
    struct dump_arena *arena = reader->arena;
    if (dump_line_number(line, 0) == DUMP_UNTOLD || arena->allocated_bytes != DUMP_UNTOLD)
        return;
    *bytes = dump_sum(*bytes, dump_line_number(line, 0));
    arena->allocations =
        dump_sum(arena->allocations, dump_line_number(line, reader->sum_allocations));
    arena->fills = dump_sum(arena->fills, dump_line_number(line, reader->sum_fills));
}

static void small_read(struct reader *reader, const struct dump_line *line)
{
    sums_read(reader, line, &reader->arena->small_bytes);
}

static bool is_table(const struct dump_line *line)
{
    return line->count > 1 && strcmp(line->words[0], "size") == 0;
}

static void large_read(struct reader *reader, const struct dump_line *line)
{
    if (is_table(line))
        table_begin(reader, line, TABLE_LARGE);
    else
        sums_read(reader, line, &reader->arena->large_bytes);
}

static void huge_read(struct reader *reader, const struct dump_line *line)
{
    if (reader->arena == NULL)
        reader->huge_follows = dump_line_find(line, "allocated") == 2;
    else if (is_table(line))
        table_begin(reader, line, TABLE_HUGE);
    else
        sums_read(reader, line, &reader->arena->large_bytes);
}

static void bins_read(struct reader *reader, const struct dump_line *line)
{
    table_begin(reader, line, TABLE_SMALL);
}

static void total_read(struct reader *reader, const struct dump_line *line)
{
    if (reader->arena->allocated_bytes == DUMP_UNTOLD)
        reader->arena->allocated_bytes = dump_line_number(line, 0);
}

/* A table that is not read. */
static void extents_read(struct reader *reader, const struct dump_line *line)
{
    reader->table = TABLE_NONE;
}

static uint64_t pages_bytes(const struct reader *reader, uint64_t pages)
{
    return pages >= DUMP_FIGURE_MAX / reader->dump->page_bytes ? pages
                                                               : pages * reader->dump->page_bytes;
}

/* `dirty: decay_ms npages ...`; N/A is what jemalloc prints for -1. */
static void decay_line_read(const struct reader *reader, const struct dump_line *line,
                            uint64_t *bytes, int64_t *decay_ms)
{
    uint64_t pages = dump_line_number(line, 1);
    int64_t time_ms = dump_line_setting(line, 0);
    if (pages == DUMP_UNTOLD || time_ms == DUMP_UNKNOWN)
        return;
    *decay_ms = time_ms;
    *bytes = pages_bytes(reader, pages);
}

static void dirty_read(struct reader *reader, const struct dump_line *line)
{
    decay_line_read(reader, line, &reader->arena->dirty_bytes, &reader->arena->dirty_decay_ms);
}

static void muzzy_read(struct reader *reader, const struct dump_line *line)
{
    decay_line_read(reader, line, &reader->arena->muzzy_bytes, &reader->arena->muzzy_decay_ms);
}

/* 3.x, 4.0: `dirty pages: ACTIVE:DIRTY active:dirty, ...` */
static void dirty_pages_read(struct reader *reader, const struct dump_line *line)
{
    char *colon = line->count > 0 ? strchr(line->words[0], ':') : NULL;
    if (colon == NULL)
        return;
    struct dump_line dirty = {.words = {colon + 1}, .count = 1};
    reader->arena->dirty_bytes = pages_bytes(reader, dump_line_number(&dirty, 0));
}

/* 4.1 to 4.5: `purging: dirty: PAGES, sweeps: ...` */
static void purging_read(struct reader *reader, const struct dump_line *line)
{
    reader->arena->dirty_bytes = pages_bytes(reader, dump_line_number_after(line, "dirty:"));
}

/* 4.1 to 4.5, in seconds. */
static void decay_time_read(struct reader *reader, const struct dump_line *line)
{
    reader->arena->dirty_decay_ms = dump_decay_ms_of(dump_line_setting(line, 0));
}

/* 4.x: `metadata: mapped: 1, allocated: 2` */
static void metadata_read(struct reader *reader, const struct dump_line *line)
{
    reader->arena->internal_bytes = dump_line_number_after(line, "allocated:");
}

static void ignore(struct reader *reader, const struct dump_line *line)
{
}

/* A label begins a dump whose first line is missing, or belongs to an arena and is ignored before
 * the first one. */
enum { ANYWHERE, OPENS, OF_ARENA };
static const struct label {
    const char *name;
    int place;
    void (*read)(struct reader *reader, const struct dump_line *line);
} labels[] = {
    {"Version", OPENS, version_read},
    {"Page size", OPENS, page_read},
    {"Arenas", OPENS, ignore},
    {"Allocated", OPENS, totals_read},
    {"Merged arenas stats", OPENS, merged_begin},
    {"Destroyed arenas stats", OPENS, destroyed_begin},
    {"small", OF_ARENA, small_read},
    {"large", OF_ARENA, large_read},
    {"huge", ANYWHERE, huge_read},
    {"total", OF_ARENA, total_read},
    {"bins", OF_ARENA, bins_read},
    {"extents", OF_ARENA, extents_read},
    {"dirty", OF_ARENA, dirty_read},
    {"muzzy", OF_ARENA, muzzy_read},
    {"dirty pages", OF_ARENA, dirty_pages_read},
    {"purging", OF_ARENA, purging_read},
    {"decay time", OF_ARENA, decay_time_read},
    {"metadata", OF_ARENA, metadata_read},
    {"min active:dirty page ratio", OF_ARENA, ignore},
};

/* Lines with one setting of the whole dump; its last word is the value in force: `opt.x: at start
 * (x: now)`. */
#define SETTING(name) offsetof(struct dump, name)
static const struct setting {
    const char *name;
    enum { SETTING_FLAG, SETTING_NUMBER, SETTING_TIME, SETTING_SECONDS } kind;
    size_t offset;
} settings[] = {
    {"config.prof", SETTING_FLAG, SETTING(profiling)},
    {"config.cache_oblivious", SETTING_FLAG, SETTING(cache_oblivious)},
    {"opt.background_thread", SETTING_FLAG, SETTING(background_thread)},
    {"opt.narenas", SETTING_NUMBER, SETTING(automatic_arenas)},
    {"opt.oversize_threshold", SETTING_NUMBER, SETTING(oversize_threshold_bytes)},
    {"opt.dirty_decay_ms", SETTING_TIME, SETTING(dirty_decay_ms)},
    {"opt.muzzy_decay_ms", SETTING_TIME, SETTING(muzzy_decay_ms)},
    {"opt.lg_dirty_mult", SETTING_TIME, SETTING(dirty_ratio_lg)},
    {"opt.decay_time", SETTING_SECONDS, SETTING(dirty_decay_ms)},
};

static void setting_read(struct reader *reader, const struct setting *setting,
                         const struct dump_line *line)
{
    void *field = (char *)reader->dump + setting->offset;
    size_t last = line->count - 1;
    if (line->count == 0)
        return;
    int64_t value = dump_line_setting(line, last);
    if (setting->kind == SETTING_FLAG)
        *(bool *)field = strncmp(line->words[last], "true", 4) == 0;
    else if (setting->kind == SETTING_NUMBER)
        *(uint64_t *)field = value < 0 ? 0 : (uint64_t)value;
    else if (setting->kind == SETTING_SECONDS)
        *(int64_t *)field = dump_decay_ms_of(value);
    else
        *(int64_t *)field = value;
}

static void arena_begin(struct reader *reader, const char *name)
{
    char number[DUMP_NAME_BYTES];
    dump_name_copy(number, name);
    number[strspn(number, "0123456789")] = '\0';
    reader->arena = dump_arena_add(reader->dump, number);
    reader->table = TABLE_NONE;
}

/* What a line is about; all NULL: nothing that is known. */
struct topic {
    const struct label *label;
    const struct setting *setting;
    const struct dump_arena_field *field;
    char *arena;  /* the digits in `arenas[0]:` */
    char *values; /* what follows the colon */
};

/* Whether `name:` stands there; then sets the topic's values. */
static bool stands_at(char *at, const char *name, struct topic *topic)
{
    size_t length = name == NULL ? 0 : strlen(name);
    if (length == 0 || *at != *name || strncmp(at, name, length) != 0 || at[length] != ':')
        return false;
    topic->values = at + length + 1;
    return true;
}

static bool topic_at(char *at, struct topic *topic)
{
    static const char arenas[] = "arenas[";
    if (strncmp(at, arenas, sizeof arenas - 1) == 0) {
        char *digits = at + sizeof arenas - 1;
        size_t count = strspn(digits, "0123456789");
        topic->arena = count > 0 && strncmp(digits + count, "]:", 2) == 0 ? digits : NULL;
        topic->values = digits + count;
        return topic->arena != NULL;
    }
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (stands_at(at, labels[i].name, topic))
            topic->label = &labels[i];
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (stands_at(at, settings[i].name, topic))
            topic->setting = &settings[i];
    for (size_t i = 0; i < DUMP_ARENA_FIELDS; i++)
        if (stands_at(at, dump_arena_fields[i].label, topic))
            topic->field = &dump_arena_fields[i];
    return topic->label != NULL || topic->setting != NULL || topic->field != NULL;
}

/* The first topic in the line. False: there is none. */
static bool topic_find(char *text, struct topic *topic)
{
    bool between = true;
    *topic = (struct topic){0};
    if (strchr(text, ':') == NULL)
        return false;
    for (char *at = text; *at != '\0'; at++) {
        if (between && topic_at(at, topic))
            return true;
        between = !isalnum((unsigned char)*at) && strchr("_.\"\\", *at) == NULL;
    }
    return false;
}

static void topic_read(struct reader *reader, const struct topic *topic,
                       const struct dump_line *line)
{
    const struct label *label = topic->label;
    bool opens =
        topic->arena != NULL || topic->setting != NULL || (label != NULL && label->place == OPENS);
    if (reader->dump == NULL && !opens)
        return;
    if (reader->dump == NULL)
        dump_begin(reader, false);
    if (topic->arena != NULL)
        arena_begin(reader, topic->arena);
    else if (topic->setting != NULL)
        setting_read(reader, topic->setting, line);
    else if (label != NULL && (label->place != OF_ARENA || reader->arena != NULL))
        label->read(reader, line);
    else if (label == NULL && reader->arena != NULL) {
        uint64_t *figure = dump_figure(reader->arena, topic->field->offset);
        if (*figure == DUMP_UNTOLD && line->count == 1)
            *figure = dump_line_number(line, 0);
    }
}

static uint64_t cell(const struct reader *reader, const struct dump_line *line, size_t column)
{
    size_t place = reader->columns[column], first = line->count - reader->cells;
    return place == LINE_WORDS_MAX ? DUMP_UNTOLD : dump_line_number(line, first + place);
}

/* A row whose cells are not all numbers is none. */
static void class_read(struct reader *reader, const struct dump_line *line)
{
    uint64_t size = cell(reader, line, COLUMN_SIZE), live = cell(reader, line, COLUMN_LIVE);
    uint64_t allocated = cell(reader, line, COLUMN_ALLOCATED);
    uint64_t slabs = cell(reader, line, COLUMN_SLABS), pages = cell(reader, line, COLUMN_PAGES);
    uint64_t regions = cell(reader, line, COLUMN_REGIONS);
    if (size == DUMP_UNTOLD || size <= reader->last_size_bytes ||
        (live == DUMP_UNTOLD && allocated == DUMP_UNTOLD))
        return;
    struct dump_class class = {.size_bytes = size,
                               .live = live == DUMP_UNTOLD ? allocated / size : live,
                               .huge = reader->table == TABLE_HUGE};
    if (reader->table == TABLE_SMALL) {
        if (slabs == DUMP_UNTOLD || pages == DUMP_UNTOLD || regions == DUMP_UNTOLD)
            return;
        class.slabs = slabs;
        class.slab_regions = regions;
        class.slab_bytes = pages_bytes(reader, pages);
    }
    reader->last_size_bytes = size;
    dump_class_add(reader->arena, &class);
    if (reader->sum_fills == LINE_WORDS_MAX)
        reader->arena->fills = dump_sum(reader->arena->fills, cell(reader, line, COLUMN_FILLS));
}

/* A line without a topic: a row, or the names of columns. */
static void row_read(struct reader *reader, const struct dump_line *line)
{
    size_t allocated = dump_line_find(line, "allocated");
    if (allocated < line->count && dump_line_find(line, "nmalloc") == allocated + 1) {
        size_t fills = dump_line_find(line, "nfill");
        reader->sum_allocations = 1;
        reader->sum_fills = fills == LINE_WORDS_MAX ? fills : fills - allocated;
    } else if (reader->huge_follows && line->count >= 3) {
        uint64_t bytes = dump_line_number(line, line->count - 1);
        reader->dump->unlisted_bytes = bytes == DUMP_UNTOLD ? 0 : bytes;
        reader->huge_follows = false;
    } else if (dump_line_find(line, "size") < line->count) {
        reader->table = TABLE_NONE; /* the columns of another table */
    } else if (reader->table != TABLE_NONE && line->count >= reader->cells) {
        class_read(reader, line);
    }
}

static void line_read(struct reader *reader, char *text)
{
    struct dump_line line;
    struct topic topic;
    if (strstr(text, "Begin jemalloc statistics") != NULL) {
        dump_begin(reader, true);
    } else if (reader->dump != NULL && strstr(text, "End jemalloc statistics") != NULL) {
        reader->dump->finished = true;
        dump_end(reader);
    } else if (topic_find(text, &topic)) {
        dump_line_split(&line, topic.values);
        topic_read(reader, &topic, &line);
    } else if (reader->dump != NULL) {
        dump_line_split(&line, text);
        row_read(reader, &line);
    }
}

/* Where a dump has no sum of an arena, it is that of its parts. */
static void arena_finish(struct dump_arena *arena)
{
    if (arena->allocated_bytes == DUMP_UNTOLD)
        arena->allocated_bytes = dump_sum(arena->small_bytes, arena->large_bytes);
}

void dump_read_text(struct dump_list *list, struct span text)
{
    struct reader reader = {.list = list};
    size_t first = list->count;
    char *copy = xmalloc(text.count + 1), *place;
    memcpy(copy, text.bytes, text.count);
    copy[text.count] = '\0';
    for (char *line = strtok_r(copy, "\n", &place); line != NULL;
         line = strtok_r(NULL, "\n", &place))
        line_read(&reader, line);
    dump_end(&reader);
    free(copy);
    for (; first < list->count; first++) {
        struct dump *dump = list->dumps[first];
        if (dump->total.name[0] != '\0')
            arena_finish(&dump->total);
        for (size_t i = 0; i < dump->arena_count; i++)
            arena_finish(&dump->arenas[i]);
    }
}
