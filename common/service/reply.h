/* reply.h - what a request is answered with. */
#ifndef REPLY_H
#define REPLY_H

#include "record.h"

#include <stdio.h>

struct reply {
    unsigned status;
    const char *reason;
    const char *type;  /* of the content */
    const char *cache; /* "hit" or "miss"; NULL where no user was asked for */
    const char *allow; /* NULL, or the methods that are allowed */
    struct span body;
    bool head; /* the body is not to be sent, only its length */
    /* What the body lies in; NULL: it was not made for this reply. */
    struct record *record; /* a reference */
    char *text;            /* from malloc */
};

/* 200, and no body yet. */
struct reply reply_begin(bool head);
/* The record's body; takes the reference over. */
void reply_record(struct reply *reply, struct record *record, const char *cache);
/* What `write` writes about the subject. */
void reply_write(struct reply *reply, const char *type,
                 void (*write)(const void *subject, FILE *out), const void *subject);

enum complaint {
    BAD_ID,
    NO_USER,
    NO_PAGE,
    BAD_METHOD,
    NO_STATISTICS,
    ORIGIN_BROKEN,
};
/* In place of what the reply was going to be. What it holds is still to be released. */
void reply_complain(struct reply *reply, enum complaint complaint);

#define JSON_TYPE    "application/json"
#define METRICS_TYPE "text/plain; version=0.0.4"

#endif
