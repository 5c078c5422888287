/* request_source.h - which id is asked for next, and when the trace has it.
 *
 * A trace that ends (a file) is read ahead before the clock starts, as far as there is room; it may
 * have to be unpacked. Generators make ids faster than they are asked for, a few at a time.
 *
 * Where all times are whole seconds, as in access logs, a second's requests are spread over it
 * evenly: nobody made them all at once.
 */
#ifndef REQUEST_SOURCE_H
#define REQUEST_SOURCE_H

#include "trace.h"

struct request_source {
    struct trace *ids; /* borrowed; NULL: every id is 0, and there is no end */
    struct trace_request *ahead;
    size_t room, at, count;      /* of those ahead: the next one, and how many there are */
    size_t tick_begin, tick_end; /* those of the second at hand */
    bool ended, whole_seconds;
};

/* 0, or -1: out of memory. request_source_close in either case. */
int request_source_open(struct request_source *source, struct trace *ids);
void request_source_close(struct request_source *source);
/* False: there are no more. */
bool request_source_take(struct request_source *source, uint64_t *id);
/* When the trace has the next one, since its first. False: there are no more. */
bool request_source_time(struct request_source *source, double *time_ns);

#endif
