/* figures.c - one table of metrics, and writers for JSON and Prometheus. */
#include "figures.h"

#include "json_text.h"
#include "units.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_BYTES_MAX 256 /* of a policy's name, summary or version */

/* The suffix of a name and the unit in which the value is written. Prometheus uses seconds. */
struct unit {
    const char *json_suffix, *metric_suffix;
    bool json_seconds, metric_seconds; /* nanoseconds are divided */
};

static const struct unit count_unit = {"", "", false, false};
static const struct unit bytes_unit = {"_bytes", "_bytes", false, false};
static const struct unit ns_unit = {"_ns", "_seconds", false, true};
static const struct unit s_unit = {"_s", "_seconds", true, true};

struct figure {
    const char *group; /* the JSON object that contains it; "": the top level */
    const char *name;
    const struct unit *unit;
    bool grows; /* it is a counter */
    size_t offset;
    const char *help;
};

#define FIGURE(group, name, unit, grows, field, help)                                              \
    {                                                                                              \
        group, name, &unit, grows, offsetof(struct figures, field), help                           \
    }
#define TOP(name, unit, grows, help)    FIGURE("", #name, unit, grows, name, help)
#define LIMIT(name, unit, field, help)  FIGURE("limits", name, unit, false, field, help)
#define COUNTED(name, help)             FIGURE("cache", #name, count_unit, true, cache.name, help)
#define MEMORY(name, field, help)       FIGURE("memory", name, bytes_unit, false, field, help)
#define MEMORY_COUNT(name, field, help) FIGURE("memory", name, count_unit, false, field, help)

/* The rows of a group must be adjacent. */
static const struct figure list[] = {
    TOP(pid, count_unit, false, "Process id."),
    FIGURE("", "uptime", s_unit, false, uptime_ns, "Time since the start."),
    TOP(requests, count_unit, true, "Requests for users."),
    TOP(connections, count_unit, false, "Open connections."),
    TOP(threads, count_unit, false, "Event loops."),
    LIMIT("capacity_entries", count_unit, capacity_entries, "Entries that the cache may hold."),
    LIMIT("capacity", bytes_unit, capacity_bytes, "Bytes that the cache may take."),
    LIMIT("ttl", ns_unit, ttl_ns, "Age that an entry may reach."),
    LIMIT("session_records", count_unit, session_records, "Records that a connection owns."),
    FIGURE("cache", "entries", count_unit, false, cache.entries, "Entries in the cache."),
    COUNTED(hits, "Found in the cache."),
    COUNTED(misses, "Not found in the cache."),
    COUNTED(insertions, "Entries inserted."),
    COUNTED(replacements, "Entries that replaced an older one of the same key."),
    COUNTED(evictions, "Entries evicted."),
    COUNTED(expirations, "Entries expired."),
    COUNTED(removals, "Entries deleted, or whose last owner released them (weak)."),
    MEMORY("payload", cache.payload_bytes, "Keys and bodies in the cache."),
    MEMORY("cache", cache.bytes, "Everything the cache has allocated."),
    MEMORY_COUNT("live_records", records.live_records, "Live records, in the cache or not."),
    MEMORY("live_record", records.live_record_bytes, "Bytes of the live records."),
    MEMORY_COUNT("held_records", records.held_records,
                 "References to records held by sessions and by requests in flight."),
    MEMORY("zone_allocated", zones.allocated_bytes, "Allocated in the cache's zones."),
    MEMORY("zone_active", zones.active_bytes, "Pages in use in the cache's zones."),
    MEMORY("zone_resident", zones.resident_bytes, "Pages resident in the cache's zones."),
    MEMORY("zone_metadata", zones.metadata_bytes, "Metadata of the cache's zones."),
    MEMORY("zone_retained", zones.retained_bytes,
           "Address space of the cache's zones whose pages were returned."),
    MEMORY("allocated", memory.allocated_bytes, "Allocated by the program."),
    MEMORY("active", memory.active_bytes, "Pages in use."),
    MEMORY("metadata", memory.metadata_bytes, "Metadata of the allocator."),
    MEMORY("resident", memory.resident_bytes, "Pages that the allocator keeps resident."),
    MEMORY("mapped", memory.mapped_bytes, "Address space in use by the allocator."),
    MEMORY("retained", memory.retained_bytes, "Address space whose pages were returned."),
    MEMORY("rss", memory.rss_bytes, "Resident set, as the kernel counts."),
    MEMORY("vsz", memory.vsz_bytes, "Address space, as the kernel counts."),
};

