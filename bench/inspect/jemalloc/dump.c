/* dump.c - finds the dump in a file, has it read, and knows what holds what. */
#include "dump.h"

#include "dump_format.h"
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)
#define ADVICE                                                                                     \
    "make one with malloc_stats_print, or `curl http://HOST:PORT/jemalloc` of our servers"

#define FIELD(key, label, pages, name)                                                             \
    {                                                                                              \
        key, label, pages, offsetof(struct dump_arena, name)                                       \
    }
const struct form_field form_fields[FORM_FIELDS] = {
    FIELD("nthreads", "assigned threads", false, threads),
    FIELD("uptime_ns", "uptime", false, uptime_ns),
    FIELD("pactive", NULL, true, active_bytes),
    FIELD(NULL, "active", false, active_bytes),
    FIELD("pdirty", NULL, true, dirty_bytes),
    FIELD("pmuzzy", NULL, true, muzzy_bytes),
    FIELD("base", "base", false, base_bytes),
    FIELD("internal", "internal", false, internal_bytes),
    FIELD("tcache_bytes", "tcache_bytes", false, tcache_bytes),
    FIELD("resident", "resident", false, resident_bytes),
    FIELD("mapped", "mapped", false, mapped_bytes),
    FIELD("retained", "retained", false, retained_bytes),
};

#define TOTAL(name)                                                                                \
    {                                                                                              \
#name, offsetof(struct dump, name##_bytes)                                                 \
    }
const struct form_total form_totals[FORM_TOTALS] = {
    TOTAL(allocated), TOTAL(active), TOTAL(metadata),
    TOTAL(resident),  TOTAL(mapped), TOTAL(retained),
};

void form_name_copy(char name[DUMP_NAME_BYTES], const char *text)
{
    size_t count = 0;
    for (; count < DUMP_NAME_BYTES - 1 && text[count] != '\0'; count++)
        name[count] = text[count] >= ' ' && text[count] <= '~' ? text[count] : '?';
    name[count] = '\0';
}

void form_arena_init(struct dump_arena *arena, const char *name)
{
    *arena = (struct dump_arena){.dirty_decay_ms = DUMP_UNTOLD, .muzzy_decay_ms = DUMP_UNTOLD};
    form_name_copy(arena->name, name);
}

/* A place for one more element; what stood there moves. */
static void *array_extend(struct memory_zone *zone, void *elements, size_t element_bytes,
                          size_t count, size_t *room)
{
    if (count < *room)
        return elements;
    *room = *room == 0 ? 16 : 2 * *room;
    void *grown = memory_alloc_zeroed(zone, *room * element_bytes);
    if (count > 0)
        memcpy(grown, elements, count * element_bytes);
    memory_free(elements);
    return grown;
}

struct dump_arena *form_arena_add(struct dump *dump, const char *name)
{
    dump->arenas = array_extend(dump->zone, dump->arenas, sizeof *dump->arenas, dump->arena_count,
                                &dump->arena_room);
    struct dump_arena *arena = &dump->arenas[dump->arena_count++];
    form_arena_init(arena, name);
    return arena;
}

