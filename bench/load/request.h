/* request.h - requests rendered before the clock starts: only the id is patched in. */
#ifndef REQUEST_H
#define REQUEST_H

#include "load.h"

#define REQUEST_ID_BYTES   16
#define REQUEST_HEAD_BYTES 2048

/* An id on the wire: 16 hexadecimal digits. */
void request_render_id(char text[REQUEST_ID_BYTES], uint64_t id);

struct request_head {
    char text[REQUEST_HEAD_BYTES];
    size_t bytes;
    size_t id_at;                                    /* 0: the path takes no id */
    size_t path_at, path_bytes, host_at, host_bytes; /* in text; the host with its port */
};
/* "GET path HTTP/1.1" and its Host. */
void request_head_render(struct request_head *head, const struct load_target *target);

/* Does the body begin as an answer for this id does: {"user_id":"<id>" ? Without an id in the
 * path any id will do. */
bool request_is_answered(const struct request_head *head, uint64_t id, const char *body,
                         uint64_t body_bytes);

#endif
