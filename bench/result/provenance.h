/* provenance.h - machine, build and versions that produced a result, and whether two have the same.
 */
#pragma once

#include "result.h"

/* Fills in all but seed, load and pinning. */
void made_by_fill(struct result_made_by *made_by, int argc, char **argv);
/* Whether one bench made both: the same command on the same machine, begun at the same time. */
bool made_by_one_bench(const struct result_made_by *one, const struct result_made_by *other);
