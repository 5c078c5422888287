/* load_url.c - parses the URL of the server. */
#include "load.h"

#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME       "http://"
#define UNIX_PREFIX  "unix:"
#define PORT_DEFAULT "80"
#define PORT_MAX     65535

static int target_refuse(struct error *error, const char *url, const char *reason)
{
    return error_set(error, "%s: %s", url, reason);
}

static int text_take(char *field, size_t capacity, const char *from, size_t bytes)
{
    if (bytes >= capacity)
        return -1;
    memcpy(field, from, bytes);
    field[bytes] = '\0';
    return 0;
}

static bool text_is_plain(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text == 127)
            return false;
    return true;
}

static int port_take(struct load_target *target, const char *text, size_t bytes)
{
    if (text_take(target->port, sizeof target->port, text, bytes) < 0)
        return -1;
    if (bytes == 0 || strspn(target->port, "0123456789") != bytes)
        return -1;
    int port = atoi(target->port);
    return port > 0 && port <= PORT_MAX ? 0 : -1;
}

/* "host", "host:port", "[::1]:port" */
static const char *authority_take(struct load_target *target, const char *text, size_t bytes)
{
    bool bracket = bytes && text[0] == '[';
    const char *close = bracket ? memchr(text, ']', bytes) : NULL;
    const char *host = text + bracket;
    const char *end = text + bytes;
    const char *host_end;
    if (bracket && close == NULL)
        return "the address has no closing ]";
    host_end = bracket ? close : memchr(text, ':', bytes);
    if (host_end == NULL)
        host_end = end;
    if (host == host_end ||
        text_take(target->host, sizeof target->host, host, (size_t)(host_end - host)) < 0)
        return "the host is missing or too long";
    host_end += bracket;
    if (host_end == end)
        return port_take(target, PORT_DEFAULT, strlen(PORT_DEFAULT)) < 0 ? "no port" : NULL;
    if (*host_end != ':' || port_take(target, host_end + 1, (size_t)(end - host_end - 1)) < 0)
        return "the port is not a number from 1 to 65535";
    return NULL;
}

/* "/run/s.sock:/users/random" */
static const char *socket_take(struct load_target *target, const char *text, const char **path)
{
    const char *colon = strchr(text, ':');
    size_t bytes = colon ? (size_t)(colon - text) : strlen(text);
    if (bytes == 0 || text_take(target->socket, sizeof target->socket, text, bytes) < 0)
        return "the path of the Unix socket is missing or too long";
    strcpy(target->host, "localhost");
    *path = colon ? colon + 1 : "/";
    return NULL;
}

static const char *path_take(struct load_target *target, const char *path)
{
    const char *mark;
    size_t bytes = strcspn(path, "#");
    if (bytes == 0)
        path = "/", bytes = 1;
    if (path[0] != '/')
        return "the path must begin with /";
    if (text_take(target->path, sizeof target->path, path, bytes) < 0)
        return "the path is too long";
    mark = strstr(target->path, "{id}");
    if (mark != NULL && strstr(mark + 1, "{id}") != NULL)
        return "the path has more than one {id}";
    return NULL;
}

int load_target_parse(struct load_target *target, const char *url, struct error *error)
{
    const char *rest = url + strlen(SCHEME);
    const char *path, *reason;
    memset(target, 0, sizeof *target);
    if (strncmp(url, SCHEME, strlen(SCHEME)) != 0)
        return target_refuse(error, url, "the URL must begin with http://");
    if (!text_is_plain(url))
        return target_refuse(error, url, "write blanks and control characters as %XX");
    if (strncmp(rest, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        reason = socket_take(target, rest + strlen(UNIX_PREFIX), &path);
    } else {
        path = rest + strcspn(rest, "/?#");
        reason = authority_take(target, rest, (size_t)(path - rest));
    }
    if (reason == NULL)
        reason = path_take(target, path);
    return reason ? target_refuse(error, url, reason) : 0;
}

bool load_target_takes_id(const struct load_target *target)
{
    return strstr(target->path, "{id}") != NULL;
}