#define FIGURES (sizeof list / sizeof list[0])

static uint64_t figure_value(const struct figures *figures, const struct figure *figure)
{
    return *(const uint64_t *)((const char *)figures + figure->offset);
}

static void number_write(uint64_t value, bool seconds, FILE *out)
{
    if (seconds)
        fprintf(out, "%.3f", (double)value / (double)NS_PER_SECOND);
    else
        fprintf(out, "%" PRIu64, value);
}

/* A text in quotes. Without bytes below 0x20 Prometheus escapes labels as JSON does. */
static void text_write(const char *text, FILE *out)
{
    char escaped[JSON_ROOM(TEXT_BYTES_MAX)];
    size_t count = strnlen(text, TEXT_BYTES_MAX);
    char *end = json_put(escaped, (struct span){text, count});
    fprintf(out, "\"%.*s\"", (int)(end - escaped), escaped);
}

static void field_write(const char *name, const char *text, FILE *out)
{
    fprintf(out, "\"%s\":", name);
    text_write(text, out);
}

static void figure_write_json(const struct figures *figures, const struct figure *figure, FILE *out)
{
    uint64_t value = figure_value(figures, figure);
    fprintf(out, "\"%s%s\":", figure->name, figure->unit->json_suffix);
    if (value == FIGURE_NONE)
        fprintf(out, "null");
    else
        number_write(value, figure->unit->json_seconds, out);
}

void figures_write_json(const void *subject, FILE *out)
{
    const struct figures *figures = subject;
    const char *group = "";
    fputc('{', out);
    field_write("policy", figures->policy, out);
    fputc(',', out);
    field_write("summary", figures->summary, out);
    fputc(',', out);
    field_write("version", figures->version, out);
    for (size_t i = 0; i < FIGURES; i++) {
        if (strcmp(list[i].group, group) == 0)
            fputc(',', out);
        else
            fprintf(out, "%s,\"%s\":{", *group ? "}" : "", list[i].group);
        group = list[i].group;
        figure_write_json(figures, &list[i], out);
    }
    fputs("}}\n", out);
}

static void metric_name_write(const struct figure *figure, FILE *out)
{
    fprintf(out, "tidemark_%s%s%s%s%s", figure->group, *figure->group ? "_" : "", figure->name,
            figure->unit->metric_suffix, figure->grows ? "_total" : "");
}

static void figure_write_metric(const struct figures *figures, const struct figure *figure,
                                FILE *out)
{
    uint64_t value = figure_value(figures, figure);
    if (value == FIGURE_NONE)
        return;
    fputs("# HELP ", out);
    metric_name_write(figure, out);
    fprintf(out, " %s\n# TYPE ", figure->help);
    metric_name_write(figure, out);
    fputs(figure->grows ? " counter\n" : " gauge\n", out);
    metric_name_write(figure, out);
    fputc(' ', out);
    number_write(value, figure->unit->metric_seconds, out);
    fputc('\n', out);
}

void figures_write_metrics(const void *subject, FILE *out)
{
    const struct figures *figures = subject;
    fputs("# HELP tidemark_info The policy and version of the server.\n# TYPE tidemark_info "
          "gauge\ntidemark_info{policy=",
          out);
    text_write(figures->policy, out);
    fputs(",version=", out);
    text_write(figures->version, out);
    fputs("} 1\n", out);
    for (size_t i = 0; i < FIGURES; i++)
        figure_write_metric(figures, &list[i], out);
}
