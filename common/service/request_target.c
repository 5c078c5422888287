/* request_target.c - compares the path with the endpoints; decodes and validates a user's id. */
#include "request_target.h"

#include "utf8.h"

#include <string.h>
#include <strings.h>

struct endpoint {
    struct span path;
    enum request_target_kind kind;
};

#define ENDPOINT(path, kind)                                                                       \
    {                                                                                              \
        {path, sizeof path - 1}, kind                                                              \
    }

static const struct span users = {"/users/", 7};

static const struct endpoint endpoints[] = {
    ENDPOINT("/users/random", TARGET_RANDOM_USER),
    ENDPOINT("/users/", TARGET_BAD_ID),
    ENDPOINT("/stats", TARGET_STATS),
    ENDPOINT("/metrics", TARGET_METRICS),
    ENDPOINT("/jemalloc", TARGET_JEMALLOC),
};

#define ENDPOINTS (sizeof endpoints / sizeof endpoints[0])

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = digit | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Decodes percent-encoding. False: the id is empty or too long, or a digit is wrong. */
static bool id_decode(struct request_target *target, struct span text)
{
    target->id_count = 0;
    for (size_t i = 0; i < text.count; i++) {
        int byte = (unsigned char)text.bytes[i];
        if (byte == '%') {
            int high = i + 2 < text.count ? digit_value(text.bytes[i + 1]) : -1;
            int low = i + 2 < text.count ? digit_value(text.bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = high << 4 | low;
            i += 2;
        }
        if (target->id_count == sizeof target->id)
            return false;
        target->id[target->id_count++] = (char)byte;
    }
    return target->id_count > 0;
}

static bool spans_equal(struct span a, struct span b)
{
    return a.count == b.count && memcmp(a.bytes, b.bytes, a.count) == 0;
}

static enum request_target_kind user_parse(struct request_target *target, struct span text)
{
    if (memchr(text.bytes, '/', text.count))
        return TARGET_NONE;
    if (!id_decode(target, text) || !utf8_is_valid((struct span){target->id, target->id_count}))
        return TARGET_BAD_ID;
    return TARGET_USER;
}

/* The path of "http://host:80/path", which clients send to proxies, but may send to any server (RFC
 * 9112, section 3.2.2). The host is ignored, as the header field Host is. */
static struct span absolute_form_path(struct span target)
{
    static const char scheme[] = "http://";
    size_t count = sizeof scheme - 1;
    if (target.count < count || strncasecmp(target.bytes, scheme, count) != 0)
        return target;
    const char *path = memchr(target.bytes + count, '/', target.count - count);
    size_t skipped = path ? (size_t)(path - target.bytes) : target.count;
    return (struct span){target.bytes + skipped, target.count - skipped};
}

void request_target_parse(struct request_target *target, struct span path)
{
    if (path.count > 0 && path.bytes[0] != '/')
        path = absolute_form_path(path);
    const char *query = memchr(path.bytes, '?', path.count);
    if (query)
        path.count = (size_t)(query - path.bytes);
    target->kind = TARGET_NONE;
    for (size_t i = 0; i < ENDPOINTS; i++)
        if (spans_equal(path, endpoints[i].path))
            target->kind = endpoints[i].kind;
    if (target->kind == TARGET_NONE && path.count > users.count &&
        memcmp(path.bytes, users.bytes, users.count) == 0)
        target->kind =
            user_parse(target, (struct span){path.bytes + users.count, path.count - users.count});
}
