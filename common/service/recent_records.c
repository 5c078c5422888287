/* recent_records.c - the last N records requested on a connection, which the connection owns. */
#include "recent_records.h"

struct recent_records {
    const struct recent_records_setup *setup;
    void *hook_state; /* what the policy's on_connect returned */
    uint32_t next;    /* index of the oldest record, to be replaced next */
    struct record *records[];
};

size_t recent_records_bytes(const struct recent_records_setup *setup)
{
    return sizeof(struct recent_records) + setup->records * sizeof(struct record *);
}

struct recent_records *recent_records_create(const struct recent_records_setup *setup)
{
    struct recent_records *recent = memory_alloc_zeroed(setup->zone, recent_records_bytes(setup));
    recent->setup = setup;
    recent->hook_state = policy_hooks_on_connect(setup->hooks);
    return recent;
}

void recent_records_destroy(struct recent_records *recent)
{
    const struct recent_records_setup *setup = recent->setup;
    policy_hooks_on_disconnect(setup->hooks, recent->hook_state);
    for (uint32_t i = 0; i < setup->records; i++)
        if (recent->records[i])
            shards_release(setup->shards, recent->records[i]);
    memory_free(recent);
}

void recent_records_add(struct recent_records *recent, struct record *record)
{
    const struct recent_records_setup *setup = recent->setup;
    policy_hooks_on_serve(setup->hooks, recent->hook_state, record);
    if (setup->records == 0)
        return;
    struct record *oldest = recent->records[recent->next];
    shards_hold(setup->shards, record);
    recent->records[recent->next] = record;
    recent->next = recent->next + 1 == setup->records ? 0 : recent->next + 1;
    if (oldest)
        shards_release(setup->shards, oldest);
}

static void recent_records_refers(const void *object, struct visit *visit)
{
    const struct recent_records *recent = object;
    policy_hooks_refer(recent->setup->hooks, recent->hook_state, visit);
    for (uint32_t i = 0; i < recent->setup->records; i++)
        visit_record(visit, recent->records[i]);
}

const struct kind recent_records_kind = {.name = "session", .refers = recent_records_refers};
