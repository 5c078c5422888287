/* users_command.c - tidemark users: a SQLite database of invented users.
 *
 * Their ids are the first ones of the load generator: 16 hexadecimal digits, from 0 on.
 */
#include "users_command.h"

#include "command.h"
#include "faker.h"
#include "options.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#define ID_DIGITS 16

struct settings {
    uint64_t count, seed;
};
static const struct settings defaults = {.count = 100000};

static const struct option rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Users"},
    {"count", OPTION_COUNT, offsetof(struct settings, count), "N", "create N users"},
    {"seed", OPTION_COUNT, offsetof(struct settings, seed), "N",
     "seed their names and addresses, as --seed of the server does (default 0)"},
};

static const struct option_table table = {
    .usage = "tidemark users [OPTIONS] FILE",
    .summary = "Creates a SQLite database of invented users for --origin sqlite:FILE of a server. "
               "Their ids are 16 hexadecimal digits, as tidemark load requests them.",
    .details = "Examples:\n"
               "  tidemark users users.db --count 1M\n"
               "  serve-lru --origin sqlite:users.db",
    .options = rows,
    .count = sizeof rows / sizeof rows[0],
    .defaults = &defaults,
};

static const char create[] =
    "BEGIN; CREATE TABLE users(user_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL,"
    " address TEXT NOT NULL, \"desc\" TEXT NOT NULL) WITHOUT ROWID";
static const char insert[] = "INSERT INTO users VALUES(?1, ?2, ?3, ?4, ?5)";

static void span_bind(sqlite3_stmt *row, int column, struct span text)
{
    sqlite3_bind_text(row, column, text.bytes, (int)text.count, SQLITE_STATIC);
}

static int user_insert(sqlite3_stmt *row, uint64_t number, uint64_t seed)
{
    char id[ID_DIGITS + 1];
    struct faker_user made;
    snprintf(id, sizeof id, "%016" PRIx64, number);
    faker_generate(&made, (struct span){id, ID_DIGITS}, seed);
    span_bind(row, 1, made.user.id);
    span_bind(row, 2, made.user.name);
    span_bind(row, 3, made.user.email);
    span_bind(row, 4, made.user.address);
    span_bind(row, 5, made.user.desc);
    int status = sqlite3_step(row);
    sqlite3_reset(row);
    return status == SQLITE_DONE ? 0 : -1;
}

static int users_insert(sqlite3 *database, const struct settings *settings)
{
    sqlite3_stmt *row;
    int status = sqlite3_prepare_v2(database, insert, -1, &row, NULL) == SQLITE_OK ? 0 : -1;
    for (uint64_t i = 0; status == 0 && i < settings->count; i++)
        status = user_insert(row, i, settings->seed);
    sqlite3_finalize(row);
    return status;
}

static bool has_users(sqlite3 *database)
{
    return sqlite3_table_column_metadata(database, NULL, "users", NULL, NULL, NULL, NULL, NULL,
                                         NULL) == SQLITE_OK;
}

int users_command(int argc, char **argv)
{
    struct settings settings = defaults;
    sqlite3 *database;
    int positional;
    int status = options_take(&table, "tidemark users", argc, argv, &settings, &positional);
    if (status != OPTIONS_GO_ON)
        return status;
    if (positional != 1 || *argv[1] == '\0') /* SQLite takes "" for a temporary database */
        return complain("users", STATUS_USAGE, "name one FILE; see tidemark users --help");
    bool opened = sqlite3_open(argv[1], &database) == SQLITE_OK;
    if (opened && has_users(database)) {
        sqlite3_close(database);
        return complain("users", STATUS_UNDECIDED, "%s already has users; give a new file",
                        argv[1]);
    }
    bool filled = opened && sqlite3_exec(database, create, NULL, NULL, NULL) == SQLITE_OK &&
                  users_insert(database, &settings) == 0 &&
                  sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    status = filled
                 ? STATUS_OK
                 : complain("users", STATUS_UNDECIDED, "%s: %s", argv[1], sqlite3_errmsg(database));
    sqlite3_close(database);
    return status;
}
