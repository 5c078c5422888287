/* format_vscsi.c - vscsiStats' binary traces of virtual disks (CloudPhysics), versions 1 and 2.
 *
 * A record is little-endian. Version 1: u32 serial number, u32 bytes, u32 segments, u16 command,
 * u16 version, u64 sector, u64 microseconds. Version 2: u16 command, u16 version, u32 serial
 * number, u32 bytes, u32 segments, u64 sector, u64 microseconds, u64 response time. The high byte
 * of the version is 1 or 2. Commands that read or write are requests; the id is the sector.
 */
#include "csv.h"
#include "record_fields.h"

#include "units.h"

#include <stdio.h>

#define RECORDS_CHECKED 8

enum version { VERSION_1 = 1, VERSION_2 = 2 };

/* Where the fields of a record are. */
static const struct layout {
    size_t record_bytes, bytes, command, version, sector, time;
} layouts[] = {
    [VERSION_1] = {32, 4, 12, 14, 16, 24},
    [VERSION_2] = {40, 8, 0, 2, 16, 24},
};

struct vscsi {
    const struct layout *layout; /* NULL: not known yet */
    uint32_t block_bytes;        /* 0: requests are not split */
    struct expansion expansion;
};

static enum csv_operation operation_of(const char *record, const struct layout *layout)
{
    char word[8];
    int length = snprintf(word, sizeof word, "%02x", record_u16(record + layout->command));
    return csv_operation_find((struct field){word, word + length});
}

/* Whether the first records have this version; the first one must read or write. */
static bool has_version(const char *bytes, size_t count, enum version version)
{
    const struct layout *layout = &layouts[version];
    size_t records = count / layout->record_bytes;
    for (size_t i = 0; i < records && i < RECORDS_CHECKED; i++)
        if (record_u16(bytes + i * layout->record_bytes + layout->version) >> 8 != version)
            return false;
    return records > 0 && operation_of(bytes, layout) < CSV_NO_REQUEST;
}

static const struct layout *find_layout(const char *bytes, size_t count)
{
    for (enum version version = VERSION_2; version >= VERSION_1; version--)
        if (has_version(bytes, count, version))
            return &layouts[version];
    return NULL;
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    return find_layout(bytes, count) != NULL;
}

static int start(struct reader *reader, const char *options)
{
    struct vscsi *vscsi = reader->state;
    static const char block[] = "block=";
    uint64_t bytes = 0;
    reader_fill(reader, RECORDS_CHECKED * layouts[VERSION_2].record_bytes);
    vscsi->layout = find_layout(reader->input.at, (size_t)(reader->input.end - reader->input.at));
    if (vscsi->layout == NULL)
        return error_set(reader->source.error,
                         "%s: it is no trace of vscsiStats with version 1 or 2", reader->name);
    if (options == NULL)
        return 0;
    if (strncmp(options, block, sizeof block - 1) != 0 ||
        units_parse_size(options + sizeof block - 1, &bytes) != 0 || bytes == 0 ||
        bytes > UINT32_MAX)
        return error_set(reader->source.error,
                         "--format vscsi:%s: write, for example, "
                         "vscsi:block=4KiB",
                         options);
    vscsi->block_bytes = (uint32_t)bytes;
    return 0;
}

/* False: the record is no request. */
static bool take_record(struct reader *reader, const char *record)
{
    struct vscsi *vscsi = reader->state;
    const struct layout *layout = vscsi->layout;
    enum csv_operation operation = operation_of(record, layout);
    uint64_t sector = record_u64(record + layout->sector), us = record_u64(record + layout->time);
    if (operation >= CSV_NO_REQUEST)
        return reader_skip(reader, operation == CSV_OTHER ? "other operations"
                                                          : "neither read nor stored") != 0;
    vscsi->expansion = (struct expansion){
        .times = 1,
        .request = {.id = sector,
                    .time_ns = reader_time(reader, us / 1000000, us % 1000000 * NS_PER_US),
                    .bytes = trace_bytes(record_u32(record + layout->bytes))}};
    if (vscsi->block_bytes > 0)
        expansion_split(&vscsi->expansion, sector * CSV_SECTOR, vscsi->block_bytes);
    return true;
}

static size_t read_vscsi(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct vscsi *vscsi = reader->state;
    size_t got = expansion_take(&vscsi->expansion, requests, count);
    while (got < count && reader_records(reader, vscsi->layout->record_bytes, 1) == 1) {
        reader->line++;
        if (take_record(reader, reader->input.at))
            got += expansion_take(&vscsi->expansion, requests + got, count - got);
        reader->input.at += vscsi->layout->record_bytes;
    }
    return got;
}

const struct format format_vscsi = {
    .name = "vscsi",
    .summary = "vscsiStats' records of virtual disks (CloudPhysics), versions 1 and 2",
    .options = BLOCK_OPTION("vscsi"),
    .state_bytes = sizeof(struct vscsi),
    .binary = true,
    .detect = detect,
    .start = start,
    .read = read_vscsi,
};
