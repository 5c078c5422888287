/* request.h - a request rendered once; each time it is sent, only the id is replaced. */
#pragma once

#include "load.h"

#define REQUEST_ID_BYTES   16
#define REQUEST_HEAD_BYTES 16384

/* Writes the id as 16 hexadecimal digits, without a NUL. */
void request_render_id(char text[REQUEST_ID_BYTES], uint64_t id);

/* A header of one's own, in the text of a head. */
struct request_field {
    size_t name_at, name_bytes, value_at, value_bytes;
};

struct request_head {
    char text[REQUEST_HEAD_BYTES];
    struct request_field fields[LOAD_HEADERS_MAX];
    size_t field_count;
    size_t bytes;
    size_t id_at;                                    /* 0: the path has no {id} */
    size_t path_at, path_bytes, host_at, host_bytes; /* in text; the host with its port */
};
/* "GET path HTTP/1.1" and the Host header. */
void request_head_render(struct request_head *head, const struct load_target *target);

/* Adds "Name: value"; Host replaces what is there. 0, or -1 and one line in error: it is no header,
 * is one that frames messages (Content-Length, Transfer-Encoding, Connection, ...), or is too long.
 */
int request_head_add(struct request_head *head, const char *line, struct error *error);

/* Whether the body begins as the service's response for this id does: {"user_id":"<id>". Any id is
 * accepted if the path has no {id}. */
bool request_matches(const struct request_head *head, uint64_t id, const char *body,
                     uint64_t body_bytes);
