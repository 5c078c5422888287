/* user.c - writes the JSON body of a user. */
#include "user.h"

#include "json_text.h"

#include <string.h>

#define STACK_BYTES 16384 /* enough for every generated user */

/* A field of the body and the text before it. The id comes first, so that its offset is known. */
struct part {
    struct span before;
    size_t offset; /* of the field in a struct user */
};

#define PART(before, field)                                                                        \
    {                                                                                              \
        {before, sizeof before - 1}, offsetof(struct user, field)                                  \
    }

static const struct part parts[] = {
    PART("{\"user_id\":\"", id),    PART("\",\"name\":\"", name),
    PART("\",\"email\":\"", email), PART("\",\"address\":\"", address),
    PART("\",\"desc\":\"", desc),
};

static const struct span ending = {"\"}", 2};

#define PARTS (sizeof parts / sizeof parts[0])

static struct span part_text(const struct user *user, const struct part *part)
{
    return *(const struct span *)((const char *)user + part->offset);
}

static char *span_put(char *at, struct span text)
{
    memcpy(at, text.bytes, text.count);
    return at + text.count;
}

/* An upper bound of the bytes that user_render writes. */
static size_t user_room(const struct user *user)
{
    size_t room = ending.count;
    for (size_t i = 0; i < PARTS; i++)
        room += parts[i].before.count + JSON_ROOM(part_text(user, &parts[i]).count);
    return room;
}

static size_t user_render(const struct user *user, char *body)
{
    char *at = body;
    for (size_t i = 0; i < PARTS; i++)
        at = json_put(span_put(at, parts[i].before), part_text(user, &parts[i]));
    return (size_t)(span_put(at, ending) - body);
}

struct record *user_record(const struct user *user, struct memory_zone *zone)
{
    char small[STACK_BYTES];
    size_t room = user_room(user);
    if (room > RECORD_BODY_BYTES_MAX)
        return NULL;
    char *body = room <= sizeof small ? small : memory_alloc(zone, room);
    struct span rendered = {body, user_render(user, body)};
    size_t key_at = json_verbatim(user->id) ? parts[0].before.count : KEY_APART;
    struct record *record = record_create(zone, user->id, rendered, key_at);
    if (body != small)
        memory_free(body);
    return record;
}
