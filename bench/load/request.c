/* request.c - renders a request's head, writes an id into it, and checks the response's id. */
#include "request.h"

#include <stdio.h>
#include <string.h>

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
