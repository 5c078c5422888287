/* provenance.h - machine, build and versions that produced a result. */
#pragma once

#include "result.h"

/* Fills in all but seed, load and pinning. */
void made_by_fill(struct result_made_by *made_by, int argc, char **argv);
