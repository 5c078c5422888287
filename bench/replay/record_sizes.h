/* record_sizes.h - sizes of records for traces that have none. */
#pragma once

#include "corpus.h"

/* The size of the body that our service invents for each request's id; the caller frees the array.
 * The corpus must have been loaded with_next. */
uint32_t *sizes_of_service(const struct corpus *corpus);
/* Gives the requests of a trace without sizes those of the service. True: the trace has sizes. */
bool sizes_complete(struct corpus *corpus, const uint32_t *service_record_bytes);
