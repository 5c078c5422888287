/* request.c - renders a request's head, writes an id into it, and checks the response's id. */
#include "request.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ID_MARK      "{id}"
#define ID_PLACE     "0000000000000000" /* REQUEST_ID_BYTES, to be replaced */
#define BODY_OPENING "{\"user_id\":\""

void request_render_id(char text[REQUEST_ID_BYTES], uint64_t id)
{
    for (int i = REQUEST_ID_BYTES - 1; i >= 0; i--, id >>= 4)
        text[i] = "0123456789abcdef"[id & 15];
}

void request_head_render(struct request_head *head, const struct load_target *target)
{
    static const char method[] = "GET ", version[] = " HTTP/1.1\r\nHost: ", end[] = "\r\n\r\n";
    const char *mark = strstr(target->path, ID_MARK);
    bool is_ipv6 = strchr(target->host, ':') != NULL;
    int before = mark ? (int)(mark - target->path) : (int)strlen(target->path);
    head->field_count = 0;
    head->bytes = (size_t)snprintf(
        head->text, sizeof head->text, "%s%.*s%s%s%s%s%s%s%s%s%s", method, before, target->path,
        mark ? ID_PLACE : "", mark ? mark + strlen(ID_MARK) : "", version, is_ipv6 ? "[" : "",
        target->host, is_ipv6 ? "]" : "", target->port[0] ? ":" : "", target->port, end);
    head->path_at = strlen(method);
    head->id_at = mark ? head->path_at + (size_t)before : 0;
    head->path_bytes = strcspn(head->text + head->path_at, " ");
    head->host_at = head->path_at + head->path_bytes + strlen(version);
    head->host_bytes = head->bytes - strlen(end) - head->host_at;
}

/* Whether the characters may stand in a header's name (RFC 9110: a token). */
static bool is_name(const char *name, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("!#$%&'*+-.^_`|~", name[i]) == NULL)
            return false;
    return bytes > 0;
}

static bool is_framing(const char *name, size_t bytes)
{
    static const char *const names[] = {
        "content-length", "transfer-encoding", "connection", "proxy-connection",
        "keep-alive",     "upgrade",           "te",         "expect",
        "trailer"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == bytes && strncasecmp(names[i], name, bytes) == 0)
            return true;
    return false;
}

/* Puts other text in the place of `old` bytes; what follows moves. False: it does not fit. */
static bool text_replace(struct request_head *head, size_t at, size_t old, const char *text,
                         size_t bytes)
{
    if (head->bytes - old + bytes >= sizeof head->text)
        return false;
    memmove(head->text + at + bytes, head->text + at + old, head->bytes - at - old);
    memcpy(head->text + at, text, bytes);
    head->bytes = head->bytes - old + bytes;
    return true;
}

static bool host_replace(struct request_head *head, const char *value, size_t bytes)
{
    size_t old = head->host_bytes;
    if (!text_replace(head, head->host_at, old, value, bytes))
        return false;
    head->host_bytes = bytes;
    for (size_t i = 0; i < head->field_count; i++) {
        head->fields[i].name_at += bytes - old;
        head->fields[i].value_at += bytes - old;
    }
    return true;
}

static bool field_append(struct request_head *head, const char *line, size_t name_bytes,
                         const char *value, size_t value_bytes)
{
    size_t at = head->bytes - strlen("\r\n"); /* before the empty line */
    struct request_field field = {at, name_bytes, at + name_bytes + 2, value_bytes};
    if (head->field_count == LOAD_HEADERS_MAX || !text_replace(head, at, 0, line, name_bytes) ||
        !text_replace(head, at + name_bytes, 0, ": ", 2) ||
        !text_replace(head, field.value_at, 0, value, value_bytes) ||
        !text_replace(head, field.value_at + value_bytes, 0, "\r\n", 2))
        return false;
    head->fields[head->field_count++] = field;
    return true;
}

int request_head_add(struct request_head *head, const char *line, struct error *error)
{
    size_t name_bytes = strcspn(line, ":");
    const char *value = line + name_bytes + (line[name_bytes] == ':');
    value += strspn(value, " \t");
    size_t value_bytes = strlen(value);
    if (line[name_bytes] != ':' || !is_name(line, name_bytes))
        return error_set(error, "'%.60s' is no header; write 'Name: value'", line);
    if (value[strcspn(value, "\r\n")] != '\0')
        return error_set(error, "the header %.*s has a line break in it", (int)name_bytes, line);
    if (is_framing(line, name_bytes))
        return error_set(error, "the header %.*s frames messages and is set as needed",
                         (int)name_bytes, line);
    bool is_host = name_bytes == strlen("host") && strncasecmp(line, "host", name_bytes) == 0;
    if (is_host ? host_replace(head, value, value_bytes)
                : field_append(head, line, name_bytes, value, value_bytes))
        return 0;
    return error_set(error, "the headers are more than %d, or longer than %d bytes",
                     LOAD_HEADERS_MAX, REQUEST_HEAD_BYTES);
}

bool request_matches(const struct request_head *head, uint64_t id, const char *body,
                     uint64_t body_bytes)
{
    const size_t opening_bytes = sizeof BODY_OPENING - 1;
    char text[REQUEST_ID_BYTES];
    if (body_bytes < opening_bytes + REQUEST_ID_BYTES + 1 ||
        memcmp(body, BODY_OPENING, opening_bytes) != 0)
        return false;
    if (head->id_at == 0)
        return true;
    request_render_id(text, id);
    return memcmp(body + opening_bytes, text, REQUEST_ID_BYTES) == 0 &&
           body[opening_bytes + REQUEST_ID_BYTES] == '"';
}
