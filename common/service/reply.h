/* reply.h - the answer to a request: status, headers and body. */
#pragma once

#include "record.h"

#include <stdio.h>

struct reply {
    unsigned status;
    const char *reason;
    const char *type;  /* of the content */
    const char *cache; /* the header x-cache: "hit" or "miss"; NULL: not sent */
    const char *allow; /* the header allow; NULL: not sent */
    struct span body;
    bool head;        /* send the length of the body, not the body */
    bool retry_after; /* send the header retry-after: 1 */
    /* What the body lies in; both NULL: a constant. */
    struct record *record; /* a reference */
    char *text;            /* from malloc */
};

/* Status 200 and an empty body. */
struct reply reply_begin(bool head);
/* Sends the record's body. Takes over the reference. */
void reply_record(struct reply *reply, struct record *record, const char *cache);
/* Sends what write(subject, out) writes. */
void reply_write(struct reply *reply, const char *type,
                 void (*write)(const void *subject, FILE *out), const void *subject);

/* Sends the allocator's dump, which it takes over; an empty one means that there is none. */
void reply_dump(struct reply *reply, char *text, size_t bytes);

enum failure {
    NO_FAILURE,
    BAD_ID,
    NO_USER,
    NO_PAGE,
    BAD_METHOD,
    NO_STATISTICS,
    ORIGIN_BROKEN,
    BAD_MESSAGE,   /* no Host, or its length can be read in two ways */
    BODY_UNWANTED, /* the request has a body */
    FIELDS_TOO_MANY,
    BUSY, /* too many such requests wait already */
};
/* Replaces status and body by those of the failure. A record or text is still to be released. */
void reply_fail(struct reply *reply, enum failure failure);

#define JSON_TYPE    "application/json"
#define METRICS_TYPE "text/plain; version=0.0.4"
