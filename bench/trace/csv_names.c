/* csv_names.c - the known names of columns and of options. */
#include "csv_names.h"

#include "csv.h"

#include "count_of.h"
#include "units.h"

/* clang-format off */
static const struct csv_name names[] = {
    {CSV_ID, "id", 0, BOTH}, {CSV_ID, "key", 0, BOTH}, {CSV_ID, "object", 0, BOTH},
    {CSV_ID, "obj_id", 0, BOTH}, {CSV_ID, "object_id", 0, BOTH}, {CSV_ID, "item", 0, BOTH},
    {CSV_ID, "url", 0, BOTH}, {CSV_ID, "user_id", 0, BOTH}, {CSV_ID, "anonymized key", 0, BOTH},
    {CSV_ID, "cachekey", 0, COLUMN}, {CSV_ID, "hashed_path_query", 0, COLUMN},
    {CSV_ID, "hashed_host_path_query", 0, COLUMN},
    {CSV_OFFSET, "offset", 1, BOTH}, {CSV_OFFSET, "io_offset", 1, COLUMN},
    {CSV_OFFSET, "sector", CSV_SECTOR, BOTH}, {CSV_OFFSET, "lbn", CSV_SECTOR, BOTH},
    {CSV_OFFSET, "lba", CSV_SECTOR, BOTH},
    {CSV_VOLUME, "volume", 0, COLUMN}, {CSV_VOLUME, "volume_id", 0, COLUMN}, {CSV_VOLUME, "device", 0, COLUMN},
    {CSV_VOLUME, "device_id", 0, COLUMN}, {CSV_VOLUME, "disk", 0, COLUMN}, {CSV_VOLUME, "disk_id", 0, COLUMN},
    {CSV_VOLUME, "hostname", 0, COLUMN}, {CSV_VOLUME, "disknumber", 0, COLUMN}, {CSV_VOLUME, "lun", 0, COLUMN},
    {CSV_VOLUME, "asu", 0, COLUMN}, {CSV_VOLUME, "block_id", 0, COLUMN}, {CSV_VOLUME, "rs_shard_id", 0, COLUMN},
    {CSV_TIME, "time", 0, BOTH}, {CSV_TIME, "timestamp", 0, BOTH}, {CSV_TIME, "ts", 0, BOTH},
    {CSV_TIME, "op_time", 1, COLUMN}, {CSV_TIME, "relative_unix", 1, COLUMN},
    {CSV_TIME, "time_s", 1, BOTH}, {CSV_TIME, "timestamp_s", 1, BOTH},
    {CSV_TIME, "time_ms", 1000, BOTH}, {CSV_TIME, "timestamp_ms", 1000, BOTH},
    {CSV_TIME, "time_us", 1000000, BOTH}, {CSV_TIME, "timestamp_us", 1000000, BOTH},
    {CSV_TIME, "time_ns", NS_PER_SECOND, BOTH}, {CSV_TIME, "timestamp_ns", NS_PER_SECOND, BOTH},
    {CSV_TIME, "time_100ns", 10000000, OPTION},
    {CSV_BYTES, "size", 1, BOTH}, {CSV_BYTES, "bytes", 1, BOTH}, {CSV_BYTES, "obj_size", 1, BOTH},
    {CSV_BYTES, "object_size", 1, BOTH}, {CSV_BYTES, "length", 1, BOTH},
    {CSV_BYTES, "value size", 1, BOTH}, {CSV_BYTES, "value_size", 1, BOTH},
    {CSV_BYTES, "objectsize", 1, COLUMN}, {CSV_BYTES, "response_size", 1, COLUMN},
    {CSV_BYTES, "io_size", 1, COLUMN}, {CSV_BYTES, "sectors", CSV_SECTOR, OPTION},
    {CSV_KEY_BYTES, "key size", 0, BOTH}, {CSV_KEY_BYTES, "key_size", 0, BOTH},
    {CSV_TTL, "ttl", 0, BOTH}, {CSV_TTL, "ttl_s", 0, BOTH},
    {CSV_OPERATION, "op", 0, BOTH}, {CSV_OPERATION, "operation", 0, BOTH},
    {CSV_OPERATION, "method", 0, BOTH}, {CSV_OPERATION, "op_name", 0, COLUMN},
    {CSV_OPERATION, "optype", 0, COLUMN}, {CSV_OPERATION, "opcode", 0, COLUMN},
    {CSV_OPERATION, "iotype", 0, COLUMN},
    {CSV_COUNT, "count", 0, OPTION}, {CSV_COUNT, "op_count", 0, BOTH},
};
/* clang-format on */

/* Units at the end of other names of columns with times. */
static const struct {
    const char *suffix;
    uint64_t ticks_per_s;
} suffixes[] = {{"_s", 1},        {"_ms", 1000},          {"(ms)", 1000},
                {"_us", 1000000}, {"(us)", 1000000},      {"(s)", 1},
                {"_sec", 1},      {"_ns", NS_PER_SECOND}, {"(ns)", NS_PER_SECOND}};

const struct csv_name *csv_name_of_column(struct field name)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].use != OPTION && field_is(name, names[i].name))
            return &names[i];
    return NULL;
}

const struct csv_name *csv_name_of_option(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].use != COLUMN && strcmp(names[i].name, name) == 0)
            return &names[i];
    return NULL;
}

uint64_t csv_ticks_of(struct field name)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].role == CSV_TIME && field_is(name, names[i].name))
            return names[i].unit;
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        size_t length = strlen(suffixes[i].suffix);
        if ((size_t)(name.end - name.at) > length &&
            field_is((struct field){name.end - length, name.end}, suffixes[i].suffix))
            return suffixes[i].ticks_per_s;
    }
    return 0;
}

bool csv_next_name(const char **at, struct field line, char delimiter, struct field *name)
{
    if (*at == NULL)
        return false;
    csv_field(at, line.end, delimiter, name);
    *at = *at < line.end ? *at + 1 : NULL;
    return true;
}

struct field csv_without_mark(struct field line)
{
    while (line.at < line.end && (*line.at == '#' || field_is_blank(*line.at)))
        line.at++;
    return line;
}
