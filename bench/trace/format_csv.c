/* format_csv.c - tables whose columns are named by the first line, or by --format. */
#include "csv.h"

const struct format format_csv = {
    .name = "csv",
    .summary = "columns named in the first line: id or key, perhaps time, size, ttl, op, op_count",
    .options =
        "csv:OPTIONS, such as csv:time_ms=1,id=2+3,size=4,op=5,count=6,block=4KiB: columns by "
        "number from 1 or by name; the time in seconds or as time_ms, time_us, time_ns; an id "
        "of several columns; delimiter=tab, semicolon, bar, comma or blank; block: one request "
        "for each block of this size that a row touches",
    .state_bytes = sizeof(struct csv),
    .has_header = true,
    .detect = csv_has_names,
    .start = csv_start,
    .stop = csv_stop,
    .read = csv_read,
};
