/* request.c - renders a request's head, writes an id into it, and checks the response's id. */
#include "request.h"

#include <stdio.h>
#include <string.h>

#define ID_MARK      "{id}"
#define BODY_OPENING "{\"user_id\":\""

void request_render_id(char text[REQUEST_ID_BYTES], uint64_t id)
{
    for (int i = REQUEST_ID_BYTES - 1; i >= 0; i--, id >>= 4)
        text[i] = "0123456789abcdef"[id & 15];
}

static void head_append(struct request_head *head, const char *text, size_t bytes)
{
    memcpy(head->text + head->bytes, text, bytes);
    head->bytes += bytes;
}

static void head_append_text(struct request_head *head, const char *text)
{
    head_append(head, text, strlen(text));
}

static void head_append_path(struct request_head *head, const char *path)
{
    const char *mark = strstr(path, ID_MARK);

    if (mark == NULL) {
        head_append_text(head, path);
        return;
    }
    head_append(head, path, (size_t)(mark - path));
    head->id_at = head->bytes;
    head->bytes += REQUEST_ID_BYTES;
    head_append_text(head, mark + strlen(ID_MARK));
}

static void head_append_host(struct request_head *head, const struct load_target *target)
{
    bool bare_ipv6 = strchr(target->host, ':') != NULL;

    head->host_at = head->bytes;
    head_append_text(head, bare_ipv6 ? "[" : "");
    head_append_text(head, target->host);
    head_append_text(head, bare_ipv6 ? "]" : "");
    if (target->port[0] != '\0') {
        head_append_text(head, ":");
        head_append_text(head, target->port);
    }
    head->host_bytes = head->bytes - head->host_at;
}

void request_head_render(struct request_head *head, const struct load_target *target)
{
    head->bytes = head->id_at = 0;
    head_append_text(head, "GET ");
    head->path_at = head->bytes;
    head_append_path(head, target->path);
    head->path_bytes = head->bytes - head->path_at;
    head_append_text(head, " HTTP/1.1\r\nHost: ");
    head_append_host(head, target);
    head_append_text(head, "\r\n\r\n");
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
