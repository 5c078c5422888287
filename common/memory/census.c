/* census.c - merges, sorts and compares rows. */
#include "census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct census_row *row_of(struct census *census, const char *container, const char *type)
{
    for (size_t i = 0; i < census->count; i++)
        if (strcmp(census->rows[i].container, container) == 0 &&
            strcmp(census->rows[i].type, type) == 0)
            return &census->rows[i];
    return NULL;
}

void census_add(struct census *census, const struct census_row *row)
{
    struct census_row *same = row_of(census, row->container, row->type);
    if (same == NULL && census->count < CENSUS_ROWS) {
        census->rows[census->count++] = *row;
        return;
    }
    if (same == NULL)
        same = &census->rows[CENSUS_ROWS - 1];
    same->live += row->live;
    same->live_bytes += row->live_bytes;
    same->total += row->total;
    same->total_bytes += row->total_bytes;
}

const struct census_row *census_find(const struct census *census, const char *container,
                                     const char *type)
{
    return row_of((struct census *)census, container, type);
}

bool census_within(const char *inner, const char *container)
{
    size_t length = strlen(container);
    return strncmp(inner, container, length) == 0 &&
           (inner[length] == '\0' || inner[length] == '.' || length == 0);
}

uint64_t census_bytes(const struct census *census, const char *container)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < census->count; i++)
        if (census_within(census->rows[i].container, container))
            bytes += census->rows[i].live_bytes;
    return bytes;
}

/* A total may decrease where its owner does not know it. */
static uint64_t created_since(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static struct census_change change_of(const struct census_row *before,
                                      const struct census_row *after)
{
    static const struct census_row nothing;
    const struct census_row *from = before ? before : &nothing, *to = after ? after : &nothing;
    return (struct census_change){
        .row = after ? after : before,
        .live = (int64_t)(to->live - from->live),
        .live_bytes = (int64_t)(to->live_bytes - from->live_bytes),
        .created = created_since(from->total, to->total),
        .created_bytes = created_since(from->total_bytes, to->total_bytes),
    };
}

static int change_order(const void *one, const void *other)
{
    const struct census_change *a = one, *b = other;
    if (a->live_bytes != b->live_bytes)
        return a->live_bytes < b->live_bytes ? 1 : -1;
    return a->live < b->live ? 1 : -(a->live > b->live);
}

static void change_note(struct census_change changes[CENSUS_ROWS], size_t *count,
                        struct census_change change)
{
    if (*count < CENSUS_ROWS && (change.live != 0 || change.live_bytes != 0))
        changes[(*count)++] = change;
}

size_t census_compare(const struct census *before, const struct census *after,
                      struct census_change changes[CENSUS_ROWS])
{
    size_t count = 0;
    for (size_t i = 0; i < after->count; i++) {
        const struct census_row *row = &after->rows[i];
        change_note(changes, &count,
                    change_of(census_find(before, row->container, row->type), row));
    }
    for (size_t i = 0; i < before->count; i++) {
        const struct census_row *row = &before->rows[i];
        if (census_find(after, row->container, row->type) == NULL)
            change_note(changes, &count, change_of(row, NULL));
    }
    qsort(changes, count, sizeof changes[0], change_order);
    return count;
}

static double growth_of(const struct census *before, const struct census *after,
                        const char *container)
{
    return (double)census_bytes(after, container) - (double)census_bytes(before, container);
}

/* Writes the container one level below `container` that contains `inner`. False if there is none.
 */
static bool container_descend(const char *inner, const char *container,
                              char name[CENSUS_NAME_BYTES])
{
    size_t length = strlen(container);
    if (!census_within(inner, container) || inner[length] == '\0')
        return false;
    const char *rest = inner + length + (length > 0);
    size_t step = (size_t)(rest - inner) + strcspn(rest, ".");
    snprintf(name, CENSUS_NAME_BYTES, "%.*s", (int)step, inner);
    return true;
}

static bool growth_descend(const struct census *before, const struct census *after,
                           char name[CENSUS_NAME_BYTES])
{
    double all = growth_of(before, after, name);
    for (size_t i = 0; i < after->count; i++) {
        char inner[CENSUS_NAME_BYTES];
        if (container_descend(after->rows[i].container, name, inner) &&
            growth_of(before, after, inner) >= CENSUS_SHARE * all) {
            memcpy(name, inner, sizeof inner);
            return true;
        }
    }
    return false;
}

void census_culprit(const struct census *before, const struct census *after, const char *container,
                    char name[CENSUS_NAME_BYTES])
{
    snprintf(name, CENSUS_NAME_BYTES, "%s", container);
    if (growth_of(before, after, container) <= 0)
        return;
    while (growth_descend(before, after, name))
        continue;
}
