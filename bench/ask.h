/* ask.h - one question after the other to a server on this machine, over one connection. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASK_ERROR_BYTES 128

struct asker;

/* NULL, and one line in error: nobody listens there. Released with asker_close. */
struct asker *asker_open(uint16_t port, char error[ASK_ERROR_BYTES]);
void asker_close(struct asker *asker); /* NULL is fine */
/* GET path: the body, ended by a NUL that *bytes does not count, valid until the next question.
 * NULL, and one line in error, for anything but a whole answer with status 200. */
const char *asker_get(struct asker *asker, const char *path, size_t *bytes,
                      char error[ASK_ERROR_BYTES]);
/* Whether anything at all is answered there to GET path, within a short time. */
bool ask_answers(uint16_t port, const char *path);

#endif
