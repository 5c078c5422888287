/* request_source.c - reads requests ahead, and spreads those of a whole second. */
#include "request_source.h"

#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define READ_AHEAD_GENERATOR 256
#define READ_AHEAD_FILE      1048576
#define READ_LATER           256 /* at a time, once the clock runs: takes microseconds */

static bool is_file(const struct request_source *source)
{
    return source->capacity == READ_AHEAD_FILE;
}

/* Reads up to `count` more behind those that are left. */
static void request_source_read(struct request_source *source, size_t count)
{
    size_t left = source->count - source->at, got;
    if (source->count + count > source->capacity) {
        memmove(source->ahead, source->ahead + source->at, left * sizeof *source->ahead);
        source->tick_begin -= source->at < source->tick_begin ? source->at : source->tick_begin;
        source->tick_end -= source->at < source->tick_end ? source->at : source->tick_end;
        source->at = 0;
        source->count = left;
    }
    if (count > source->capacity - source->count)
        count = source->capacity - source->count;
    got = trace_read(source->ids, source->ahead + source->count, count);
    source->count += got;
    source->ended = got < count;
}

static bool times_are_whole(const struct request_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        if (source->ahead[i].time_ns % NS_PER_SECOND != 0)
            return false;
    return true;
}

void request_source_open(struct request_source *source, struct trace *ids)
{
    *source = (struct request_source){.ids = ids};
    if (ids == NULL)
        return;
    source->capacity = trace_is_endless(ids) ? READ_AHEAD_GENERATOR : READ_AHEAD_FILE;
    source->ahead = xcalloc(source->capacity, sizeof *source->ahead);
    request_source_read(source, source->capacity);
    trace_judge(ids);
    source->whole_seconds = is_file(source) && trace_is_timed(ids) && times_are_whole(source);
}

void request_source_close(struct request_source *source)
{
    free(source->ahead);
}

static bool request_source_has_next(struct request_source *source)
{
    if (source->at == source->count && !source->ended)
        request_source_read(source, READ_LATER);
    return source->at < source->count;
}

bool request_source_next(struct request_source *source, uint64_t *id)
{
    *id = 0;
    if (source->ids == NULL)
        return true;
    if (!request_source_has_next(source))
        return false;
    *id = source->ahead[source->at++].id;
    return true;
}

/* Finds the end of the current second, and reads on as far as needed. (A second with more requests
 * than the capacity is spread one capacity at a time.) */
static void tick_find(struct request_source *source)
{
    uint64_t time_ns = source->ahead[source->at].time_ns;
    source->tick_begin = source->tick_end = source->at;
    for (;;) {
        while (source->tick_end < source->count &&
               source->ahead[source->tick_end].time_ns == time_ns)
            source->tick_end++;
        if (source->tick_end < source->count || source->ended ||
            (source->count == source->capacity && source->at == 0))
            return;
        request_source_read(source, READ_LATER);
    }
}

bool request_source_time(struct request_source *source, double *time_ns)
{
    if (!request_source_has_next(source))
        return false;
    *time_ns = (double)source->ahead[source->at].time_ns;
    if (!source->whole_seconds)
        return true;
    if (source->at >= source->tick_end || source->at < source->tick_begin)
        tick_find(source);
    *time_ns += (double)NS_PER_SECOND * (double)(source->at - source->tick_begin) /
                (double)(source->tick_end - source->tick_begin);
    return true;
}
