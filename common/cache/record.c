/* record.c - a header of 8 bytes, the key unless the body contains it, the body, and the address of
 * an attachment if there is one. */
#include "record.h"

#include "xmalloc.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#define COUNT_BITS      24
#define COUNT_MASK      ((UINT32_C(1) << COUNT_BITS) - 1)
#define KEY_AT_MAX      UINT8_MAX
#define LABEL_KEY_BYTES 24

struct record {
    atomic_uint_least32_t
        count_and_key; /* references in the low bits, the key's length in the high ones */
    uint32_t body_bytes : 30;
    uint32_t key_in_body : 1;    /* one byte before the body has its offset */
    uint32_t has_attachment : 1; /* the attachment's address follows the body */
    char bytes[];
};

static size_t record_key_bytes(const struct record *record)
{
    return atomic_load_explicit(&record->count_and_key, memory_order_relaxed) >> COUNT_BITS;
}

/* Bytes between the header and the body. */
static size_t record_lead_bytes(const struct record *record)
{
    return record->key_in_body ? 1 : record_key_bytes(record);
}

struct record *record_create(struct memory_zone *zone, struct span key, struct span body,
                             size_t key_at)
{
    assert(key.count <= RECORD_KEY_BYTES_MAX && body.count <= RECORD_BODY_BYTES_MAX);
    bool inside = key_at <= KEY_AT_MAX;
    size_t lead = inside ? 1 : key.count;
    struct record *record = memory_alloc(zone, sizeof *record + lead + body.count);
    atomic_init(&record->count_and_key, ((uint32_t)key.count << COUNT_BITS) | 1);
    record->body_bytes = (uint32_t)body.count & RECORD_BODY_BYTES_MAX;
    record->key_in_body = inside;
    record->has_attachment = false;
    if (inside)
        record->bytes[0] = (char)key_at;
    else
        memcpy(record->bytes, key.bytes, key.count);
    memcpy(record->bytes + lead, body.bytes, body.count);
    return record;
}

struct span record_body(const struct record *record)
{
    return (struct span){record->bytes + record_lead_bytes(record), record->body_bytes};
}

struct span record_key(const struct record *record)
{
    const char *key =
        record->key_in_body ? record->bytes + 1 + (unsigned char)record->bytes[0] : record->bytes;
    return (struct span){key, record_key_bytes(record)};
}

uint32_t record_references(const struct record *record)
{
    return atomic_load_explicit(&record->count_and_key, memory_order_relaxed) & COUNT_MASK;
}

size_t record_bytes(const struct record *record)
{
    return memory_usable(record);
}

void record_hold(struct record *record)
{
    uint32_t before =
        atomic_fetch_add_explicit(&record->count_and_key, 1, memory_order_relaxed) & COUNT_MASK;
    if (before == COUNT_MASK)
        die_of("too many references to a record");
}

bool record_hold_if_alive(struct record *record)
{
    uint32_t seen = atomic_load_explicit(&record->count_and_key, memory_order_relaxed);
    do {
        if ((seen & COUNT_MASK) == 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&record->count_and_key, &seen, seen + 1,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

bool record_drop(struct record *record)
{
    uint32_t before =
        atomic_fetch_sub_explicit(&record->count_and_key, 1, memory_order_acq_rel) & COUNT_MASK;
    assert(before > 0);
    return before == 1;
}

/* Without the attachment's address. */
static size_t record_plain_bytes(const struct record *record)
{
    return sizeof *record + record_lead_bytes(record) + record->body_bytes;
}

struct record *record_attach(struct record *record, struct memory_zone *zone,
                             struct attachment *attachment)
{
    size_t bytes = record_plain_bytes(record);
    struct record *again = memory_alloc(zone, bytes + sizeof attachment);
    memcpy((char *)again, (const char *)record, bytes);
    memcpy((char *)again + bytes, &attachment, sizeof attachment);
    again->has_attachment = true;
    memory_free(record);
    return again;
}

static struct attachment *record_attachment(const struct record *record)
{
    struct attachment *attachment = NULL;
    if (record->has_attachment)
        memcpy(&attachment, (const char *)record + record_plain_bytes(record), sizeof attachment);
    return attachment;
}

void record_free(struct record *record)
{
    struct attachment *attachment = record_attachment(record);
    if (attachment)
        attachment->record_freed(attachment);
    memory_free(record);
}

static void record_refers(const void *object, struct visit *visit)
{
    const struct attachment *attachment = record_attachment(object);
    if (attachment && attachment->kind)
        visit_refer(visit, attachment->kind, attachment->object);
}

/* The key in quotes, shortened; bytes that are not printable ASCII or need escaping become dots. */
static void record_label(const void *object, char label[KIND_LABEL_BYTES])
{
    struct span key = record_key(object);
    size_t count = key.count < LABEL_KEY_BYTES ? key.count : LABEL_KEY_BYTES;
    char *end = label;
    *end++ = '"';
    for (size_t i = 0; i < count; i++) {
        bool plain =
            key.bytes[i] > ' ' && key.bytes[i] <= '~' && strchr("\"\\", key.bytes[i]) == NULL;
        *end++ = plain ? key.bytes[i] : '.';
    }
    strcpy(end, count < key.count ? "...\"" : "\"");
}

const struct kind record_kind = {"record", record_refers, record_label};
