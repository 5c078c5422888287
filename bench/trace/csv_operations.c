/* csv_operations.c - the words that traces use for reads, writes and other operations.
 *
 * A read or a write is a request: a cache that fetches what it lacks holds the whole object
 * afterwards. The others change or delete an object that may not be there.
 */
#include "csv.h"

#include "count_of.h"

static const struct word {
    const char *word;
    enum csv_operation operation;
} words[] = {
    /* memcached, Redis, CacheLib */
    {"get", CSV_READ},
    {"gets", CSV_READ},
    {"gat", CSV_READ},
    {"gats", CSV_READ},
    {"mget", CSV_READ},
    {"multiget", CSV_READ},
    {"get_lease", CSV_READ},
    {"lease_get", CSV_READ},
    {"lease-get", CSV_READ},
    {"set", CSV_WRITE},
    {"add", CSV_WRITE},
    {"replace", CSV_WRITE},
    {"cas", CSV_WRITE},
    {"put", CSV_WRITE},
    {"set_lease", CSV_WRITE},
    {"lease_set", CSV_WRITE},
    {"lease-set", CSV_WRITE},
    {"setex", CSV_WRITE},
    {"append", CSV_NO_REQUEST},
    {"prepend", CSV_NO_REQUEST},
    {"delete", CSV_NO_REQUEST},
    {"del", CSV_NO_REQUEST},
    {"remove", CSV_NO_REQUEST},
    {"invalidate", CSV_NO_REQUEST},
    {"expire", CSV_NO_REQUEST},
    {"touch", CSV_NO_REQUEST},
    {"incr", CSV_NO_REQUEST},
    {"decr", CSV_NO_REQUEST},
    {"increment", CSV_NO_REQUEST},
    {"decrement", CSV_NO_REQUEST},
    {"update", CSV_NO_REQUEST},
    {"getchunkdata", CSV_READ},
    {"putchunk", CSV_WRITE},
    /* block devices; loads and stores; 0 and 1, of which both are requests, whichever is which */
    {"r", CSV_READ},
    {"w", CSV_WRITE},
    {"rs", CSV_READ},
    {"ra", CSV_READ},
    {"rm", CSV_READ},
    {"ws", CSV_WRITE},
    {"wm", CSV_WRITE},
    {"read", CSV_READ},
    {"write", CSV_WRITE},
    {"rd", CSV_READ},
    {"wr", CSV_WRITE},
    {"l", CSV_READ},
    {"s", CSV_WRITE},
    {"load", CSV_READ},
    {"store", CSV_WRITE},
    {"0", CSV_READ},
    {"1", CSV_WRITE},
    {"d", CSV_NO_REQUEST},
    {"discard", CSV_NO_REQUEST},
    {"trim", CSV_NO_REQUEST},
    {"flush", CSV_NO_REQUEST},
    {"sync", CSV_NO_REQUEST},
    /* SCSI: READ and WRITE with 6, 10, 12 and 16 bytes */
    {"08", CSV_READ},
    {"0a", CSV_WRITE},
    {"28", CSV_READ},
    {"2a", CSV_WRITE},
    {"a8", CSV_READ},
    {"aa", CSV_WRITE},
    {"88", CSV_READ},
    {"8a", CSV_WRITE},
    {"35", CSV_NO_REQUEST},
    {"91", CSV_NO_REQUEST},
    {"42", CSV_NO_REQUEST},
    /* HTTP */
    {"head", CSV_READ},
    {"post", CSV_NO_REQUEST},
    {"patch", CSV_NO_REQUEST},
    {"options", CSV_NO_REQUEST},
    {"connect", CSV_NO_REQUEST},
    {"purge", CSV_NO_REQUEST},
    {"copy", CSV_NO_REQUEST},
};

/* Moves past the start. */
static bool begins(struct field *field, const char *start)
{
    if (!field_begins(*field, start))
        return false;
    field->at += strlen(start);
    return true;
}

/* "REST.GET.OBJECT" is a GET, as in S3's log; "getChunkData.NotInitialized" is what is before the
 * dot; "0x2a" is 2a. False: it has other parts, and is no request. */
static bool strip(struct field *field)
{
    bool rest = begins(field, "rest.");
    const char *dot = memchr(field->at, '.', (size_t)(field->end - field->at));
    if (dot == NULL) {
        begins(field, "0x");
        return true;
    }
    bool is_object = field_is((struct field){dot + 1, field->end}, "object");
    field->end = dot;
    return !rest || is_object;
}

enum csv_operation csv_operation_find(struct field field)
{
    if (!strip(&field))
        return CSV_NO_REQUEST;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (field_is(field, words[i].word))
            return words[i].operation;
    return CSV_OTHER;
}

enum csv_operation csv_operation(struct csv *csv, struct field field)
{
    size_t length = (size_t)(field.end - field.at);
    if (length == 0 || length > CSV_KNOWN_OPERATION_BYTES)
        return csv_operation_find(field);
    size_t slot = ((unsigned char)field.at[length - 1] + length * 5) % CSV_KNOWN_OPERATIONS;
    struct csv_known_operation *known = &csv->known[slot];
    if (known->length != length || memcmp(known->text, field.at, length) != 0) {
        known->length = (unsigned char)length;
        known->operation = (unsigned char)csv_operation_find(field);
        memcpy(known->text, field.at, length);
    }
    return (enum csv_operation)known->operation;
}
