/* request_target.h - what a request's path asks for. */
#ifndef REQUEST_TARGET_H
#define REQUEST_TARGET_H

#include "record.h"

enum request_target_kind {
    TARGET_NOTHING, /* there is no such page */
    TARGET_BAD_ID,  /* a user whose id is empty, too long or not decodable */
    TARGET_USER,
    TARGET_RANDOM_USER,
    TARGET_STATS,
    TARGET_METRICS,
    TARGET_JEMALLOC,
};

struct request_target {
    enum request_target_kind kind;
    size_t id_count;
    char id[RECORD_KEY_BYTES_MAX]; /* decoded */
};

/* The path as it was sent, percent signs and query included. An id is any UTF-8 text. */
void request_target_parse(struct request_target *target, struct span path);

#endif
