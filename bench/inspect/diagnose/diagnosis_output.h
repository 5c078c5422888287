/* diagnosis_output.h - a diagnosis for people, on one page, and as JSON for programs. */
#ifndef DIAGNOSIS_OUTPUT_H
#define DIAGNOSIS_OUTPUT_H

#include "console_reply.h"

#include <stdio.h>

void diagnosis_show(const struct diagnosis *diagnosis, const struct console_reply_server *server,
                    const struct lost *lost, size_t looks, FILE *out);
/* results/diagnose.schema.json describes it. 0, or -1: it could not be written. */
int diagnosis_json(const struct diagnosis *diagnosis, const struct console_reply_server *server,
                   const struct lost *lost, size_t looks, FILE *out);

#endif
