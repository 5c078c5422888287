/* memory_layers.c - the table of layers and gaps, filled in from a sample. */
#include "memory_layers.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct result_sample, name)

/* In the order of output. */
static const struct layer {
    const char *key, *name, *meaning;
    enum {
        LAYER,
        PART, /* of the gap below the next layer, known by itself */
        GAP,  /* what remains between two layers */
    } kind;
    size_t field; /* of a uint64_t in struct result_sample; of a GAP: of the layer above it */
} rows[] = {
    {"payload", "payload", "keys and bodies of the records in the cache", LAYER,
     FIELD(payload_bytes)},
    {"structure", "+ index, rounding",
     "index, order (nodes, ghosts), and the rounding of records to size classes", GAP,
     FIELD(cache_bytes)},
    {"cache", "= cache", "all memory of the cache, by its own count", LAYER, FIELD(cache_bytes)},
    {"held_elsewhere", "+ held elsewhere",
     "records that left the cache and are held by connections, or leaked", GAP,
     FIELD(zone_allocated_bytes)},
    {"zone_allocated", "= zone allocated",
     "the same by the allocator's count: the cache has a zone of its own", LAYER,
     FIELD(zone_allocated_bytes)},
    {"server", "+ the server's own", "connections, buffers, the HTTP library", GAP,
     FIELD(allocated_bytes)},
    {"allocated", "= allocated", "all that the program holds", LAYER, FIELD(allocated_bytes)},
    {"fragmentation", "+ fragmentation", "free space between allocations, within pages in use", GAP,
     FIELD(active_bytes)},
    {"active", "= active", "the pages in use", LAYER, FIELD(active_bytes)},
    {"metadata", "+ metadata", "the allocator's records of its pages", PART, FIELD(metadata_bytes)},
    {"dirty_pages", "+ dirty pages", "free pages, not yet returned to the kernel", GAP,
     FIELD(resident_bytes)},
    {"resident", "= resident", "all pages that the allocator counts as in memory", LAYER,
     FIELD(resident_bytes)},
    {"untouched", "+ stacks - untouched",
     "stacks, other heaps; less what the allocator counts but nobody touched", GAP,
     FIELD(anonymous_bytes)},
    {"anonymous", "= anonymous", "heap and stacks in memory, by the kernel's count", LAYER,
     FIELD(anonymous_bytes)},
    {"other", "+ code, files", "code, libraries, mapped files, shared memory", GAP,
     FIELD(rss_bytes)},
    {"rss", "= RSS", "memory of the process by the kernel's count, without lazily freed pages",
     LAYER, FIELD(rss_bytes)},
};

static double field_value(const struct result_sample *sample, size_t field)
{
    return (double)*(const uint64_t *)((const char *)sample + field);
}

/* An allocator without statistics leaves these, and the gaps below them, out. */
static bool is_reported(const struct result_sample *sample, const struct layer *layer)
{
    size_t field = layer->kind == PART ? FIELD(resident_bytes) : layer->field;
    bool optional = field == FIELD(allocated_bytes) || field == FIELD(active_bytes) ||
                    field == FIELD(resident_bytes) || field == FIELD(anonymous_bytes);
    return !optional || field_value(sample, field) > 0;
}

void memory_layers_make(struct memory_layers *layers, const struct result_sample *sample)
{
    double sum = 0;
    layers->count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!is_reported(sample, &rows[i]))
            continue;
        double bytes = field_value(sample, rows[i].field);
        if (rows[i].kind == GAP)
            bytes -= sum;
        sum = rows[i].kind == LAYER ? bytes : sum + bytes;
        layers->rows[layers->count++] = (struct memory_layers_row){
            rows[i].key, rows[i].name, rows[i].meaning, rows[i].kind != LAYER, bytes};
    }
}
