/* reply.c - fills in replies; a table of the error replies. */
#include "reply.h"

#include "xmalloc.h"

struct row {
    unsigned status;
    const char *reason;
    struct span body;
};

#define ROW(status, reason, text)                                                                  \
    {                                                                                              \
        status, reason,                                                                            \
        {                                                                                          \
            "{\"error\":\"" text "\"}\n", sizeof "{\"error\":\"" text "\"}\n" - 1                  \
        }                                                                                          \
    }

static const struct row failures[] = {
    [BAD_ID] = ROW(400, "Bad Request", "a user id is 1 to 128 bytes of UTF-8, percent-encoded"),
    [NO_USER] = ROW(404, "Not Found", "there is no such user"),
    [NO_PAGE] = ROW(404, "Not Found",
                    "the endpoints are /users/{id}, /users/random, /stats, /metrics and /jemalloc"),
    [BAD_METHOD] = ROW(405, "Method Not Allowed", "the methods are GET and HEAD"),
    [NO_STATISTICS] = ROW(501, "Not Implemented", "this allocator has no statistics"),
    [ORIGIN_BROKEN] = ROW(502, "Bad Gateway", "the origin cannot be read"),
    [BAD_MESSAGE] =
        ROW(400, "Bad Request", "a request needs a Host, and must not have two lengths"),
    [BODY_UNWANTED] = ROW(413, "Content Too Large", "requests have no body here"),
    [FIELDS_TOO_MANY] = ROW(431, "Request Header Fields Too Large", "too many header fields"),
    [BUSY] = ROW(503, "Service Unavailable", "too many such requests wait already; try again"),
};

struct reply reply_begin(bool head)
{
    return (struct reply){.status = 200, .reason = "OK", .type = JSON_TYPE, .head = head};
}

void reply_record(struct reply *reply, struct record *record, const char *cache)
{
    reply->record = record;
    reply->body = record_body(record);
    reply->cache = cache;
}

void reply_write(struct reply *reply, const char *type,
                 void (*write)(const void *subject, FILE *out), const void *subject)
{
    FILE *out = xmemstream(&reply->text, &reply->body.count);
    write(subject, out);
    fclose(out);
    reply->body.bytes = reply->text;
    reply->type = type;
}

void reply_dump(struct reply *reply, char *text, size_t bytes)
{
    reply->text = text;
    reply->body = (struct span){text, bytes};
    if (bytes == 0)
        reply_fail(reply, NO_STATISTICS);
}

void reply_fail(struct reply *reply, enum failure failure)
{
    const struct row *row = &failures[failure];
    reply->status = row->status;
    reply->reason = row->reason;
    reply->body = row->body;
    if (failure == BAD_METHOD)
        reply->allow = "GET, HEAD";
    reply->retry_after = failure == BUSY;
}
