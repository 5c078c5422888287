/* origin.c - the generator and SQLite, selected by the prefix of the name. */
#include "origin.h"

#include "clock.h"
#include "faker.h"
#include "utf8.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define OPEN_BUSY_MS  1000 /* how long a locked database is waited for at the start */
#define FETCH_BUSY_MS 5    /* and by a fetch, while all requests of the thread wait */
#define BUSY_REST     9    /* then fetches do not wait for so many times as long */

struct scheme {
    const char *prefix;
    bool named; /* something follows the prefix */
    bool (*open)(struct origin *origin, const char *rest, struct error *error);
    void (*close)(struct origin *origin);
    enum origin_answer (*fetch)(struct origin *origin, struct span id, struct memory_zone *zone,
                                struct record **record);
};

struct origin {
    const struct scheme *scheme;
    uint64_t seed;
    sqlite3 *database;
    sqlite3_stmt *select;
    uint64_t rest_until_ns; /* no fetch waits for a lock until then */
};

#define COLUMNS 4

/* What a row says: valid UTF-8. */
struct columns {
    struct span text[COLUMNS];
    char *copies[COLUMNS]; /* of texts that had to be changed, or NULL */
};

static bool faker_open(struct origin *origin, const char *rest, struct error *error)
{
    return true;
}

static void faker_close(struct origin *origin)
{
}

static enum origin_answer faker_fetch(struct origin *origin, struct span id,
                                      struct memory_zone *zone, struct record **record)
{
    struct faker_user made;
    faker_generate(&made, id, origin->seed);
    *record = user_record(&made.user, zone);
    return *record ? ORIGIN_FOUND : ORIGIN_FAILED;
}

static bool sqlite_open(struct origin *origin, const char *file, struct error *error)
{
    static const char select[] =
        "SELECT name, email, address, \"desc\" FROM users WHERE user_id = ?1";
    if (sqlite3_open_v2(file, &origin->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(origin->database, OPEN_BUSY_MS) == SQLITE_OK &&
        sqlite3_prepare_v3(origin->database, select, -1, SQLITE_PREPARE_PERSISTENT, &origin->select,
                           NULL) == SQLITE_OK)
        return true;
    error_set(error, "%s: %s", file, sqlite3_errmsg(origin->database));
    return false;
}

static void sqlite_close(struct origin *origin)
{
    sqlite3_finalize(origin->select);
    sqlite3_close(origin->database);
}

static struct span column_text(sqlite3_stmt *row, int column)
{
    const char *bytes = (const char *)sqlite3_column_text(row, column); /* before its length */
    return (struct span){bytes ? bytes : "", (size_t)sqlite3_column_bytes(row, column)};
}

static void columns_read(struct columns *columns, sqlite3_stmt *row, struct memory_zone *zone)
{
    for (int i = 0; i < COLUMNS; i++) {
        struct span *text = &columns->text[i];
        *text = column_text(row, i);
        if (utf8_is_valid(*text))
            continue;
        columns->copies[i] = memory_alloc(zone, UTF8_ROOM(text->count));
        *text = (struct span){columns->copies[i], utf8_replace(*text, columns->copies[i])};
    }
}

static enum origin_answer row_record(sqlite3_stmt *row, struct span id, struct memory_zone *zone,
                                     struct record **record)
{
    struct columns columns = {0};
    columns_read(&columns, row, zone);
    const struct span *text = columns.text;
    struct user user = {id, text[0], text[1], text[2], text[3]};
    *record = user_record(&user, zone);
    for (int i = 0; i < COLUMNS; i++)
        if (columns.copies[i])
            memory_free(columns.copies[i]);
    return *record ? ORIGIN_FOUND : ORIGIN_FAILED;
}

/* Waits for a lock, unless another fetch has done so in vain a short time ago. */
static int row_find(struct origin *origin)
{
    uint64_t now_ns = origin->rest_until_ns > 0 ? clock_ns() : 0;
    bool rests = now_ns < origin->rest_until_ns;
    sqlite3_busy_timeout(origin->database, rests ? 0 : FETCH_BUSY_MS);
    int step = sqlite3_step(origin->select);
    if (step == SQLITE_BUSY && !rests)
        origin->rest_until_ns = clock_ns() + BUSY_REST * FETCH_BUSY_MS * NS_PER_MS;
    else if (step != SQLITE_BUSY)
        origin->rest_until_ns = 0;
    return step;
}

static enum origin_answer sqlite_fetch(struct origin *origin, struct span id,
                                       struct memory_zone *zone, struct record **record)
{
    sqlite3_stmt *row = origin->select;
    sqlite3_bind_text(row, 1, id.bytes, (int)id.count, SQLITE_STATIC);
    int step = row_find(origin);
    enum origin_answer answer = step == SQLITE_DONE ? ORIGIN_NOT_FOUND : ORIGIN_FAILED;
    if (step == SQLITE_ROW)
        answer = row_record(row, id, zone, record);
    sqlite3_reset(row);
    return answer;
}

static const struct scheme schemes[] = {
    {"sqlite:", true, sqlite_open, sqlite_close, sqlite_fetch},
    {"faker", false, faker_open, faker_close, faker_fetch},
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

static const struct scheme *scheme_find(const char *name)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (strncmp(name, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    return NULL;
}

int origin_check(const char *name, struct error *error)
{
    const struct scheme *scheme = scheme_find(name);
    if (scheme && scheme->named == (name[strlen(scheme->prefix)] != '\0'))
        return 0;
    return error_set(error, "there is no origin '%s'; use faker or sqlite:FILE", name);
}

struct origin *origin_open(const char *name, uint64_t seed, struct memory_zone *zone,
                           struct error *error)
{
    if (origin_check(name, error) < 0)
        return NULL;
    const struct scheme *scheme = scheme_find(name);
    struct origin *origin = memory_alloc_zeroed(zone, sizeof *origin);
    origin->scheme = scheme;
    origin->seed = seed;
    if (scheme->open(origin, name + strlen(scheme->prefix), error))
        return origin;
    origin_close(origin);
    return NULL;
}

void origin_close(struct origin *origin)
{
    origin->scheme->close(origin);
    memory_free(origin);
}

enum origin_answer origin_fetch(struct origin *origin, struct span id, struct memory_zone *zone,
                                struct record **record)
{
    *record = NULL;
    return origin->scheme->fetch(origin, id, zone, record);
}
