/* corpus_notes.h - what a reader of figures must know of the trace: what was skipped or assumed. */
#pragma once

#include "corpus.h"

#include <jansson.h>
#include <stdio.h>

/* Ends the line that names the trace with the format that was taken; then whole lines, if there is
 * something to say. */
void corpus_notes_print(const struct corpus *corpus, FILE *out);
/* The same as an object: trace_account_json with the sizes that are not the trace's. */
json_t *corpus_notes_json(const struct corpus *corpus);
