/* origin.c - the generator and SQLite, selected by the prefix of the name. */
#include "origin.h"

#include "faker.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct scheme {
    const char *prefix;
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
};

static bool faker_open(struct origin *origin, const char *rest, struct error *error)
{
    if (*rest == '\0')
        return true;
    error_set(error, "there is no origin 'faker%s'; use faker", rest);
    return false;
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

static enum origin_answer sqlite_fetch(struct origin *origin, struct span id,
                                       struct memory_zone *zone, struct record **record)
{
    sqlite3_stmt *row = origin->select;
    sqlite3_bind_text(row, 1, id.bytes, (int)id.count, SQLITE_STATIC);
    int step = sqlite3_step(row);
    enum origin_answer answer = step == SQLITE_DONE ? ORIGIN_NOT_FOUND : ORIGIN_FAILED;
    if (step == SQLITE_ROW) {
        struct user user = {id, column_text(row, 0), column_text(row, 1), column_text(row, 2),
                            column_text(row, 3)};
        *record = user_record(&user, zone);
        answer = *record ? ORIGIN_FOUND : ORIGIN_FAILED;
    }
    sqlite3_reset(row);
    return answer;
}

static const struct scheme schemes[] = {
    {"sqlite:", sqlite_open, sqlite_close, sqlite_fetch},
    {"faker", faker_open, faker_close, faker_fetch},
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

static const struct scheme *scheme_find(const char *name)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (strncmp(name, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    return NULL;
}

struct origin *origin_open(const char *name, uint64_t seed, struct memory_zone *zone,
                           struct error *error)
{
    const struct scheme *scheme = scheme_find(name);
    if (scheme == NULL) {
        error_set(error, "there is no origin '%s'; use faker or sqlite:FILE", name);
        return NULL;
    }
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
