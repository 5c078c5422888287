/* memory_layers.c - a sample's layers from the payload to the RSS, and a name for what lies
 * between. */
#include "memory_layers.h"

#define FIELD(name) offsetof(struct result_sample, name)
#define NO_FIELD    SIZE_MAX

/* A layer and the gap below it; of the gap, a part that is known by itself stands apart. */
struct layer {
    size_t field;
    const char *key, *name, *meaning;
    const char *gap_key, *gap_name, *gap_meaning;
    size_t part_field;
    const char *part_key, *part_name, *part_meaning;
};

static const struct layer layers[] = {
    {.field = FIELD(payload_bytes),
     .key = "payload",
     .name = "payload",
     .meaning = "keys and bodies of the records in the cache",
     .part_field = NO_FIELD},
    {.field = FIELD(cache_bytes),
     .key = "cache",
     .name = "= cache",
     .meaning = "all that the cache caused, by its own account",
     .gap_key = "structure",
     .gap_name = "+ index, rounding",
     .gap_meaning = "index, order (nodes, ghosts), and records rounded up to a size class",
     .part_field = NO_FIELD},
    {.field = FIELD(zone_allocated_bytes),
     .key = "zone_allocated",
     .name = "= zone allocated",
     .meaning = "the same by the allocator's account: the cache has a zone of its own",
     .gap_key = "held_elsewhere",
     .gap_name = "+ held elsewhere",
     .gap_meaning = "records no longer in the cache that connections or nobody let go",
     .part_field = NO_FIELD},
    {.field = FIELD(allocated_bytes),
     .key = "allocated",
     .name = "= allocated",
     .meaning = "all that the program holds",
     .gap_key = "server",
     .gap_name = "+ the server's own",
     .gap_meaning = "connections, buffers, the HTTP library",
     .part_field = NO_FIELD},
    {.field = FIELD(active_bytes),
     .key = "active",
     .name = "= active",
     .meaning = "the pages in which that lies",
     .gap_key = "fragmentation",
     .gap_name = "+ fragmentation",
     .gap_meaning = "free room between allocations, within pages in use",
     .part_field = NO_FIELD},
    {.field = FIELD(resident_bytes),
     .key = "resident",
     .name = "= resident",
     .meaning = "all pages that the allocator has in memory",
     .gap_key = "dirty_pages",
     .gap_name = "+ dirty pages",
     .gap_meaning = "empty, but not yet given back to the kernel",
     .part_field = FIELD(metadata_bytes),
     .part_key = "metadata",
     .part_name = "+ metadata",
     .part_meaning = "what the allocator needs to know its pages by"},
    {.field = FIELD(rss_bytes),
     .key = "rss",
     .name = "= RSS",
     .meaning = "memory of the process as the kernel counts it, and as top shows it",
     .gap_key = "other",
     .gap_name = "+ stacks, code, rest",
     .gap_meaning = "below 0: pages that the allocator counts, but never touched",
     .part_field = NO_FIELD},
};
#define LAYERS (sizeof layers / sizeof layers[0])

static double field_of(const struct result_sample *sample, size_t field)
{
    return (double)*(const uint64_t *)((const char *)sample + field);
}

static void row_add(struct memory_layers *waterfall, const char *key, const char *name,
                    const char *meaning, double bytes, bool layer)
{
    waterfall->rows[waterfall->count++] = (struct memory_layers_row){
        .key = key, .name = name, .meaning = meaning, .layer = layer, .bytes = bytes};
}

/* An allocator that tells nothing of the process leaves these at 0. */
static bool is_told(const struct result_sample *sample, const struct layer *layer)
{
    bool processes = layer->field == FIELD(allocated_bytes) ||
                     layer->field == FIELD(active_bytes) || layer->field == FIELD(resident_bytes);
    return !processes || field_of(sample, layer->field) > 0;
}

void memory_layers_make(struct memory_layers *waterfall, const struct result_sample *sample)
{
    double below = 0;
    waterfall->count = 0;
    for (size_t i = 0; i < LAYERS; i++) {
        const struct layer *layer = &layers[i];
        if (!is_told(sample, layer))
            continue;
        double bytes = field_of(sample, layer->field), gap = bytes - below;
        if (layer->part_field != NO_FIELD) {
            double part = field_of(sample, layer->part_field);
            row_add(waterfall, layer->part_key, layer->part_name, layer->part_meaning, part, false);
            gap -= part;
        }
        if (layer->gap_key != NULL)
            row_add(waterfall, layer->gap_key, layer->gap_name, layer->gap_meaning, gap, false);
        row_add(waterfall, layer->key, layer->name, layer->meaning, bytes, true);
        below = bytes;
    }
}
