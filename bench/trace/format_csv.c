/* format_csv.c - tables whose columns are named by the first line, or by --format. */
#include "csv.h"

const struct format format_csv = {
    .name = "csv",
    .summary = "columns named in the first line: id or key, perhaps time, size, ttl, op, op_count",
    .options =
        "csv:id=COLUMN+COLUMN,time_ms=COLUMN,size=COLUMN,ttl=COLUMN,op=COLUMN,count=COLUMN,"
        "delimiter=blank,block=4KiB: columns by name or by number from 1; time (in seconds), "
        "time_ms, time_us, time_ns; block splits requests into blocks",
    .state_bytes = sizeof(struct csv),
    .has_header = true,
    .detect = csv_has_names,
    .start = csv_start,
    .stop = csv_stop,
    .read = csv_read,
};
