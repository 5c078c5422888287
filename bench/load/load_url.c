/* load_url.c - parses the URL of the server. */
#include "load.h"

#include <stdlib.h>
#include <string.h>

#define SCHEME       "http://"
#define SCHEME_TLS   "https://"
#define UNIX_PREFIX  "unix:"
#define PORT_DEFAULT "80"
#define PORT_TLS     "443"
#define PORT_MAX     65535

/* False: it does not fit. */
static bool text_copy(char *field, size_t capacity, const char *from, size_t bytes)
{
    if (bytes >= capacity)
        return false;
    memcpy(field, from, bytes);
    field[bytes] = '\0';
    return true;
}

static bool url_is_printable(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text == 127)
            return false;
    return true;
}

/* These parsers return NULL, or what is wrong. */

/* "8000" */
static const char *port_parse(struct load_target *target, const char *text, size_t bytes)
{
    if (!text_copy(target->port, sizeof target->port, text, bytes) ||
        strspn(target->port, "0123456789") != bytes || atoi(target->port) < 1 ||
        atoi(target->port) > PORT_MAX)
        return "the port is not a number from 1 to 65535";
    return NULL;
}

static const char *port_default(struct load_target *target)
{
    const char *port = target->tls ? PORT_TLS : PORT_DEFAULT;
    return port_parse(target, port, strlen(port));
}

/* "host", "host:port", "[::1]:port" */
static const char *authority_parse(struct load_target *target, const char *text, size_t bytes)
{
    bool bracket = bytes && text[0] == '[';
    const char *host = text + bracket, *end = text + bytes;
    const char *host_end = memchr(text, bracket ? ']' : ':', bytes);
    if (bracket && host_end == NULL)
        return "the address has no closing ]";
    if (host_end == NULL)
        host_end = end;
    if (host == host_end ||
        !text_copy(target->host, sizeof target->host, host, (size_t)(host_end - host)))
        return "the host is missing or too long";
    host_end += bracket;
    if (host_end == end)
        return port_default(target);
    if (*host_end != ':')
        return "a : is missing after ]";
    return port_parse(target, host_end + 1, (size_t)(end - host_end - 1));
}

/* "/run/s.sock:/users/random" */
static const char *socket_parse(struct load_target *target, const char *text, const char **path)
{
    const char *colon = strchr(text, ':');
    size_t bytes = colon ? (size_t)(colon - text) : strlen(text);
    if (bytes == 0 || !text_copy(target->socket, sizeof target->socket, text, bytes))
        return "the path of the Unix socket is missing or too long";
    strcpy(target->host, "localhost");
    *path = colon ? colon + 1 : "/";
    return NULL;
}

static const char *path_parse(struct load_target *target, const char *path)
{
    const char *mark;
    size_t bytes = strcspn(path, "#");
    if (bytes == 0)
        path = "/", bytes = 1;
    if (path[0] != '/')
        return "the path must begin with /";
    if (!text_copy(target->path, sizeof target->path, path, bytes))
        return "the path is too long";
    mark = strstr(target->path, "{id}");
    if (mark != NULL && strstr(mark + 1, "{id}") != NULL)
        return "the path has more than one {id}";
    return NULL;
}

static const char *url_parse(struct load_target *target, const char *url)
{
    const char *rest, *path, *flaw;
    target->tls = strncmp(url, SCHEME_TLS, strlen(SCHEME_TLS)) == 0;
    if (!target->tls && strncmp(url, SCHEME, strlen(SCHEME)) != 0)
        return "the URL must begin with http:// or https://";
    rest = url + strlen(target->tls ? SCHEME_TLS : SCHEME);
    if (!url_is_printable(url))
        return "write blanks and control characters as %XX";
    if (strncmp(rest, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        flaw = socket_parse(target, rest + strlen(UNIX_PREFIX), &path);
    } else {
        path = rest + strcspn(rest, "/?#");
        flaw = authority_parse(target, rest, (size_t)(path - rest));
    }
    return flaw ? flaw : path_parse(target, path);
}

int load_target_parse(struct load_target *target, const char *url, struct error *error)
{
    *target = (struct load_target){0};
    const char *flaw = url_parse(target, url);
    return flaw ? error_set(error, "%s: %s", flaw, url) : 0;
}

bool load_target_takes_id(const struct load_target *target)
{
    return strstr(target->path, "{id}") != NULL;
}
