/* diagnosis_output.h - a diagnosis as one page of text and as JSON. */
#pragma once

#include "console_reply.h"

#include <jansson.h>
#include <stdio.h>

struct diagnosis_page {
    const struct diagnosis *diagnosis;
    const struct console_reply_server *server;
    const struct unreachable *unreachable;
    size_t snapshots;
    bool colours;
};

void diagnosis_print(const struct diagnosis_page *page, FILE *out);
/* As results/diagnose.schema.json describes. Released by the caller. */
json_t *diagnosis_json(const struct diagnosis_page *page);
