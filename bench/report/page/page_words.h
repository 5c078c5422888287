/* page_words.h - the words at the top of the page that are not the judgement's. */
#pragma once

#include "result.h"

#include <jansson.h>

/* "8 servers that differ only in the policy of their cache, under 3 workloads, on ...". A part that
 * does not hold for all results is left out; "" without results. The caller frees it. */
char *words_lead(struct result *const *results, size_t count, size_t workloads);

/* What was asked of `tidemark choose`: "For trace.txt within 4 MiB, 5 ms for a miss". Parts that
 * the JSON lacks are left out. The caller frees it. */
char *words_question(const json_t *choice);
