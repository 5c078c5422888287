/* request_source.h - the ids to request, and the times at which a trace has them.
 *
 * Up to 1,048,576 requests of a trace file (32 MiB) are read before the clock starts, because the
 * file may have to be decompressed. Generators are read 256 ids at a time.
 *
 * Where all times are whole seconds, as in access logs, the requests of a second are spread over it
 * evenly: four requests at 7 s are due at 7.00, 7.25, 7.50 and 7.75 s.
 */
#pragma once

#include "trace.h"

struct request_source {
    struct trace *ids; /* borrowed; NULL: every id is 0, without end */
    struct trace_request *ahead;
    size_t capacity, at, count;  /* of `ahead`: ahead[at] is the next one, of `count` */
    size_t tick_begin, tick_end; /* of `ahead`: the requests of the current second */
    bool ended, whole_seconds;
};

/* Reads ahead; request_source_close releases what it read. */
void request_source_open(struct request_source *source, struct trace *ids);
void request_source_close(struct request_source *source);
/* Takes the next id. False: there are no more. */
bool request_source_next(struct request_source *source, uint64_t *id);
/* The time of the next id in ns, since the trace's first one. False: there are no more. */
bool request_source_time(struct request_source *source, double *time_ns);
