/* guests.c - calls a policy's hooks, where it has any, at their moments. */
#include "guests.h"

#include <stdio.h>

struct guests {
    const struct hooks *hooks;
    void *state;
    struct hooks_setup setup;
    uint64_t walks; /* so far */
};

static void service_release(void *service, struct record *record)
{
    shards_drop(service, record);
}

struct guests *guests_create(const struct policy *policy, struct shards *shards,
                             struct memory_zone *zone)
{
    if (policy->hooks == NULL)
        return NULL;
    struct guests *guests = memory_alloc(zone, sizeof *guests);
    guests->hooks = policy->hooks;
    guests->walks = 0;
    guests->setup = (struct hooks_setup){.zone = zone,
                                         .service = shards,
                                         .hold = record_hold,
                                         .release = service_release,
                                         .accompany = record_accompany};
    guests->state = guests->hooks->create(&guests->setup);
    return guests;
}

void guests_destroy(struct guests *guests)
{
    if (guests == NULL)
        return;
    guests->hooks->destroy(guests->state);
    memory_free(guests);
}

struct record *guests_made(struct guests *guests, struct record *record, struct memory_zone *zone)
{
    bool silent = guests == NULL || guests->hooks->made == NULL;
    return silent ? record : guests->hooks->made(guests->state, record, zone);
}

void *guests_connect(struct guests *guests)
{
    bool silent = guests == NULL || guests->hooks->connect == NULL;
    return silent ? NULL : guests->hooks->connect(guests->state);
}

void guests_asked(struct guests *guests, void *guest, struct record *record)
{
    if (guests != NULL && guests->hooks->asked != NULL)
        guests->hooks->asked(guests->state, guest, record);
}

void guests_disconnect(struct guests *guests, void *guest)
{
    if (guests != NULL && guests->hooks->disconnect != NULL)
        guests->hooks->disconnect(guests->state, guest);
}

struct registry *guests_objects(struct guests *guests)
{
    bool silent = guests == NULL || guests->hooks->objects == NULL;
    return silent ? NULL : guests->hooks->objects(guests->state);
}

void guests_refer(const struct guests *guests, const void *guest, struct visit *visit)
{
    if (guests != NULL && guests->hooks->guest != NULL)
        visit_refer(visit, guests->hooks->guest, guest);
}

uint64_t guests_next_walk(struct guests *guests)
{
    return guests == NULL ? 0 : ++guests->walks;
}

void guests_census(struct guests *guests, struct census *census)
{
    struct registry *objects = guests_objects(guests);
    struct registry_counts counts;
    if (objects == NULL)
        return;
    registry_count(objects, &counts);
    struct census_row row = {.container = GUESTS_HOOKS,
                             .live = counts.live,
                             .live_bytes = counts.live_bytes,
                             .total = counts.total,
                             .total_bytes = counts.total_bytes};
    snprintf(row.type, sizeof row.type, "%s", objects->kind->name);
    census_add(census, &row);
}
