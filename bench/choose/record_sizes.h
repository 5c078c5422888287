/* record_sizes.h - how large the records for a trace's ids are, where the trace does not say. */
#ifndef RECORD_SIZES_H
#define RECORD_SIZES_H

#include "corpus.h"

/* Bytes of the body that the service makes up for each request's id, as the load generator writes
 * it; the caller frees them. The corpus must know its next requests. */
uint32_t *sizes_of_service(const struct corpus *corpus);
/* Gives every request the size of its id elsewhere in the trace, or else that of the service.
 * True: the trace told some. */
bool sizes_complete(struct corpus *corpus, const uint32_t *of_service);

#endif
