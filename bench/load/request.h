/* request.h - a request rendered once; each time it is sent, only the id is replaced. */
#pragma once

#include "load.h"

#define REQUEST_ID_BYTES   16
#define REQUEST_HEAD_BYTES 2048

/* Writes the id as 16 hexadecimal digits, without a NUL. */
void request_render_id(char text[REQUEST_ID_BYTES], uint64_t id);

struct request_head {
    char text[REQUEST_HEAD_BYTES];
    size_t bytes;
    size_t id_at;                                    /* 0: the path has no {id} */
    size_t path_at, path_bytes, host_at, host_bytes; /* in text; the host with its port */
};
/* "GET path HTTP/1.1" and the Host header. */
void request_head_render(struct request_head *head, const struct load_target *target);

/* Whether the body begins as the service's response for this id does: {"user_id":"<id>". Any id is
 * accepted if the path has no {id}. */
bool request_matches(const struct request_head *head, uint64_t id, const char *body,
                     uint64_t body_bytes);
