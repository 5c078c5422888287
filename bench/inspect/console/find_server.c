/* find_server.c - looks for sockets where servers put them, and asks each who it is. */
#include "find_server.h"

#include "units.h"
#include "wire.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX 64
#define WHO_BYTES   96
#define PATIENCE_NS (2 * NS_PER_SECOND)

struct found {
    long pid;
    char path[PATH_MAX];
    char policy[WHO_BYTES], url[WHO_BYTES];
};

struct search {
    const char *who;
    struct found *servers; /* that are meant */
    size_t count;
    size_t others; /* that run, but are not meant */
};

/* False: nobody is there, or nobody of ours. */
static bool server_ask(struct found *found)
{
    struct error error;
    const char *text;
    size_t count;
    struct client *client = client_open(found->path, PATIENCE_NS, &error);
    if (client == NULL)
        return false;
    snprintf(found->policy, sizeof found->policy, "?");
    snprintf(found->url, sizeof found->url, "?");
    if (client_ask(client, "print(main.config.policy, main.server.url)", &text, &count) ==
        CLIENT_DONE)
        sscanf(text, "%95s %95s", found->policy, found->url);
    else
        snprintf(found->url, sizeof found->url, "%.90s", client_reason(client));
    client_close(client);
    return true;
}

static bool server_is_meant(const struct search *search, const struct found *found)
{
    char pid[32];
    snprintf(pid, sizeof pid, "%ld", found->pid);
    return search->who == NULL || strcmp(search->who, pid) == 0 ||
           strcmp(search->who, found->policy) == 0;
}

static bool server_is_known(const struct search *search, long pid)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->servers[i].pid == pid)
            return true;
    return false;
}

static void name_look(struct search *search, const char *folder, const char *name)
{
    struct found *found = &search->servers[search->count];
    char exact[NAME_MAX + 1];
    if (search->count == SERVERS_MAX || sscanf(name, WIRE_NAME, &found->pid) != 1)
        return;
    snprintf(exact, sizeof exact, WIRE_NAME, found->pid);
    if (strcmp(exact, name) != 0 || server_is_known(search, found->pid) ||
        (size_t)snprintf(found->path, sizeof found->path, "%s/%s", folder, name) >=
            sizeof found->path ||
        !server_ask(found))
        return;
    if (server_is_meant(search, found))
        search->count++;
    else
        search->others++;
}

static void folder_look(struct search *search, const char *folder)
{
    DIR *entries = folder ? opendir(folder) : NULL;
    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        name_look(search, folder, entry->d_name);
    closedir(entries);
}

static enum find_outcome search_tell(const struct search *search, char path[PATH_MAX],
                                     struct error *error)
{
    if (search->count == 1) {
        snprintf(path, PATH_MAX, "%s", search->servers[0].path);
        return FIND_FOUND;
    }
    if (search->count == 0) {
        error_set(error, "no server with a console %s %.80s%s", search->who ? "is called" : "runs",
                  search->who ? search->who : "",
                  search->others > 0 ? "; `tidemark console` lists those that run" : "");
        return FIND_NONE;
    }
    error_set(error, "which one? give a process id:");
    for (size_t i = 0; i < search->count; i++)
        error_add(error, "\n  %7ld  %-12s %s", search->servers[i].pid, search->servers[i].policy,
                  search->servers[i].url);
    return FIND_SEVERAL;
}

/* Servers and we may have been started with different variables: all places are looked at. */
enum find_outcome find_server(const char *who, char path[PATH_MAX], struct error *error)
{
    if (who && strchr(who, '/')) {
        snprintf(path, PATH_MAX, "%s", who);
        return FIND_FOUND;
    }
    struct search search = {.who = who, .servers = calloc(SERVERS_MAX + 1, sizeof *search.servers)};
    if (search.servers == NULL)
        abort();
    folder_look(&search, wire_folder());
    folder_look(&search, getenv("TMPDIR"));
    folder_look(&search, "/tmp");
    enum find_outcome outcome = search_tell(&search, path, error);
    free(search.servers);
    return outcome;
}
