/* request_source.c - reads ids ahead, and seconds apart. */
#include "request_source.h"

#include "units.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_ENDLESS 256     /* while the clock runs: microseconds */
#define ROOM_FILE    1048576 /* 32 MiB at most, before the clock starts */
#define READ_LATER   256     /* at a time, once the clock runs */

static bool is_file(const struct request_source *source)
{
    return source->room == ROOM_FILE;
}

/* Up to so many more, behind those that are still ahead. */
static void request_source_read(struct request_source *source, size_t count)
{
    size_t left = source->count - source->at, got;

    if (source->count + count > source->room) {
        memmove(source->ahead, source->ahead + source->at, left * sizeof *source->ahead);
        source->tick_begin -= source->at < source->tick_begin ? source->at : source->tick_begin;
        source->tick_end -= source->at < source->tick_end ? source->at : source->tick_end;
        source->at = 0;
        source->count = left;
    }
    if (count > source->room - source->count)
        count = source->room - source->count;
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

int request_source_open(struct request_source *source, struct trace *ids)
{
    *source = (struct request_source){.ids = ids};
    if (ids == NULL)
        return 0;
    source->room = trace_is_endless(ids) ? ROOM_ENDLESS : ROOM_FILE;
    source->ahead = calloc(source->room, sizeof *source->ahead);
    if (source->ahead == NULL)
        return -1;
    request_source_read(source, source->room);
    source->whole_seconds = is_file(source) && trace_is_timed(ids) && times_are_whole(source);
    return 0;
}

void request_source_close(struct request_source *source)
{
    free(source->ahead);
}

static bool request_source_more(struct request_source *source)
{
    if (source->at == source->count && !source->ended)
        request_source_read(source, READ_LATER);
    return source->at < source->count;
}

bool request_source_take(struct request_source *source, uint64_t *id)
{
    *id = 0;
    if (source->ids == NULL)
        return true;
    if (!request_source_more(source))
        return false;
    *id = source->ahead[source->at++].id;
    return true;
}

/* Finds where the second at hand ends, reading on until it does. (A second of over a million
 * requests is spread a million at a time.) */
static void tick_find(struct request_source *source)
{
    uint64_t time_ns = source->ahead[source->at].time_ns;

    source->tick_begin = source->tick_end = source->at;
    for (;;) {
        while (source->tick_end < source->count &&
               source->ahead[source->tick_end].time_ns == time_ns)
            source->tick_end++;
        if (source->tick_end < source->count || source->ended ||
            (source->count == source->room && source->at == 0))
            return;
        request_source_read(source, READ_LATER);
    }
}

bool request_source_time(struct request_source *source, double *time_ns)
{
    if (!request_source_more(source))
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