/* The first class that is not smaller. */
static size_t class_place(const struct dump_arena *arena, uint64_t size_bytes)
{
    size_t from = 0, to = arena->class_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (arena->classes[middle].size_bytes < size_bytes)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void form_class_add(struct dump *dump, struct dump_arena *arena, const struct dump_class *class)
{
    if (class->size_bytes == 0 || (class->live == 0 && class->slabs == 0))
        return;
    size_t place = class_place(arena, class->size_bytes);
    if (place < arena->class_count && arena->classes[place].size_bytes == class->size_bytes) {
        arena->classes[place].live += class->live;
        arena->classes[place].slabs += class->slabs;
        return;
    }
    arena->classes = array_extend(dump->zone, arena->classes, sizeof *arena->classes,
                                  arena->class_count, &arena->class_room);
    memmove(arena->classes + place + 1, arena->classes + place,
            (arena->class_count++ - place) * sizeof *arena->classes);
    arena->classes[place] = *class;
}

static void arena_sum(struct dump *dump, const struct dump_arena *arena)
{
    static const size_t summed[] = {
        offsetof(struct dump_arena, threads),        offsetof(struct dump_arena, allocated_bytes),
        offsetof(struct dump_arena, tcache_bytes),   offsetof(struct dump_arena, active_bytes),
        offsetof(struct dump_arena, dirty_bytes),    offsetof(struct dump_arena, muzzy_bytes),
        offsetof(struct dump_arena, base_bytes),     offsetof(struct dump_arena, internal_bytes),
        offsetof(struct dump_arena, resident_bytes), offsetof(struct dump_arena, mapped_bytes),
        offsetof(struct dump_arena, retained_bytes), offsetof(struct dump_arena, made),
        offsetof(struct dump_arena, fills),
    };
    struct dump_arena *total = &dump->total;
    for (size_t i = 0; i < sizeof summed / sizeof summed[0]; i++)
        *form_figure(total, summed[i]) += *form_figure((void *)arena, summed[i]);
    if (arena->uptime_ns > total->uptime_ns)
        total->uptime_ns = arena->uptime_ns;
    for (size_t i = 0; i < arena->class_count; i++)
        form_class_add(dump, total, &arena->classes[i]);
}

/* Where the dump has no figures of all arenas together, they are added up. */
static void dump_complete(struct dump *dump)
{
    if (dump->total.name[0] != '\0')
        return;
    form_arena_init(&dump->total, "all");
    for (size_t i = 0; i < dump->arena_count; i++)
        arena_sum(dump, &dump->arenas[i]);
}

/* Log lines may stand before a dump. Where it begins as JSON, or NULL. */
static const char *json_find(const char *text, size_t bytes)
{
    static const char key[] = "\"jemalloc\"";
    const char *found = memmem(text, bytes, key, sizeof key - 1);
    while (found != NULL && found > text && strchr(" \t\r\n", found[-1]) != NULL)
        found--;
    return found != NULL && found > text && found[-1] == '{' ? found - 1 : NULL;
}

static int dump_fill(struct dump *dump, const char *text, size_t bytes, struct error *error)
{
    static const char head[] = "Begin jemalloc statistics";
    const char *json = json_find(text, bytes);
    if (json != NULL) {
        dump->form = "JSON";
        return form_json_parse(dump, json, bytes - (size_t)(json - text), error);
    }
    const char *plain = memmem(text, bytes, head, sizeof head - 1);
    if (plain != NULL) {
        dump->form = "plain text";
        form_text_parse(dump, plain, bytes - (size_t)(plain - text));
        return 0;
    }
    return error_set(error, "is no jemalloc statistics dump; " ADVICE);
}

struct dump *dump_parse(const char *name, const char *text, size_t bytes, struct error *error)
{
    struct error reason = {""};
    struct memory_zone *zone = memory_zone_create();
    struct dump *dump = memory_alloc_zeroed(zone, sizeof *dump);
    *dump = (struct dump){.zone = zone,
                          .whole = true,
                          .page_bytes = FORM_PAGE_BYTES,
                          .dirty_decay_ms = DUMP_UNTOLD,
                          .muzzy_decay_ms = DUMP_UNTOLD};
    int status = dump_fill(dump, text, bytes, &reason);
    if (status == 0 && (dump->active_bytes == 0 || dump->resident_bytes == 0)) {
        error_set(&reason,
                  "holds no totals: jemalloc was built without statistics, or the dump is cut off");
        status = -1;
    }
    if (status == 0) {
        dump_complete(dump);
        return dump;
    }
    error_set(error, "%.80s: %.160s", name, reason.text);
    dump_destroy(dump);
    return NULL;
}

void dump_destroy(struct dump *dump)
{
    if (dump == NULL)
        return;
    struct memory_zone *zone = dump->zone;
    for (size_t i = 0; i < dump->arena_count; i++)
        memory_free(dump->arenas[i].classes);
    memory_free(dump->arenas);
    memory_free(dump->total.classes);
    memory_free(dump);
    memory_zone_destroy(zone);
}

/* The whole file, ended by a NUL that *bytes does not count; freed with free. */
static char *file_read(FILE *file, size_t *bytes)
{
    char *text = NULL, piece[4096];
    size_t got;
    FILE *whole = open_memstream(&text, bytes);
    if (whole == NULL)
        return NULL;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0 && *bytes <= FILE_BYTES_MAX) {
        fwrite(piece, 1, got, whole);
        fflush(whole);
    }
    fclose(whole);
    if (!ferror(file) && *bytes <= FILE_BYTES_MAX)
        return text;
    errno = ferror(file) ? errno : EFBIG;
    free(text);
    return NULL;
}

struct dump *dump_read(const char *path, struct error *error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "r");
    size_t bytes = 0;
    char *text = file == NULL ? NULL : file_read(file, &bytes);
    struct dump *dump = NULL;
    if (text == NULL)
        error_set(error, "%.120s: %s", path, strerror(errno));
    else
        dump = dump_parse(standard ? "standard input" : path, text, bytes, error);
    free(text);
    if (file != NULL && !standard)
        fclose(file);
    return dump;
}

uint64_t dump_class_held_bytes(const struct dump *dump, const struct dump_class *class)
{
    uint64_t padding = dump->cache_oblivious ? dump->page_bytes : 0;
    if (class->slabs > 0)
        return class->slabs * class->slab_bytes;
    return class->live * (class->size_bytes + padding);
}

/* Four classes to every doubling, but never closer than 16 bytes. */
uint64_t dump_class_below_bytes(uint64_t size_bytes)
{
    if (size_bytes <= 8)
        return 0;
    if (size_bytes <= 16)
        return 8;
    if (size_bytes <= 64)
        return size_bytes - 16;
    unsigned doubling = 63 - (unsigned)__builtin_clzll(size_bytes - 1);
    return size_bytes - (UINT64_C(1) << doubling) / 4;
}

const struct dump_class *dump_class_find(const struct dump_arena *arena, uint64_t size_bytes)
{
    size_t place = class_place(arena, size_bytes);
    bool found = place < arena->class_count && arena->classes[place].size_bytes == size_bytes;
    return found ? &arena->classes[place] : NULL;
}

const struct dump_arena *dump_arena_find(const struct dump *dump, const char *name)
{
    for (size_t i = 0; i < dump->arena_count; i++)
        if (strcmp(dump->arenas[i].name, name) == 0)
            return &dump->arenas[i];
    return NULL;
}

enum dump_arena_kind dump_arena_kind(const struct dump *dump, const struct dump_arena *arena)
{
    char *end;
    unsigned long long number = strtoull(arena->name, &end, 10);
    if (end == arena->name)
        return DUMP_ARENA_DESTROYED;
    if (dump->automatic_arenas == 0 || number < dump->automatic_arenas)
        return DUMP_ARENA_AUTOMATIC;
    bool huge = number == dump->automatic_arenas && dump->oversize_threshold_bytes > 0;
    return huge ? DUMP_ARENA_HUGE : DUMP_ARENA_OWN;
}
