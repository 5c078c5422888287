/* feed.c - reads ids ahead, and seconds apart. */
#include "feed.h"

#include "units.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_ENDLESS 256     /* while the clock runs: microseconds */
#define ROOM_FILE    1048576 /* 32 MiB at most, before the clock starts */
#define READ_LATER   256     /* at a time, once the clock runs */

static bool is_file(const struct feed *feed)
{
    return feed->room == ROOM_FILE;
}

/* Up to so many more, behind those that are still ahead. */
static void feed_read(struct feed *feed, size_t count)
{
    size_t left = feed->count - feed->at, got;

    if (feed->count + count > feed->room) {
        memmove(feed->ahead, feed->ahead + feed->at, left * sizeof *feed->ahead);
        feed->tick_begin -= feed->at < feed->tick_begin ? feed->at : feed->tick_begin;
        feed->tick_end -= feed->at < feed->tick_end ? feed->at : feed->tick_end;
        feed->at = 0;
        feed->count = left;
    }
    if (count > feed->room - feed->count)
        count = feed->room - feed->count;
    got = trace_read(feed->ids, feed->ahead + feed->count, count);
    feed->count += got;
    feed->ended = got < count;
}

static bool times_are_whole(const struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++)
        if (feed->ahead[i].time_ns % NS_PER_SECOND != 0)
            return false;
    return true;
}

int feed_open(struct feed *feed, struct trace *ids)
{
    *feed = (struct feed){.ids = ids};
    if (ids == NULL)
        return 0;
    feed->room = trace_is_endless(ids) ? ROOM_ENDLESS : ROOM_FILE;
    feed->ahead = calloc(feed->room, sizeof *feed->ahead);
    if (feed->ahead == NULL)
        return -1;
    feed_read(feed, feed->room);
    feed->whole_seconds = is_file(feed) && trace_is_timed(ids) && times_are_whole(feed);
    return 0;
}

void feed_close(struct feed *feed)
{
    free(feed->ahead);
}

static bool feed_more(struct feed *feed)
{
    if (feed->at == feed->count && !feed->ended)
        feed_read(feed, READ_LATER);
    return feed->at < feed->count;
}

bool feed_take(struct feed *feed, uint64_t *id)
{
    *id = 0;
    if (feed->ids == NULL)
        return true;
    if (!feed_more(feed))
        return false;
    *id = feed->ahead[feed->at++].id;
    return true;
}

/* Finds where the second at hand ends, reading on until it does. (A second of over a million
 * requests is spread a million at a time.) */
static void tick_find(struct feed *feed)
{
    uint64_t time_ns = feed->ahead[feed->at].time_ns;

    feed->tick_begin = feed->tick_end = feed->at;
    for (;;) {
        while (feed->tick_end < feed->count && feed->ahead[feed->tick_end].time_ns == time_ns)
            feed->tick_end++;
        if (feed->tick_end < feed->count || feed->ended ||
            (feed->count == feed->room && feed->at == 0))
            return;
        feed_read(feed, READ_LATER);
    }
}

bool feed_time(struct feed *feed, double *time_ns)
{
    if (!feed_more(feed))
        return false;
    *time_ns = (double)feed->ahead[feed->at].time_ns;
    if (!feed->whole_seconds)
        return true;
    if (feed->at >= feed->tick_end || feed->at < feed->tick_begin)
        tick_find(feed);
    *time_ns += (double)NS_PER_SECOND * (double)(feed->at - feed->tick_begin) /
                (double)(feed->tick_end - feed->tick_begin);
    return true;
}
