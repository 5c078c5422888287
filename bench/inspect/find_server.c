/* find_server.c - looks for sockets where servers create them, and asks each for its name. */
#include "find_server.h"

#include "console_connection.h"
#include "units.h"
#include "wire.h"
#include "xmalloc.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX     64
#define NAME_BYTES      96
#define TIMEOUT_NS      (2 * NS_PER_SECOND)
#define SERVER_QUESTION "print(main.server.pid, main.config.policy, main.server.url)"

struct candidate {
    long pid;
    char path[PATH_MAX];
    char policy[NAME_BYTES], url[NAME_BYTES]; /* url: why it does not answer, if it does not */
};

struct search {
    const char *name;
    struct candidate *servers; /* has space for SERVERS_MAX + 1 */
    size_t count;
};

/* Queries the server behind candidate->path. Returns -1 if no server answers or it belongs to
 * another user. */
static int candidate_ask(struct candidate *candidate, struct error *error)
{
    const char *text;
    size_t count;
    struct console_connection *connection =
        console_connection_open(candidate->path, TIMEOUT_NS, error);
    if (connection == NULL)
        return -1;
    strcpy(candidate->policy, "?");
    if (console_connection_query(connection, SERVER_QUESTION, &text, &count) == CONSOLE_DONE)
        sscanf(text, "%ld %95s %95s", &candidate->pid, candidate->policy, candidate->url);
    else
        snprintf(candidate->url, sizeof candidate->url, "%s", console_connection_error(connection));
    console_connection_close(connection);
    return 0;
}

static bool candidate_matches(const struct search *search, const struct candidate *candidate)
{
    char pid[32];
    snprintf(pid, sizeof pid, "%ld", candidate->pid);
    return search->name == NULL || strcmp(search->name, pid) == 0 ||
           strcmp(search->name, candidate->policy) == 0;
}

static bool pid_is_known(const struct search *search, long pid)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->servers[i].pid == pid)
            return true;
    return false;
}

static void file_search(struct search *search, const char *folder, const char *name)
{
    struct candidate *candidate = &search->servers[search->count];
    struct error ignored;
    int length = 0;
    *candidate = (struct candidate){0};
    if (search->count < SERVERS_MAX &&
        sscanf(name, WIRE_NAME "%n", &candidate->pid, &length) == 1 && length > 0 &&
        name[length] == '\0' && !pid_is_known(search, candidate->pid) &&
        snprintf(candidate->path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX &&
        candidate_ask(candidate, &ignored) == 0)
        search->count++;
}

static void folder_search(struct search *search, const char *folder)
{
    DIR *entries = folder ? opendir(folder) : NULL;
    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        file_search(search, folder, entry->d_name);
    closedir(entries);
}

/* The only server with the name. NULL, with the reason in error, if none or several have it. */
static const struct candidate *search_result(const struct search *search, struct error *error)
{
    const struct candidate *match = NULL;
    size_t matches = 0;
    for (size_t i = 0; i < search->count; i++)
        if (candidate_matches(search, &search->servers[i])) {
            match = &search->servers[i];
            matches++;
        }
    if (matches == 1)
        return match;
    if (matches > 1)
        error_set(error, "there are several servers; give a process id:");
    else if (search->name == NULL)
        error_set(error, "no server with a console runs");
    else
        error_set(error, "no server has the process id or policy '%s'%s", search->name,
                  search->count > 0 ? "; there are:" : "");
    for (size_t i = 0; i < search->count; i++)
        if (matches == 0 || candidate_matches(search, &search->servers[i]))
            error_add(error, "\n  %7ld  %-12s %s", search->servers[i].pid,
                      search->servers[i].policy, search->servers[i].url);
    return NULL;
}

/* A server may have been started with other variables than this program: looks in all folders. */
static int socket_search(const char *name, struct found_server *server, struct error *error)
{
    struct search search = {name, xcalloc(SERVERS_MAX + 1, sizeof *search.servers), 0};
    folder_search(&search, wire_folder());
    folder_search(&search, getenv("TMPDIR"));
    folder_search(&search, "/tmp");
    const struct candidate *found = search_result(&search, error);
    if (found) {
        server->pid = (pid_t)found->pid;
        strcpy(server->console, found->path);
    }
    free(search.servers);
    return found ? 0 : -1;
}

/* The process behind a socket. */
static int socket_process(const char *path, struct found_server *server, struct error *error)
{
    struct candidate candidate = {0};
    snprintf(candidate.path, PATH_MAX, "%s", path);
    if (candidate_ask(&candidate, error) < 0)
        return -1;
    if (candidate.pid <= 0)
        return error_set(error, "%s: %s", path, candidate.url);
    server->pid = (pid_t)candidate.pid;
    return 0;
}

/* 0 if the text is no positive number. */
static pid_t pid_parse(const char *text)
{
    char *end;
    long pid = strtol(text, &end, 10);
    return end != text && *end == '\0' && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

int find_server(const char *name, enum find_target target, struct found_server *server,
                struct error *error)
{
    *server = (struct found_server){0};
    if (name && strchr(name, '/')) {
        snprintf(server->console, PATH_MAX, "%s", name);
        return target == FIND_PROCESS ? socket_process(name, server, error) : 0;
    }
    if (name && target == FIND_PROCESS && (server->pid = pid_parse(name)) > 0)
        return 0;
    return socket_search(name, server, error);
}
