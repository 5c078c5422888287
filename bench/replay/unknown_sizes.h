/* unknown_sizes.h - sizes of requests for which the trace has none, though it has some. */
#pragma once

#include "corpus.h"

/* Gives each request of unknown size that of the same id, which the trace said last or, before the
 * first one, says next. Ids whose size it never says have the mean of the other requests. Counts
 * both in the corpus, which needs its sizes and next requests. */
void unknown_sizes_fill(struct corpus *corpus);
