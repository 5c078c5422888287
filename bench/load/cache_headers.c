/* cache_headers.c - takes lists apart and looks their words up. */
#include "cache_headers.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Words that hold one of these as a part: TCP_HIT, RefreshHit, TCP_REFRESH_MISS, hit-for-pass. The
 * first that is found decides. */
static const struct {
    const char *part;
    enum cache_word word;
} parts[] = {
    {"miss", CACHE_FETCHED},
    {"pass", CACHE_FETCHED}, /* also nginx's and Cloudflare's BYPASS */
    {"hit", CACHE_SERVED},
    {"refresh_unmodified", CACHE_SERVED},
    {"refresh_modified", CACHE_FETCHED},
    {"refresh_fail_old", CACHE_SERVED},
    {"stale", CACHE_SERVED},
    {"updating", CACHE_SERVED},
    {"revalidated", CACHE_SERVED},
    {"expired", CACHE_FETCHED},
    {"dynamic", CACHE_FETCHED},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool has_part(struct span word, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= word.count; i++)
        if (strncasecmp(word.bytes + i, part, length) == 0)
            return true;
    return false;
}

static bool is_word(struct span word, const char *text)
{
    return word.count == strlen(text) && strncasecmp(word.bytes, text, word.count) == 0;
}

static enum cache_word word_read(struct span word)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (has_part(word, parts[i].part))
            return parts[i].word;
    return CACHE_UNKNOWN;
}

/* Cuts off what stands before the separator, outside of quotes, and trims it. False: there is no
 * more. */
static bool part_take(struct span *rest, char separator, struct span *part)
{
    size_t count = 0;
    bool quoted = false;
    if (rest->count == 0)
        return false;
    for (; count < rest->count && (quoted || rest->bytes[count] != separator); count++) {
        if (quoted && rest->bytes[count] == '\\' && count + 1 < rest->count)
            count++;
        else if (rest->bytes[count] == '"')
            quoted = !quoted;
    }
    *part = (struct span){rest->bytes, count};
    rest->bytes += count + (count < rest->count);
    rest->count -= count + (count < rest->count);
    while (part->count > 0 && is_blank(part->bytes[0]))
        part->bytes++, part->count--;
    while (part->count > 0 && is_blank(part->bytes[part->count - 1]))
        part->count--;
    return true;
}

/* Served by one cache is served. */
static enum cache_word stronger(enum cache_word one, enum cache_word other)
{
    if (one == CACHE_SERVED || other == CACHE_SERVED)
        return CACHE_SERVED;
    return one == CACHE_UNKNOWN ? other : one;
}

/* The first word that is known: "Hit from cloudfront", "TCP HIT". A host's name is none. */
static enum cache_word item_read(struct span item)
{
    enum cache_word found = CACHE_UNKNOWN;
    struct span word;
    while (found == CACHE_UNKNOWN && part_take(&item, ' ', &word) && !is_word(word, "from"))
        found = word_read(word);
    return found;
}

/* What all caches of a list say together, each read by itself. */
static enum cache_word list_read(struct span list, enum cache_word (*read)(struct span item))
{
    enum cache_word all = CACHE_UNKNOWN;
    struct span item;
    while (part_take(&list, ',', &item))
        all = stronger(all, read(item));
    return all;
}

enum cache_word cache_words_read(struct span value)
{
    return list_read(value, item_read);
}

static bool is_named(struct span part, const char *name)
{
    size_t length = strlen(name);
    return part.count >= length && memcmp(part.bytes, name, length) == 0 &&
           (part.count == length || part.bytes[length] == '=');
}

static bool is_false(struct span part)
{
    return part.count >= 2 && memcmp(part.bytes + part.count - 2, "?0", 2) == 0;
}

/* `Name; parameter; parameter=value`: what one cache says. */
static enum cache_word member_read(struct span member)
{
    enum cache_word word = CACHE_UNKNOWN;
    struct span part;
    part_take(&member, ';', &part);
    while (part_take(&member, ';', &part)) {
        if (is_named(part, "hit") && !is_false(part))
            return CACHE_SERVED;
        if (is_named(part, "fwd"))
            word = CACHE_FETCHED;
    }
    return word;
}

enum cache_word cache_status_read(struct span value)
{
    return list_read(value, member_read);
}

enum cache_word cache_age_read(struct span value)
{
    bool positive = false;
    for (size_t i = 0; i < value.count; i++) {
        if (value.bytes[i] < '0' || value.bytes[i] > '9')
            return CACHE_UNKNOWN;
        positive |= value.bytes[i] != '0';
    }
    return positive ? CACHE_SERVED : CACHE_UNKNOWN;
}
