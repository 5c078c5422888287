/* request_target.h - parses the target of a request: "/users/42?x" -> user 42. */
#pragma once

#include "record.h"

enum request_target_kind {
    TARGET_NONE,   /* there is no such endpoint */
    TARGET_BAD_ID, /* a user whose id is empty, too long, not decodable or not UTF-8 */
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

/* `path` is as it was sent, with percent-encoding and query: "/users/1?x" or "http://host/users/1".
 */
void request_target_parse(struct request_target *target, struct span path);
