/* walk_targets.c - open addressing over the addresses of records. */
#include "walk_targets.h"

#define TABLE_SIZE        (4 * LIVE_SAMPLE_MAX)
#define RELEASES_PER_CALL 256

static size_t table_find(const struct walk_targets *targets, const void *record)
{
    size_t at = live_sample_hash(record) % TABLE_SIZE;
    while (targets->table[at] != 0 && targets->targets[targets->table[at] - 1].record != record)
        at = (at + 1) % TABLE_SIZE;
    return at;
}

struct walk_target *walk_targets_find(struct walk_targets *targets, const void *record)
{
    uint16_t number = targets->table[table_find(targets, record)];
    return number == 0 ? NULL : &targets->targets[number - 1];
}

void walk_targets_add(struct walk_targets *targets, struct record *record)
{
    targets->targets[targets->count++] = (struct walk_target){.record = record};
    targets->table[table_find(targets, record)] = (uint16_t)targets->count;
}

bool walk_targets_release(struct walk_targets *targets, struct shards *shards)
{
    for (size_t i = 0; i < RELEASES_PER_CALL && targets->released < targets->count; i++)
        shards_drop(shards, targets->targets[targets->released++].record);
    return targets->released < targets->count;
}

uint32_t walk_target_references(const struct walk_target *target)
{
    uint32_t references = record_references(target->record);
    return references > 0 ? references - 1 : 0;
}

bool walk_target_is_unreachable(const struct walk_target *target)
{
    return !target->found && walk_target_references(target) > 0;
}
